import { createServer, type RequestListener } from "node:http";
import { createOffhook, memoryStorage, signRequest, silentLogger } from "@offhook/core";
import { toNodeHandler, type NodeRequest } from "@offhook/core/node";
import { describeAdapter, serverTarget } from "@offhook/testing/conformance";
import { byBody, createAdapterSubject } from "@offhook/testing/subject";
import { afterEach, describe, expect, test } from "vitest";

describeAdapter({
  name: "node:http",
  start() {
    const { offhook, state } = createAdapterSubject();
    return serverTarget(createServer(toNodeHandler(offhook)).listen(0, "127.0.0.1"), state);
  },
});

describe("toNodeHandler", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  async function open(listener: RequestListener) {
    const nothing = () => Promise.resolve({ deliveries: [] });
    const server = await serverTarget(createServer(listener).listen(0, "127.0.0.1"), nothing);
    cleanups.push(() => server.close());
    return async (path: string, body = '{"call": 1}') => {
      const { headers } = await signRequest(byBody, {
        method: "POST",
        url: path,
        headers: {},
        body: Buffer.from(body),
      });
      return fetch(`http://127.0.0.1:${server.port}${path}`, { method: "POST", headers, body });
    };
  }

  test("answers 404 in Offhook's words where nobody else is asked", async () => {
    const send = await open(toNodeHandler(createAdapterSubject().offhook));
    const answer = await send("/elsewhere");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: "not_found" } });
  });

  test("passes on what is not Offhook's, unread, below a mount as well", async () => {
    const handler = toNodeHandler(createAdapterSubject().offhook);
    const send = await open((request: NodeRequest, response) => {
      // What Connect does for a mount.
      const mounted = Object.assign(request, { originalUrl: request.url, url: request.url?.replace(/^\/hooks/, "") });
      handler(mounted, response, () => {
        response.statusCode = 202;
        request.pipe(response);
      });
    });
    expect((await send("/hooks/subject")).status).toBe(200);
    const passed = await send("/orders", "an order");
    expect([passed.status, await passed.text()]).toEqual([202, "an order"]);
  });

  test("says what to change where a parser has read the body, and takes the bytes that one has kept", async () => {
    const { offhook, state } = createAdapterSubject();
    const handler = toNodeHandler(offhook);
    const parseFirst =
      (keeps: boolean): RequestListener =>
      async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
        handler(keeps ? Object.assign(request, { rawBody: Buffer.concat(chunks) }) : request, response);
      };
    const lost = await (await open(parseFirst(false)))("/api/webhooks/subject");
    expect([lost.status, (await state()).deliveries[0]?.code]).toEqual([500, "body_already_parsed"]);
    const kept = await (await open(parseFirst(true)))("/api/webhooks/subject");
    expect([kept.status, (await state()).deliveries[0]?.status]).toEqual([200, "unmapped"]);
  });

  test("refuses a body that a middleware has made text of, which is not the bytes any more", async () => {
    const { offhook, state } = createAdapterSubject();
    const handler = toNodeHandler(offhook);
    const send = await open((request, response) => handler(request.setEncoding("utf8"), response));
    expect((await send("/api/webhooks/subject", "caf\u00e9")).status).toBe(500);
    expect((await state()).deliveries[0]?.code).toBe("body_already_parsed");
  });

  test("answers 503 for a mistake in a provider that nobody else can be told of", async () => {
    const offhook = createOffhook({
      storage: memoryStorage(),
      logger: silentLogger,
      providers: [
        {
          name: "broken",
          routes: [
            {
              paths: ["broken"],
              kind: "",
              methods: ["POST"],
              contentTypes: [],
              verification: byBody,
              translate: () => ({
                kind: "x",
                events: [],
                reply: { contentType: "text/xml\r\nx-injected: 1", body: "<a/>" },
              }),
            },
          ],
        },
      ],
    });
    cleanups.push(() => offhook.close());
    const answer = await (await open(toNodeHandler(offhook)))("/api/webhooks/broken");
    expect(answer.status).toBe(503);
    expect(answer.headers.get("x-injected")).toBeNull();
  });
});
