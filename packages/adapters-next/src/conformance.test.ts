import { signRequest } from "@offhook/core";
import { describeAdapter, type AdapterTarget } from "@offhook/testing/conformance";
import { byBody, byUrl } from "@offhook/testing/subject";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp } from "./test-app.ts";

/** Building takes some seconds, and more beside other tests. */
const startTimeoutMs = 120_000;

const routers = [
  { name: "App Router", app: "app-router", above: "" },
  // Next serves API routes of this router below /api only.
  { name: "Pages Router", app: "pages-router", above: "/api" },
];

describe.each(routers)("$name", ({ name, app, above }) => {
  let server: AdapterTarget;
  beforeAll(async () => {
    server = await startTestApp(app, `${above}/state`);
  }, startTimeoutMs);
  afterAll(() => server.close());

  async function send(path: string, verification = byBody, body = `{"call":"${path}"}`): Promise<Response> {
    const request = { method: "POST", url: path, headers: {}, body: Buffer.from(body) };
    const { headers } = await signRequest(verification, request, { nowMs: Date.now() });
    const type = { "content-type": "application/json" };
    return fetch(`http://127.0.0.1:${server.port}${path}`, { method: "POST", headers: { ...type, ...headers }, body });
  }

  test("the very first request is known as it came, where the watch began with the server", async () => {
    const path = "/api/webhooks/subject/url?q=a%20b&u=%c3%bc";
    expect(await (await send(path, byUrl)).json()).toMatchObject({ success: true, duplicate: false });
    expect((await server.state()).deliveries[0]).toMatchObject({ url: path, remoteAddress: "127.0.0.1" });
  });

  test("what is not Offhook's is answered 404", async () => {
    const response = await send("/api/webhooks/unknown");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
  });

  test("another folder with a catch-all segment serves as well", async () => {
    const path = `${above}/hooks/t1/subject?path=x&path=y`;
    expect(await (await send(path)).json()).toMatchObject({ success: true });
    expect((await server.state()).deliveries[0]).toMatchObject({ url: path });
    expect((await send(`${above}/hooks/t1/more/subject`)).status).toBe(404);
  });

  test("a body that was read before is told as what it is", async () => {
    const response = await send(`${above}/parsed/subject`);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: "body_already_parsed" } });
    expect((await server.state()).deliveries[0]).toMatchObject({ status: "rejected", code: "body_already_parsed" });
  });

  describeAdapter({ name: `Next, ${name}`, start: async () => ({ ...server, close: async () => undefined }) });
});
