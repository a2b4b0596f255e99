import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Call, CallEvent, Delivery, DeliverySummary, Job, Page } from "@offhook/core";
import { foldCall, signRequest } from "@offhook/core";
import { signSample, twilioLife } from "@offhook/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
const callIds = ["a1", "a2", "a3"].map((key) => `call_twilio_CA${key.padStart(32, "0")}`);

beforeAll(async () => {
  server = await startTestServer();
  for (const [index, key] of ["a1", "a2", "a3"].entries()) {
    const life = twilioLife({ key, from: `+1415555020${index}`, startMs: Date.UTC(2026, 10, 20, 10 + index) });
    // The last call only begins.
    for (const sample of index === 2 ? life.slice(0, 2) : life) {
      const { status } = await server.send(await signed(sample));
      if (status !== 204) throw new Error(`${sample.name} was answered ${status}`);
    }
  }
});
afterAll(() => server.close());

async function signed(sample: ReturnType<typeof twilioLife>[number]) {
  const provider = server.providers.find(({ name }) => name === sample.provider);
  if (provider === undefined) throw new RangeError(`No provider "${sample.provider}"`);
  return signSample(provider, sample);
}

async function read<Body>(path: string): Promise<Body> {
  const response = await server.ask(path);
  expect(response.status).toBe(200);
  // The routes answer in the exported types.
  return (await response.json()) as Body;
}

const ids = ({ data }: Page<{ readonly id: string }>): string[] => data.map(({ id }) => id);

