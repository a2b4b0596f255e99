import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test.each([
  ["/api/calls?phone=%2B14155550100", "/api/calls 200"],
  ["/api/calls/call_twilio_CA123", "/api/calls/:id 404 not_found"],
  ["/api/calls/call_twilio_CA123/events", "/api/calls/:id/events 404 not_found"],
  ["/api/calls/call_twilio_CA123/recording", "/api/calls/:id/recording 404 not_found"],
  ["/api/calls/call_twilio_CA123/recording?geheim=geheim", "/api/calls/:id/recording 400 payload_invalid"],
  ["/api/calls/call_twilio_CA123/geheim", "/api/calls 404 not_found"],
  ["/api/deliveries/dlv_geheim", "/api/deliveries/:id 404 not_found"],
  ["/api/deliveries/replay", "/api/deliveries/replay 405 method_not_allowed"],
  ["/api/integrations/twilio/status", "/api/integrations/twilio/status 200"],
  ["/api/integrations/twilio/call/CA123", "/api/integrations/twilio/call/:id 409 client_missing"],
  ["/api/integrations/twilio/import-calls/stop", "/api/integrations/twilio/import-calls/stop 405 method_not_allowed"],
  ["/api/integrations/geheim/status", "/api/integrations/:provider/status 400 payload_invalid"],
  ["/api/integrations/twilio/geheim", "/api/integrations 404 not_found"],
  ["/api/calls/%E0%A4%A", "/api/calls 400 payload_invalid"],
  ["/api/admin/health", "/api/admin/health 200"],
  ["/healthz", "/healthz 200"],
  ["/geheim?token=geheim", "… 404 not_found"],
])("%s is logged as %s", async (path, line) => {
  await (await server.ask(path)).text();
  await expect.poll(() => server.logged.join()).toContain(`[http] GET ${line}"`);
  expect(server.logged.join()).not.toMatch(/geheim|CA123|14155550100/);
});

test("what is asked without the token is logged without what only the route would know", async () => {
  await (await server.ask("/api/calls/CA123/recording", { headers: {} })).text();
  await expect.poll(() => server.logged.join()).toContain('[http] GET /api/calls 401 unauthorized"');
});

test("a failure is logged with the route that failed", async () => {
  await server.offhook.close();
  await (await server.ask("/api/calls/call_twilio_CA123")).text();
  await expect.poll(() => server.logged.join()).toContain('[http] GET /api/calls/:id 503 storage_unavailable"');
});
