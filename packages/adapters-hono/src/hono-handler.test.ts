import { signRequest } from "@offhook/core";
import { byBody, createAdapterSubject } from "@offhook/testing/subject";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { describe, expect, test } from "vitest";
import { toHonoHandler } from "./hono-handler.ts";

interface Outgoing {
  readonly body?: string;
  /** What the runtime hands over beside the Request. */
  readonly env?: object;
  /** Leaves out Content-Length, as a chunked upload does. */
  readonly isChunked?: boolean;
}

/** A genuine delivery, as a runtime hands it to the app. */
async function send(app: Hono, path: string, { body = '{"call": 1}', env, isChunked = false }: Outgoing = {}) {
  const request = { method: "POST", url: path, headers: {}, body: Buffer.from(body) };
  const { headers } = await signRequest(byBody, request);
  const length = isChunked ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return app.request(
    `https://hooks.example.com${path}`,
    { method: "POST", headers: { ...headers, ...length }, body },
    env,
  );
}

describe("toHonoHandler", () => {
  test.each(["/api/webhooks/*", "/*", "*", "/api/*"])("at %s, serves the addresses below", async (mount) => {
    const app = new Hono().use(mount, toHonoHandler(createAdapterSubject().offhook));
    expect((await send(app, "/api/webhooks/subject")).status).toBe(200);
    expect((await send(app, "/api/webhooks/unknown")).status).toBe(404);
  });

  test("without a path, serves everything and absolute addresses too", async () => {
    const app = new Hono().use(toHonoHandler(createAdapterSubject().offhook));
    expect((await send(app, "/api/webhooks/subject")).status).toBe(200);
    expect((await send(app, "/subject-callback")).status).toBe(200);
  });

  test("at another path, below a base path and in a route, serves the addresses below it", async () => {
    const { offhook } = createAdapterSubject();
    expect((await send(new Hono().use("/hooks/*", toHonoHandler(offhook)), "/hooks/subject")).status).toBe(200);
    const based = new Hono().basePath("/v1").all("/hooks/*", toHonoHandler(offhook));
    expect((await send(based, "/v1/hooks/subject", { body: "2" })).status).toBe(200);
    const routed = new Hono().route("/in", new Hono().use("/hooks/*", toHonoHandler(offhook)));
    expect((await send(routed, "/in/hooks/subject", { body: "3" })).status).toBe(200);
    expect((await send(routed, "/hooks/subject")).status).toBe(404);
  });

  test.each([
    { app: (handler: MiddlewareHandler) => new Hono().use("/:tenant/hooks/*", handler), path: "/acme/hooks/subject" },
    {
      app: (handler: MiddlewareHandler) => new Hono().route("/t/:id", new Hono().use("/hooks/*", handler)),
      path: "/t/7/hooks/subject",
    },
    { app: (handler: MiddlewareHandler) => new Hono().use("/caf\u00e9/*", handler), path: "/caf%C3%A9/subject" },
    {
      app: (handler: MiddlewareHandler) => new Hono().mount("/in", new Hono().use("/hooks/*", handler).fetch),
      path: "/in/hooks/subject",
    },
    {
      app: (handler: MiddlewareHandler) => new Hono().mount("/in", new Hono().use(handler).fetch),
      path: "/in/api/webhooks/subject",
    },
  ])("serves $path", async ({ app, path }) => {
    const incoming = { url: path, headers: {}, socket: {} };
    for (const [index, env] of [undefined, { incoming }].entries()) {
      const { offhook, state } = createAdapterSubject();
      const answer = await send(app(toHonoHandler(offhook)), path, { body: String(index), ...(env && { env }) });
      // Without the headers of Node's request nothing is signed.
      expect(answer.status).toBe(env === undefined ? 200 : 401);
      expect((await state()).deliveries).toHaveLength(1);
    }
  });

  test("passes on what is not its own, unread", async () => {
    const app = new Hono().use("*", toHonoHandler(createAdapterSubject().offhook));
    app.post("/orders", async (context) => context.json({ got: await context.req.text() }));
    expect(await (await send(app, "/orders", { body: "order" })).json()).toEqual({ got: "order" });
  });

  test("keeps what earlier middlewares have set, and lets later ones see the answer", async () => {
    const statuses: number[] = [];
    const app = new Hono().use(async (context, next) => {
      context.header("x-request-id", "r1");
      await next();
      statuses.push(context.res.status);
    });
    app.use(toHonoHandler(createAdapterSubject().offhook));
    const answer = await send(app, "/api/webhooks/subject");
    expect([answer.status, answer.headers.get("x-request-id"), ...statuses]).toEqual([200, "r1", 200]);
  });

  test("takes the bytes of an earlier middleware that read them as such", async () => {
    const { offhook, state } = createAdapterSubject();
    const app = new Hono().use(async (context, next) => {
      await context.req.arrayBuffer();
      await next();
    });
    app.use(toHonoHandler(offhook));
    expect((await send(app, "/api/webhooks/subject", { body: "caf\u00e9" })).status).toBe(200);
    expect((await state()).deliveries[0]?.bodyHex).toBe(Buffer.from("caf\u00e9").toString("hex"));
  });

  test.each(["text", "json", "formData"] as const)("refuses a body that was read as %s, and says so", async (how) => {
    const { offhook, state } = createAdapterSubject();
    const app = new Hono().use(async (context, next) => {
      await context.req[how]().catch(() => undefined);
      await next();
    });
    app.use(toHonoHandler(offhook));
    const answer = await send(app, "/api/webhooks/subject");
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ error: { code: "body_already_parsed" } });
    expect((await state()).deliveries[0]?.code).toBe("body_already_parsed");
  });

  test.each([true, false])("goes behind a limit of bodies; in chunks: %s", async (isChunked) => {
    const app = new Hono().use(bodyLimit({ maxSize: 100 }), toHonoHandler(createAdapterSubject().offhook));
    expect((await send(app, "/api/webhooks/subject", { isChunked })).status).toBe(200);
  });

  test.each([
    {
      runtime: "Node",
      env: { incoming: { url: "/api/webhooks/subject", headers: {}, socket: { remoteAddress: "192.0.2.1" } } },
    },
    { runtime: "Deno", env: { remoteAddr: { hostname: "192.0.2.1" } } },
    { runtime: "Bun", env: { requestIP: () => ({ address: "192.0.2.1" }) } },
  ])("tells the journal the peer's address on $runtime", async ({ env }) => {
    const { offhook, state } = createAdapterSubject();
    const app = new Hono().use(toHonoHandler(offhook));
    await send(app, "/api/webhooks/subject", { env });
    expect((await state()).deliveries[0]?.remoteAddress).toBe("192.0.2.1");
  });

  test.each([{ incoming: "a binding" }, { remoteAddr: "a binding" }, { requestIP: 7 }, {}])(
    "takes a Worker's bindings %j for nothing else",
    async (env) => {
      const { offhook, state } = createAdapterSubject();
      const app = new Hono().use(toHonoHandler(offhook));
      expect((await send(app, "/api/webhooks/subject", { env })).status).toBe(200);
      expect((await state()).deliveries[0]?.remoteAddress).toBeNull();
    },
  );
});