test("S14: management routes ask for the admin token, in the header alone", async () => {
  const token = server.adminToken;
  for (const path of [
    "/api/calls",
    "/api/calls/x",
    "/api/deliveries",
    "/api/leads",
    "/api/admin/health",
    "/api/none",
  ]) {
    for (const headers of [
      {},
      { authorization: "" },
      { authorization: token },
      { authorization: "Bearer " },
      { authorization: `Bearer ${token}0` },
      { authorization: `Bearer ${token.slice(1)}` },
      { authorization: `Basic ${token}` },
      { cookie: `token=${token}` },
    ]) {
      const response = await server.ask(path, { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(await response.json()).toEqual({
        success: false,
        error: { code: "unauthorized", message: expect.any(String), docs: "examples/server/README.md#errors" },
      });
    }
  }
  expect((await server.ask(`/api/calls?token=${token}`, { headers: {} })).status).toBe(401);
});

test("calls are listed newest first, in the exported shape", async () => {
  const page = await read<Page<Call>>("/api/calls");
  expect(ids(page)).toEqual(callIds.toReversed());
  expect(page.nextCursor).toBeNull();
  expect(page.data[2]).toEqual(await server.offhook.calls.get(callIds[0] ?? ""));
});

test("calls are filtered", async () => {
  const found = async (query: string): Promise<string[]> => ids(await read<Page<Call>>(`/api/calls?${query}`));
  const [first, second, third] = callIds;
  expect(await found("status=completed")).toEqual([second, first]);
  expect(await found("status=ringing")).toEqual([third]);
  expect(await found("provider=twilio&direction=inbound")).toHaveLength(3);
  expect(await found("direction=outbound")).toEqual([]);
  expect(await found("phone=%2B14155550201")).toEqual([second]);
  expect(await found("phone=+14155550201")).toEqual([second]);
  expect(await found("from=2026-11-20T11:00:00Z")).toEqual([third, second]);
  expect(await found("from=2026-11-20T11:00Z&to=2026-11-20T13:00:00+01:00")).toEqual([second]);
  expect(await found("to=2026-11-20")).toEqual([]);
});

test("pages follow one another without a gap", async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Call> = await read(`/api/calls?limit=1${cursor === null ? "" : `&cursor=${cursor}`}`);
    expect(page.data).toHaveLength(1);
    seen.push(...ids(page));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(callIds.toReversed());
});

test.each([
  ["calls?limit=0", "limit"],
  ["calls?limit=201", "limit"],
  ["calls?limit=ten", "limit"],
  ["calls?limit=1&limit=2", "limit"],
  ["calls?status=ended", "status"],
  ["calls?direction=sideways", "direction"],
  ["calls?provider=nobody", "provider"],
  ["calls?phone=4155550100", "phone"],
  ["calls?from=yesterday", "from"],
  ["calls?to=2026-13-01", "to"],
  ["calls?to=2026-02-31", "to"],
  ["calls?from=2026-11-20T11:00", "from"],
  ["calls?cursor=", "cursor"],
  ["calls?stauts=completed", "stauts"],
  ["calls?__proto__=1", "__proto__"],
  ["deliveries?status=completed", "status"],
  ["deliveries?phone=%2B14155550100", "phone"],
  ["leads?status=completed", "status"],
])("/api/%s is refused and names the parameter", async (path, name) => {
  const response = await server.ask(`/api/${path}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    success: false,
    error: { code: "payload_invalid", message: expect.stringContaining(`Parameter "${name}"`) },
  });
});

test("a cursor that no page gave is refused", async () => {
  expect((await server.ask("/api/calls?cursor=abc")).status).toBe(400);
});

test("a call is read by its id, with its events", async () => {
  const [id = ""] = callIds;
  const call = await read<Call>(`/api/calls/${id}`);
  expect(call).toMatchObject({ id, status: "completed", direction: "inbound" });
  const { data } = await read<Page<CallEvent>>(`/api/calls/${id}/events`);
  expect(foldCall(data)).toEqual(call);
});

test("deliveries are listed without and read with their body", async () => {
  const { data } = await read<Page<DeliverySummary>>("/api/deliveries?provider=twilio&status=applied&limit=200");
  expect(data).toHaveLength(14);
  const [summary] = data;
  expect(summary).not.toHaveProperty("body");
  const delivery = await read<Delivery & { bodyEncoding: string }>(`/api/deliveries/${summary?.id}`);
  expect(delivery).toMatchObject({ id: summary?.id, bodyEncoding: "utf-8" });
  expect(String(delivery.body)).toContain("CallSid=CA");
});

test("a body that is no text is read as base64", async () => {
  const body = new Uint8Array([0xff, 0xfe, 0x00]);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  expect((await server.send({ method: "POST", url: "/api/webhooks/twilio", headers, body })).status).toBe(401);
  const { data } = await read<Page<DeliverySummary>>("/api/deliveries?status=rejected");
  expect(await read(`/api/deliveries/${data[0]?.id}`)).toMatchObject({ body: "//4A", bodyEncoding: "base64" });
});

async function tell(path: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" };
  return server.ask(path, { method: "POST", headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

test("F04: deliveries are replayed, one or those of a filter, with a preview", async () => {
  const preview = await tell("/api/deliveries/replay", { provider: "twilio", status: "applied", preview: true });
  expect(await preview.json()).toEqual({ matching: 14, unreadable: 0 });
  const replayed = await tell("/api/deliveries/replay", { provider: "twilio", from: "2026-01-01" });
  expect(await replayed.json()).toMatchObject({
    seen: 15,
    unchanged: 14,
    changed: 0,
    failed: 0,
    skipped: { rejected: 1 },
  });
  const { data } = await read<Page<DeliverySummary>>("/api/deliveries?limit=1");
  expect(await (await tell(`/api/deliveries/${data[0]?.id}/replay`, undefined)).json()).toMatchObject({ seen: 1 });
  expect((await tell("/api/deliveries/dlv_none/replay", {})).status).toBe(404);
});

test.each([
  ["deliveries/replay", { stauts: "failed" }, "stauts"],
  ["deliveries/replay", { status: "rejected" }, "status"],
  ["deliveries/replay", { from: 5 }, "from"],
  ["deliveries/replay", { preview: "yes" }, "preview"],
  ["deliveries/replay", [], "object"],
  ["deliveries/replay", {}, "all"],
  ["deliveries/replay", { preview: true }, "all"],
  ["deliveries/replay", { all: true, status: "failed" }, "all"],
  ["jobs/retry", {}, "ids"],
  ["jobs/retry", { ids: [] }, "ids"],
  ["jobs/retry", { ids: ["a"], all: true }, "ids"],
  ["admin/delete-by-number", {}, "number"],
  ["admin/delete-by-number", { number: "4155550100" }, "number"],
])("POST /api/%s %j is refused and names what is wrong", async (path, body, named) => {
  const response = await tell(`/api/${path}`, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { code: "payload_invalid", message: expect.stringContaining(named) },
  });
});

test("a body that is not said to be JSON is refused instead of being taken for none", async () => {
  const headers = { authorization: `Bearer ${server.adminToken}`, "content-type": "application/x-www-form-urlencoded" };
  const body = JSON.stringify({ preview: true, status: "failed" });
  for (const path of ["/api/deliveries/replay", "/api/jobs/retry", "/api/admin/delete-by-number"]) {
    const response = await server.ask(path, { method: "POST", headers, body });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ error: { code: "unsupported_media_type" } });
  }
});

test("a POST of nothing needs no content type, and nothing is not everything", async () => {
  const headers = { authorization: `Bearer ${server.adminToken}` };
  const post = async (path: string, type: object = {}): Promise<[number, unknown]> => {
    const response = await server.ask(path, { method: "POST", headers: { ...headers, ...type } });
    return [response.status, await response.json()];
  };
  expect(await post("/api/jobs/drain")).toMatchObject([200, { failed: 0 }]);
  // As `curl -d ""` sends it.
  const form = { "content-type": "application/x-www-form-urlencoded" };
  expect(await post("/api/jobs/drain", form)).toMatchObject([200, { failed: 0 }]);
  expect(await post("/api/deliveries/replay")).toMatchObject([400, { error: { code: "payload_invalid" } }]);
});

test("a body whose length is not said is refused where it is not JSON", async () => {
  const response = await server.ask("/api/jobs/drain", {
    method: "POST",
    headers: { authorization: `Bearer ${server.adminToken}` },
    body: new Blob(["x"]).stream(),
    // Node sends a stream in chunks, and asks for this.
    duplex: "half",
  });
  expect(response.status).toBe(415);
  expect(await response.json()).toMatchObject({ error: { code: "unsupported_media_type" } });
});

test("jobs are listed, drained and, when dead, run again", async () => {
  expect(await (await tell("/api/jobs/drain", undefined)).json()).toMatchObject({
    done: expect.any(Number),
    failed: 0,
  });
  const { data } = await read<Page<Job>>("/api/jobs?state=waiting&kind=retention");
  expect(data).toMatchObject([{ kind: "retention", state: "waiting" }]);
  expect(await read("/api/jobs?state=dead")).toEqual({ data: [], nextCursor: null });
  expect(await (await tell("/api/jobs/retry", { all: true })).json()).toEqual({ retried: 0 });
});

test("renormalizing leaves what is right as it is, and a number's deletion can be looked at first", async () => {
  expect(await (await tell("/api/admin/renormalize", {})).json()).toMatchObject({ changed: 0, refolded: 0 });
  const preview = await tell("/api/admin/delete-by-number", { number: "+14155550201", preview: true });
  expect(await preview.json()).toMatchObject({ calls: 1, leads: 0 });
  expect((await read<Page<Call>>("/api/calls")).data).toHaveLength(3);
});

test("health tells what is stored", async () => {
  expect(await read("/api/admin/health")).toMatchObject({
    ok: true,
    healthy: true,
    pool: { totalCount: expect.any(Number), idleCount: expect.any(Number), waitingCount: expect.any(Number) },
    stats: { calls: 3, agents: 0, events: 14 },
    deliveries: { applied: 14, failed: 0 },
    jobs: { dead: 0 },
    engine: "sqlite",
    version: expect.any(String),
    uptimeSeconds: expect.any(Number),
  });
});

test("/healthz is open and tells nothing", async () => {
  const response = await server.ask("/healthz", { headers: {} });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: true });
});

test.each([
  "/",
  "/api",
  "/api/none",
  "/api/calls/call_twilio_none",
  "/api/calls/none/events",
  "/api/deliveries/dlv_none",
])("GET %s is answered 404 in JSON", async (path) => {
  const response = await server.ask(path);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ success: false, error: { code: "not_found" } });
});

test("other methods and large or broken bodies are refused", async () => {
  const headers = { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" };
  const post = (body: string): Promise<Response> => server.ask("/api/calls", { method: "POST", headers, body });
  const refused = await post("{}");
  expect(refused.status).toBe(405);
  expect(refused.headers.get("allow")).toBe("GET, HEAD");
  expect((await post(JSON.stringify("a".repeat(70_000)))).status).toBe(413);
  expect((await post("{")).status).toBe(400);
  expect((await server.ask("/api/calls/%E0%A4%A")).status).toBe(400);
});

test("every webhook address tells that it is one", async () => {
  for (const { path, provider } of server.offhook.addresses) {
    if (provider === undefined) continue;
    const response = await server.ask(path, { headers: {} });
    expect(await response.json()).toMatchObject({ success: true, endpoint: path, methods: expect.any(Array) });
  }
});

test("an absolute address takes deliveries too", async () => {
  const [sample] = twilioLife({ key: "b1" });
  const route = server.providers.find(({ name }) => name === "twilio")?.routes[0];
  if (sample === undefined || route === undefined) throw new RangeError("No sample");
  const request = await signRequest(route.verification, {
    method: "POST",
    url: "/call-status-callback",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new TextEncoder().encode(sample.body),
  });
  expect((await server.send(request)).status).toBe(204);
});

test("answers carry headers that keep them private, and no name of the software", async () => {
  for (const path of ["/healthz", "/api/calls", "/none", "/api/webhooks/twilio"]) {
    const { headers } = await server.ask(path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("content-type")).toContain("application/json");
  }
});

test("the log is tagged and holds no secret, number or body", () => {
  const log = server.logged.join("");
  expect(log).toContain("[twilio] POST /api/webhooks/twilio 204");
  expect(log).toContain("[twilio] call.ended");
  expect(log).toContain("[twilio] delivery refused");
  for (const secret of server.secrets) expect(log).not.toContain(secret);
  expect(log).not.toMatch(/\+?1415555/);
  expect(log).not.toContain("SAN FRANCISCO");
});

test("secrets and the database are for this user only", async () => {
  const modeOf = async (name: string): Promise<number> => (await stat(join(server.dataFolder, name))).mode & 0o777;
  for (const name of ["admin-token", "development-secrets.json", "running.json"])
    expect(await modeOf(name)).toBe(0o600);
});

test("a mistyped webhook address is not there, rather than in want of a token", async () => {
  const headers = { authorization: "" };
  for (const path of ["/api/webhooks/twillio", "/api/webhooks/callrail/post_call", "/api/webhooks"]) {
    const response = await server.ask(path, { method: "POST", headers, body: "{}" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
  }
});
