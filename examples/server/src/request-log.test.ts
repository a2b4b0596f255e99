import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test.each([
  ["/api/integrations/twilio/status", "/api/integrations/twilio/status 200"],
  ["/api/integrations/twilio/call/CA123", "/api/integrations 409"],
  ["/api/integrations/geheim/status", "/api/integrations 400"],
  ["/api/integrations/twilio/geheim", "/api/integrations 404"],
  ["/api/calls/call_twilio_CA123/recording", "/api/calls 404"],
  ["/geheim?token=geheim", "… 404"],
])("%s is logged as %s", async (path, line) => {
  await (await server.ask(path)).text();
  await expect.poll(() => server.logged.join()).toContain(`[http] GET ${line}"`);
  expect(server.logged.join()).not.toMatch(/geheim|CA123/);
});
