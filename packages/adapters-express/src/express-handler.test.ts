import { once } from "node:events";
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import {
  createOffhook,
  memoryStorage,
  signRequest,
  type HmacVerification,
  type Offhook,
  type OffhookOptions,
  type Provider,
  type ProviderRoute,
} from "@offhook/core";
import express, { type Express } from "express";
import express4 from "express4";
import { afterEach, describe, expect, test, vi } from "vitest";
import { toExpressHandler } from "./express-handler.ts";

/** As documented, and the tick within which it begins. */
const bodyTimeoutMs = 16_000;
const secret = "toy-secret-that-nobody-may-see";
const maxBodyBytes = 4096;

const byBody: HmacVerification = {
  type: "hmac",
  hash: "sha256",
  encoding: "hex",
  secrets: secret,
  header: "x-toy-signature",
  format: { type: "fields", timestamp: "t", signature: "v1" },
  freshness: { unit: "seconds", pastMs: 300_000, futureMs: 300_000 },
  message: ["timestamp", { text: "." }, "body"],
};
const byUrl: HmacVerification = {
  type: "hmac",
  hash: "sha256",
  encoding: "base64",
  secrets: secret,
  header: "x-toy-signature",
  format: { type: "plain" },
  message: { candidates: ({ url, body }) => ({ messages: [[url, body]] }) },
};
const route: Omit<ProviderRoute, "paths" | "verification"> = {
  kind: "",
  methods: ["GET", "POST"],
  contentTypes: [],
  maxBodyBytes,
  translate: () => ({ kind: "toy.happened", events: [] }),
};
const toy: Provider = {
  name: "toy",
  routes: [
    { ...route, paths: ["toy", "/toy-callback", "/webhooks/toy"], verification: byBody },
    { ...route, paths: ["toy/url"], kind: "url", verification: byUrl },
    { ...route, paths: ["toy/json"], kind: "json", contentTypes: ["application/json"], verification: byBody },
  ],
};

const address = "/api/webhooks/toy";
const body = Buffer.from('{ "call": "c1",  "note": "caf\u00e9" }');

interface Outgoing {
  readonly method?: string;
  readonly path?: string;
  /** Names and values in turn, as they go onto the wire. */
  readonly headers?: readonly string[];
  readonly body?: Uint8Array | string;
  /** Leaves out Content-Length. */
  readonly chunked?: boolean;
  readonly agent?: Agent;
}
interface Incoming {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  readonly json: unknown;
  readonly reusedSocket: boolean;
}

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function makeOffhook(options: Partial<OffhookOptions> = {}): Offhook {
  const offhook = createOffhook({ providers: [toy], storage: memoryStorage(), ...options });
  cleanups.push(() => offhook.close());
  return offhook;
}

async function listen(app: Express): Promise<number> {
  const server: Server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    return closed;
  });
  // A server that listens on TCP has an address of this shape.
  return (server.address() as AddressInfo).port;
}

async function send(port: number, outgoing: Outgoing = {}): Promise<Incoming> {
  const content = outgoing.body ?? "";
  const length = outgoing.chunked === true ? [] : ["content-length", String(Buffer.byteLength(content))];
  const request = httpRequest({
    port,
    host: "127.0.0.1",
    method: outgoing.method ?? "POST",
    path: outgoing.path ?? address,
    headers: ["host", "app.example.com", ...length, ...(outgoing.headers ?? [])],
    agent: outgoing.agent ?? false,
  });
  // The server may give up an upload after its answer has arrived.
  request.on("error", () => undefined);
  const answered = once(request, "response");
  if (outgoing.chunked === true) {
    const bytes = Buffer.from(content);
    const step = Math.max(Math.ceil(bytes.length / 3), 1);
    for (let offset = 0; offset < bytes.length; offset += step) request.write(bytes.subarray(offset, offset + step));
    request.end();
  } else {
    request.end(content);
  }
  // The event has exactly this argument.
  const [response] = (await answered) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    json: text.startsWith("{") ? JSON.parse(text) : undefined,
    reusedSocket: request.reusedSocket,
  };
}

