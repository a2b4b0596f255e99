import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { signRequest } from "@offhook/core";
import { byBody, createAdapterSubject } from "@offhook/testing/subject";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import { toFastifyHandler } from "./fastify-handler.ts";

const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

function open(): FastifyInstance {
  const app = Fastify();
  apps.push(app);
  return app;
}

/** A genuine delivery over real HTTP. */
async function send(app: FastifyInstance, path: string, body = '{"call": 1}'): Promise<Response> {
  if (!app.server.listening) await app.listen({ port: 0, host: "127.0.0.1" });
  const request = { method: "POST", url: path, headers: {}, body: Buffer.from(body) };
  const { headers } = await signRequest(byBody, request);
  // A server that listens on TCP has an address of this shape.
  const { port } = app.server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body,
  });
}

describe("toFastifyHandler", () => {
  test("serves every address, absolute ones too", async () => {
    const app = open();
    await app.register(toFastifyHandler(createAdapterSubject().offhook));
    for (const path of ["/api/webhooks/subject", "/api/webhooks/subject/", "/subject-callback", "/api/webhooks/test"]) {
      expect((await send(app, path)).status, path).toBe(200);
    }
    expect((await send(app, "/api/webhooks/unknown")).status).toBe(404);
  });

  test("with a prefix, serves the addresses below it", async () => {
    const app = open();
    await app.register(toFastifyHandler(createAdapterSubject().offhook), { prefix: "/hooks" });
    expect((await send(app, "/hooks/subject")).status).toBe(200);
    expect((await send(app, "/subject-callback")).status).toBe(404);
    expect((await send(app, "/api/webhooks/subject")).status).toBe(404);
  });

  test("in a plugin with a prefix, serves them below that", async () => {
    const app = open();
    const { offhook } = createAdapterSubject();
    await app.register(
      async (scope) => {
        await scope.register(toFastifyHandler(offhook), { prefix: "/in" });
      },
      { prefix: "/hooks" },
    );
    expect((await send(app, "/hooks/in/subject")).status).toBe(200);
  });

  test.each([
    { title: "a slash at its end", prefix: "/hooks/", path: "/hooks/subject" },
    { title: "nothing but a slash", prefix: "/", path: "/api/webhooks/subject" },
    { title: "a parameter", prefix: "/:tenant/hooks", path: "/acme/hooks/subject" },
    { title: "letters that are encoded", prefix: "/caf\u00e9", path: "/caf%C3%A9/subject" },
  ])("serves below a prefix of $title", async ({ prefix, path }) => {
    const app = open();
    await app.register(toFastifyHandler(createAdapterSubject().offhook), { prefix });
    expect((await send(app, path)).status).toBe(200);
  });

  test.each([
    { options: { rewriteUrl: ({ url = "/" }) => url.replace("/v1", "") }, path: "/v1/api/webhooks/subject" },
    { options: { routerOptions: { ignoreDuplicateSlashes: true } }, path: "/api//webhooks/subject" },
    { options: { routerOptions: { caseSensitive: false } }, path: "/API/webhooks/Subject" },
    { options: { routerOptions: { ignoreTrailingSlash: true } }, path: "/api/webhooks/subject/" },
    { options: { ignoreTrailingSlash: true }, path: "/api/webhooks/subject/" },
  ])("serves what the app's router takes for an address: $path", async ({ options, path }) => {
    const app = Fastify(options);
    apps.push(app);
    await app.register(toFastifyHandler(createAdapterSubject().offhook));
    expect((await send(app, path)).status).toBe(200);
  });

  test("says so when an address is served already", async () => {
    const app = open();
    await app.register(toFastifyHandler(createAdapterSubject().offhook));
    await expect(app.register(toFastifyHandler(createAdapterSubject().offhook))).rejects.toThrow(/already declared/);
  });

  test("leaves the app's parsers and routes as they are", async () => {
    const app = open();
    app.post("/before", (request) => ({ got: request.body }));
    await app.register(toFastifyHandler(createAdapterSubject().offhook));
    app.post("/after", (request) => ({ got: request.body }));
    for (const path of ["/before", "/after"]) {
      expect(await (await send(app, path, '{"order":1}')).json()).toEqual({ got: { order: 1 } });
    }
  });

  test("takes raw bytes whatever parsers and later hooks the app has", async () => {
    const app = open();
    const { offhook, state } = createAdapterSubject();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.addHook("preParsing", async () => {
      throw new Error("not for webhooks");
    });
    await app.register(toFastifyHandler(offhook));
    expect((await send(app, "/api/webhooks/subject", '{ "a":  1 }')).status).toBe(200);
    expect((await state()).deliveries[0]?.bodyHex).toBe(Buffer.from('{ "a":  1 }').toString("hex"));
  });

  test("says what to change where a hook has read the body first", async () => {
    const app = open();
    const { offhook, state } = createAdapterSubject();
    app.addHook("onRequest", async ({ raw }) => {
      await once(raw.resume(), "end");
    });
    await app.register(toFastifyHandler(offhook));
    const answer = await send(app, "/api/webhooks/subject");
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ error: { code: "body_already_parsed" } });
    expect((await state()).deliveries[0]?.code).toBe("body_already_parsed");
  });

  test("takes the bytes that such a hook has kept", async () => {
    const app = open();
    app.decorateRequest("rawBody", null);
    app.addHook("onRequest", async (request) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request.raw) chunks.push(chunk as Buffer); // no encoding is set
      Object.assign(request, { rawBody: Buffer.concat(chunks) });
    });
    await app.register(toFastifyHandler(createAdapterSubject().offhook));
    expect((await send(app, "/api/webhooks/subject")).status).toBe(200);
  });

  test("keeps what hooks of the app add to answers, also to those that end the connection", async () => {
    const app = open();
    const seen: number[] = [];
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("x-request-id", "r1");
    });
    app.addHook("onResponse", async (_request, reply) => {
      seen.push(reply.raw.statusCode);
    });
    await app.register(toFastifyHandler(createAdapterSubject().offhook));
    const accepted = await send(app, "/api/webhooks/subject");
    const tooLarge = await send(app, "/api/webhooks/subject", "x".repeat(5_000));
    expect([accepted.status, tooLarge.status]).toEqual([200, 413]);
    // Nothing can follow a body that nobody reads to its end.
    expect([accepted, tooLarge].map(({ headers }) => headers.get("connection"))).toEqual(["keep-alive", "close"]);
    expect([accepted, tooLarge].map(({ headers }) => headers.get("x-request-id"))).toEqual(["r1", "r1"]);
    await expect.poll(() => seen).toEqual([200, 413]);
  });

  test("answers what an auth hook of the app lets pass only", async () => {
    const app = open();
    app.addHook("onRequest", async (_request, reply) => reply.code(418).send("no"));
    const { offhook, state } = createAdapterSubject();
    await app.register(toFastifyHandler(offhook));
    expect((await send(app, "/api/webhooks/subject")).status).toBe(418);
    expect((await state()).deliveries).toHaveLength(0);
  });
});
