import type { IntegrationStatus, ReconcileSummary } from "@offhook/core";
import { fakeTwilio, vendorFetch, type FakeTwilio } from "@offhook/testing/vendors";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

const hourMs = 60 * 60_000;
const route = "/api/integrations/twilio";

let vendor: FakeTwilio;
let server: TestServer;
/** Not where the comparison begins that runs by itself. */
const from = new Date(Date.now() - 7 * hourMs).toISOString();
/** What the vendor does before it answers, or answers instead. */
let before: () => Promise<Response | undefined>;

beforeEach(async () => {
  vendor = fakeTwilio();
  before = () => Promise.resolve(undefined);
  const answer = vendorFetch([vendor]);
  const { accountSid, authToken } = vendor.clientOptions;
  server = await startTestServer(
    { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken },
    { fetch: async (input, init) => (await before()) ?? answer(input, init) },
  );
  vendor.add({ key: "a1", startMs: Date.now() - 2 * hourMs });
});
afterEach(() => server.close());

function reconcile(signal?: AbortSignal): Promise<Response> {
  return server.ask(`${route}/reconcile`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ from }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function lastReconcile(): Promise<ReconcileSummary | null> {
  return ((await (await server.ask(`${route}/status`)).json()) as IntegrationStatus).reconcile;
}

test("A07: a comparison that ends in time answers with its summary", async () => {
  const response = await reconcile();
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ from, state: "finished", created: 1, missed: { call: 1 } });
});

test("A07: a comparison goes on when whoever asked for it hangs up", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  before = () => held;
  const listener = new AbortController();
  const asked = reconcile(listener.signal);
  await expect.poll(lastReconcile).toMatchObject({ from, state: "running" });
  listener.abort();
  await expect(asked).rejects.toThrow("aborted");
  await server.ask("/healthz");
  release(undefined);
  await expect.poll(lastReconcile, { timeout: 5_000 }).toMatchObject({ from, state: "finished", missed: { call: 1 } });
});

test("A07: a comparison that has to wait for the vendor answers at once, with what there is", async () => {
  before = () => Promise.resolve(Response.json({ code: 20429 }, { status: 429, headers: { "retry-after": "3600" } }));
  const response = await reconcile();
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({
    state: "waiting",
    waitsUntil: expect.any(String) as string,
    missed: { call: 0 },
  });
});