async function signed(outgoing: Outgoing & { verification?: HmacVerification; nowMs?: number } = {}) {
  const { verification = byBody, nowMs = Date.now(), ...rest } = outgoing;
  const content = outgoing.body ?? (outgoing.method === "GET" ? "" : body);
  const request = {
    method: outgoing.method ?? "POST",
    url: outgoing.path ?? address,
    headers: {},
    body: Buffer.from(content),
  };
  const { headers } = await signRequest(verification, request, { nowMs });
  const signature = ["x-toy-signature", headers["x-toy-signature"] ?? ""];
  const type = outgoing.headers?.includes("content-type") === true ? [] : ["content-type", "application/json"];
  return { ...rest, body: content, headers: [...(outgoing.headers ?? []), ...type, ...signature] };
}

const refusal = (code: string): unknown => ({
  success: false,
  error: { code, message: expect.any(String), docs: `docs/errors.md#${code}` },
});

const versions = [
  { name: "Express 5", framework: express },
  // The same functions under the types of another version; that these fit as well is a test of its own.
  { name: "Express 4", framework: express4 as unknown as typeof express },
];

describe.each(versions)("toExpressHandler in $name", ({ framework }) => {
  async function serve(
    offhook = makeOffhook(),
    toHandler = toExpressHandler,
  ): Promise<{ port: number; offhook: Offhook; requests: IncomingMessage[] }> {
    const requests: IncomingMessage[] = [];
    const app = framework();
    app.use((request, _response, next) => {
      requests.push(request);
      next();
    });
    app.use("/api/webhooks", toHandler(offhook));
    return { port: await listen(app), offhook, requests };
  }

  describe("a genuine delivery", () => {
    test("is answered with 200 and stored as the bytes that were sent", async () => {
      const { port, offhook } = await serve();
      const answer = await send(port, await signed());
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({ success: true, id: expect.stringMatching(/^dlv_/), duplicate: false });
      expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength(answer.text)));
      expect(answer.headers["transfer-encoding"]).toBeUndefined();
      const [summary] = (await offhook.deliveries.list()).data;
      const delivery = await offhook.deliveries.get(summary?.id ?? "");
      expect(delivery).toMatchObject({ status: "unmapped", method: "POST", url: address, remoteAddress: "127.0.0.1" });
      expect(Buffer.from(delivery?.body ?? [])).toEqual(body);
    });

    test("is answered as a duplicate the second time", async () => {
      const { port, offhook } = await serve();
      await send(port, await signed());
      expect(await send(port, await signed())).toMatchObject({ status: 200, json: { duplicate: true } });
      expect((await offhook.deliveries.list()).data).toHaveLength(1);
    });

    test("may come in chunks without a length", async () => {
      const { port } = await serve();
      expect(await send(port, await signed({ chunked: true, body: "x".repeat(maxBodyBytes) }))).toMatchObject({
        status: 200,
      });
    });

    test("may be binary", async () => {
      const { port, offhook } = await serve();
      const bytes = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
      expect(await send(port, await signed({ body: bytes }))).toMatchObject({ status: 200 });
      const [summary] = (await offhook.deliveries.list()).data;
      expect(Buffer.from((await offhook.deliveries.get(summary?.id ?? ""))?.body ?? [])).toEqual(Buffer.from(bytes));
    });

    test("may be empty", async () => {
      const { port } = await serve();
      expect(await send(port, await signed({ body: "" }))).toMatchObject({ status: 200 });
    });

    test("leaves no listener on its request", async () => {
      const { port, requests } = await serve();
      await send(port, await signed());
      await send(port, await signed({ body: "x".repeat(maxBodyBytes + 1), chunked: true }));
      expect(requests).toHaveLength(2);
      for (const request of requests) {
        for (const name of ["data", "error", "close"]) expect(request.listenerCount(name)).toBe(0);
      }
    });

    test("is one of a hundred at once", async () => {
      const { port, offhook } = await serve();
      const answers = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => send(port, await signed({ body: `{"call":${index}}` }))),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
      expect((await offhook.deliveries.list({ limit: 200 })).data).toHaveLength(100);
    });
  });

  describe("a refused delivery", () => {
    test.each([
      { code: "signature_missing", change: () => ({ headers: [], body }) },
      { code: "signature_malformed", change: () => ({ headers: ["x-toy-signature", "nonsense"], body }) },
      { code: "signature_mismatch", change: async () => ({ ...(await signed()), body: `${body.toString()} ` }) },
      { code: "timestamp_out_of_range", change: () => signed({ nowMs: Date.now() - 3_600_000 }) },
    ])("gets 401 $code", async ({ code, change }) => {
      const { port } = await serve();
      const answer = await send(port, await change());
      expect(answer).toMatchObject({ status: 401, json: refusal(code) });
      expect(answer.text).not.toContain(secret);
    });

    test.each([
      { path: address, verification: byBody },
      { path: `${address}/url`, verification: byUrl },
    ])("gets 401 when the signature header of $path stands there twice", async ({ path, verification }) => {
      const { port } = await serve();
      const delivery = await signed({ path, verification });
      const headers = [...delivery.headers, ...delivery.headers.slice(-2)];
      expect(await send(port, delivery)).toMatchObject({ status: 200 });
      expect(await send(port, { ...delivery, headers })).toMatchObject({
        status: 401,
        json: refusal("signature_malformed"),
      });
    });

    test("gets 415 when it is compressed", async () => {
      const { port } = await serve();
      const delivery = await signed({ body: gzipSync(body), headers: ["content-encoding", "gzip"] });
      expect(await send(port, delivery)).toMatchObject({ status: 415, json: refusal("unsupported_media_type") });
    });

    test.each([
      { title: "with a length", chunked: false },
      { title: "without a length", chunked: true },
    ])("gets 413 $title when it is too large, and sees it", async ({ chunked }) => {
      const { port, offhook } = await serve();
      for (const size of [maxBodyBytes + 1, 16 * 1024 * 1024]) {
        const answer = await send(port, { body: Buffer.alloc(size, "x"), chunked });
        expect(answer).toMatchObject({
          status: 413,
          json: refusal("body_too_large"),
          headers: { connection: "close" },
        });
      }
      expect(await send(port, await signed())).toMatchObject({ status: 200 });
      expect((await offhook.deliveries.list({ status: "rejected" })).data).toHaveLength(2);
    });

    test("gets 413 although its sender listens only after sending everything", async () => {
      const { port } = await serve();
      const socket = connect(port, "127.0.0.1").setEncoding("utf8").pause();
      const size = 32 * 1024 * 1024;
      socket.write(`POST ${address} HTTP/1.1\r\nhost: app.example.com\r\ncontent-length: ${size}\r\n\r\n`);
      for (let sent = 0; sent < size; sent += 1024 * 1024) {
        if (!socket.write(Buffer.alloc(1024 * 1024))) await once(socket, "drain");
      }
      let text = "";
      for await (const chunk of socket) text += String(chunk);
      expect(text).toMatch(/^HTTP\/1\.1 413 /);
    });

    test("gets 413 before the body of a stated length is sent, and then a closed connection", async () => {
      const { port } = await serve();
      const socket = connect(port, "127.0.0.1");
      const head = [`POST ${address} HTTP/1.1`, "host: app.example.com", `content-length: ${maxBodyBytes + 1}`];
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      let text = "";
      for await (const chunk of socket.setEncoding("utf8")) text += String(chunk);
      expect(text).toMatch(/^HTTP\/1\.1 413 /);
    });

    test("gets 408 when its body does not come to an end in time", async () => {
      vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
      // Its timer is one for all requests: that of another test is a real one.
      vi.resetModules();
      const fresh = await import("./express-handler.ts");
      const { port, requests } = await serve(makeOffhook(), fresh.toExpressHandler);
      const request = httpRequest({ port, host: "127.0.0.1", method: "POST", path: address, agent: false });
      request.on("error", () => undefined);
      request.write("{");
      await vi.waitFor(() => expect(requests[0]?.listenerCount("data")).toBe(1));
      const answered = once(request, "response");
      vi.advanceTimersByTime(bodyTimeoutMs);
      // The event has exactly this argument.
      const [response] = (await answered) as [IncomingMessage];
      expect(response).toMatchObject({ statusCode: 408, headers: { connection: "close" } });
      request.destroy();
    });

    test("that breaks off leaves the server healthy", async () => {
      const { port, offhook, requests } = await serve();
      const request = httpRequest({
        port,
        host: "127.0.0.1",
        method: "POST",
        path: address,
        headers: { "content-length": "100" },
        agent: false,
      });
      request.on("error", () => undefined);
      request.write("{");
      await vi.waitFor(() => expect(requests[0]?.listenerCount("data")).toBe(1));
      request.destroy();
      await vi.waitFor(async () => {
        const [rejected] = (await offhook.deliveries.list()).data;
        expect(rejected?.error?.code).toBe("payload_invalid");
      });
      expect(await send(port, await signed())).toMatchObject({ status: 200 });
    });

    test("gets 503 and a time to come back when the storage is down", async () => {
      const storage = {
        ...memoryStorage(),
        write: () => Promise.reject(new Error(`connect ECONNREFUSED db.internal ${secret}`)),
      };
      const { port } = await serve(makeOffhook({ storage }));
      const answer = await send(port, await signed());
      expect(answer).toMatchObject({
        status: 503,
        json: refusal("storage_unavailable"),
        headers: { "retry-after": expect.any(String) },
      });
      expect(answer.text).not.toMatch(/internal|ECONNREFUSED|secret/);
    });

    test("leaves its connection to the next one", async () => {
      const { port } = await serve();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      cleanups.push(() => agent.destroy());
      expect(await send(port, { agent, body })).toMatchObject({ status: 401, reusedSocket: false });
      const compressed = await signed({ agent, headers: ["content-encoding", "gzip"] });
      expect(await send(port, compressed)).toMatchObject({ status: 415, reusedSocket: true });
      expect(await send(port, await signed({ agent }))).toMatchObject({ status: 200, reusedSocket: true });
    });
  });

  describe("behind a body parser", () => {
    const form = ["content-type", "application/x-www-form-urlencoded"];

    test.each([
      { parser: "json", middleware: framework.json(), delivery: {} },
      { parser: "urlencoded", middleware: framework.urlencoded({ extended: false }), delivery: { headers: form } },
      { parser: "text", middleware: framework.text({ type: "*/*" }), delivery: {} },
    ])("$parser, a delivery gets 500 with the mend", async ({ middleware, delivery }) => {
      const logged: string[] = [];
      const write = (_fields: object, message: string) => void logged.push(message);
      const offhook = makeOffhook({ logger: { info: write, warn: write, error: write } });
      const handler = toExpressHandler(offhook);
      const port = await listen(framework().use(middleware).use("/api/webhooks", handler));
      const answer = await send(port, await signed(delivery));
      expect(answer).toMatchObject({ status: 500, json: refusal("body_already_parsed") });
      expect(answer.text).toContain("mount Offhook's handler first");
      expect(answer.text).toContain("req.rawBody");
      expect(answer.text).not.toContain("c1");
      expect(logged.join()).toContain("mount toExpressHandler before express.json()");
      expect((await offhook.deliveries.list({ status: "unmapped" })).data).toHaveLength(0);
    });

    test("that kept the bytes as rawBody, a delivery is verified by them", async () => {
      const app = framework();
      app.use(
        framework.json({
          verify: (request, _response, buffer) => {
            // The name is a convention that no type knows.
            (request as IncomingMessage & { rawBody?: Buffer }).rawBody = buffer;
          },
        }),
      );
      const port = await listen(app.use("/api/webhooks", toExpressHandler(makeOffhook())));
      expect(await send(port, await signed())).toMatchObject({ status: 200 });
      expect(await send(port, { ...(await signed()), body: "{}" })).toMatchObject({ status: 401 });
    });

    test("that kept the bytes as text, a delivery gets 500", async () => {
      const app = framework();
      app.use(
        framework.json({
          verify: (request, _response, buffer) => {
            // The name is a convention that no type knows.
            (request as IncomingMessage & { rawBody?: string }).rawBody = buffer.toString("utf8");
          },
        }),
      );
      const port = await listen(app.use("/api/webhooks", toExpressHandler(makeOffhook())));
      expect(await send(port, await signed())).toMatchObject({ status: 500, json: refusal("body_already_parsed") });
    });

    test("that leaves the bytes alone, as express.raw, a delivery is verified by them", async () => {
      const app = framework().use(framework.raw({ type: "*/*", limit: "1mb" }));
      const port = await listen(app.use("/api/webhooks", toExpressHandler(makeOffhook())));
      expect(await send(port, await signed())).toMatchObject({ status: 200 });
      expect(await send(port, { body: "x".repeat(maxBodyBytes + 1) })).toMatchObject({ status: 413 });
    });

    test("that does not feel responsible, a delivery is read as usual", async () => {
      const app = framework().use(framework.urlencoded({ extended: false }));
      const port = await listen(app.use("/api/webhooks", toExpressHandler(makeOffhook())));
      expect(await send(port, await signed())).toMatchObject({ status: 200 });
    });

    test("what has no body works as usual", async () => {
      const port = await listen(
        framework().use(framework.json()).use("/api/webhooks", toExpressHandler(makeOffhook())),
      );
      const query = { method: "GET", path: `${address}?call=c1` };
      expect(await send(port, await signed(query))).toMatchObject({ status: 200, json: { duplicate: false } });
      expect(await send(port, await signed({ body: "" }))).toMatchObject({ status: 200 });
      expect(await send(port, { method: "GET" })).toMatchObject({ status: 200, json: { success: true } });
    });

    test("a request that needs no body gets its usual answer", async () => {
      const port = await listen(
        framework().use(framework.json()).use("/api/webhooks", toExpressHandler(makeOffhook())),
      );
      const headers = ["content-type", "application/json"];
      expect(await send(port, { method: "PUT", headers, body: "{}" })).toMatchObject({ status: 405 });
      expect(await send(port, { method: "OPTIONS", headers, body: "{}" })).toMatchObject({ status: 204 });
    });
  });

  describe("mounted", () => {
    test.each([
      { place: "at the prefix", mount: "/api/webhooks", path: address },
      { place: "at the prefix, with a slash at the end", mount: "/api/webhooks/", path: `${address}/` },
      { place: "elsewhere", mount: "/hooks", path: "/hooks/toy" },
      { place: "at the root", mount: "/", path: address },
      { place: "at the root, by an absolute alias", mount: "/", path: "/webhooks/toy" },
      { place: "at the root, by an alias with a query", mount: "/", path: "/toy-callback?a=%7e+b%20c" },
    ])("$place, it serves $path", async ({ mount, path }) => {
      const offhook = makeOffhook();
      const port = await listen(framework().use(mount, toExpressHandler(offhook)));
      expect(await send(port, await signed({ path }))).toMatchObject({ status: 200 });
      const [summary] = (await offhook.deliveries.list()).data;
      expect((await offhook.deliveries.get(summary?.id ?? ""))?.url).toBe(path);
    });

    test("in a router, it serves the paths below", async () => {
      const router = framework.Router().use("/in", toExpressHandler(makeOffhook()));
      const port = await listen(framework().use("/hooks", router));
      expect(await send(port, await signed({ path: "/hooks/in/toy" }))).toMatchObject({ status: 200 });
    });

    test.each(["/api/webhooks/toy/url", "/hooks/toy/url"])(
      "it hands on the target of %s as it stood on the wire, which signatures cover",
      async (path) => {
        const handler = toExpressHandler(makeOffhook());
        const port = await listen(framework().use("/api/webhooks", handler).use("/hooks", handler));
        const target = `${path}?q=%7e+a%20b&u=%C3%BC&empty&slash=%2f/`;
        expect(await send(port, await signed({ path: target, verification: byUrl }))).toMatchObject({ status: 200 });
      },
    );

    test("anywhere, it passes on what is not its own, unread", async () => {
      const app = framework();
      app.get("/before", (_request, response) => void response.send("before"));
      app.use(toExpressHandler(makeOffhook()));
      app.use(framework.json());
      app.post("/orders", (request, response) => void response.json({ got: request.body as unknown }));
      app.use((_request, response) => void response.status(404).send("the app's own 404"));
      const port = await listen(app);
      const order = { path: "/orders", headers: ["content-type", "application/json"], body: '{"order":1}' };
      expect(await send(port, order)).toMatchObject({ status: 200, json: { got: { order: 1 } } });
      expect(await send(port, { method: "GET", path: "/before" })).toMatchObject({ text: "before" });
      for (const path of ["/", "/toy", "/api/webhooks", "/api/webhooks/unknown", "/api/webhooks/toy/more"]) {
        expect(await send(port, { ...order, path })).toMatchObject({ status: 404, text: "the app's own 404" });
      }
      expect(await send(port, await signed())).toMatchObject({ status: 200 });
    });
  });

  describe("other methods", () => {
    test("GET says what is served here", async () => {
      const { port } = await serve();
      const answer = await send(port, { method: "GET" });
      expect(answer).toMatchObject({
        status: 200,
        json: { success: true, endpoint: address, methods: ["GET", "POST"] },
      });
    });

    test("HEAD answers without a body", async () => {
      const { port } = await serve();
      const answer = await send(port, { method: "HEAD" });
      expect(answer).toMatchObject({ status: 200, text: "" });
      expect(Number(answer.headers["content-length"])).toBeGreaterThan(0);
    });

    test("OPTIONS answers the preflight without a body or a length", async () => {
      const { port } = await serve();
      const answer = await send(port, { method: "OPTIONS" });
      expect(answer).toMatchObject({ status: 204, text: "", headers: { allow: "GET, HEAD, OPTIONS, POST" } });
      expect(answer.headers["content-length"]).toBeUndefined();
    });

    test.each(["PUT", "PATCH", "DELETE"])("%s gets 405 with Allow", async (method) => {
      const { port } = await serve();
      const answer = await send(port, { method, body });
      expect(answer).toMatchObject({ status: 405, json: refusal("method_not_allowed") });
      expect(answer.headers["allow"]).toBe("GET, HEAD, OPTIONS, POST");
    });
  });

  describe("next to other code", () => {
    test("keeps the headers that others have set", async () => {
      const app = framework();
      app.use((_request, response, next) => {
        response.setHeader("x-request-id", "r1");
        next();
      });
      const port = await listen(app.use("/api/webhooks", toExpressHandler(makeOffhook())));
      expect(await send(port, await signed())).toMatchObject({ status: 200, headers: { "x-request-id": "r1" } });
    });

    test("stays silent where somebody else has answered", async () => {
      const app = framework();
      app.use((_request, response, next) => {
        response.status(202).send("already");
        next();
      });
      const offhook = makeOffhook();
      const port = await listen(app.use("/api/webhooks", toExpressHandler(offhook)));
      expect(await send(port, await signed())).toMatchObject({ status: 202, text: "already" });
      expect(await send(port, await signed())).toMatchObject({ status: 202, text: "already" });
    });

    test("hands a mistake in a provider to the app's error handler", async () => {
      const reply = { contentType: "text/xml\r\nx-injected: 1", body: "<Response/>" };
      const broken: Provider = {
        name: "broken",
        routes: [
          {
            ...route,
            paths: ["broken"],
            verification: byBody,
            translate: () => ({ kind: "x", events: [], reply }),
          },
        ],
      };
      const app = framework().use(toExpressHandler(makeOffhook({ providers: [broken] })));
      app.use(
        ((_error, _request, response, _next) =>
          void response.status(500).send("handled")) satisfies express.ErrorRequestHandler,
      );
      const port = await listen(app);
      const answer = await send(port, await signed({ path: "/api/webhooks/broken" }));
      expect(answer).toMatchObject({ status: 500, text: "handled" });
      expect(answer.headers["x-injected"]).toBeUndefined();
    });
  });
});

test("the handler fits the types of Express 4 and 5", () => {
  const handler = toExpressHandler(makeOffhook());
  expect(express().use("/api/webhooks", handler)).toBeTypeOf("function");
  expect(express4().use("/api/webhooks", handler)).toBeTypeOf("function");
  expect(express.Router().use(handler)).toBeTypeOf("function");
  expect(express4.Router().use(handler)).toBeTypeOf("function");
});
