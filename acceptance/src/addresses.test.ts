import { createOffhook, memoryStorage } from "@offhook/core";
import { expect, test } from "vitest";
import { allProviders } from "./all-providers.ts";

const offhook = createOffhook({
  providers: allProviders().map(({ create }) => create()),
  storage: memoryStorage(),
  echo: true,
});

test.each([
  ["W01", "/api/webhooks/callrail/post-call"],
  ["W02", "/api/webhooks/callrail/pre-call"],
  ["W03", "/api/webhooks/callrail/call-modified"],
  ["W04", "/api/webhooks/callrail/routing-complete"],
  ["W01", "/api/webhooks/callrail"],
  ["W05", "/api/webhooks/test"],
  ["W06", "/api/webhooks/elevenlabs"],
  ["W08", "/webhooks/elevenlabs"],
  ["W09", "/api/webhooks/twilio"],
  ["W09", "/call-status-callback"],
  ["W10", "/api/webhooks/convoso-leads"],
  ["W11", "/api/webhooks/convoso"],
  ["W13", "/api/webhooks/retell"],
  ["W13", "/api/webhooks/retell/inbound"],
])("%s, W07, W14: %s is served, says so to a GET, and answers a preflight", async (_row, url) => {
  expect(offhook.handles(url)).toBe(true);
  const ask = (method: string) => offhook.handle({ method, url, headers: {}, body: new Uint8Array() });
  const get = await ask("GET");
  expect(JSON.parse(get.body)).toEqual({
    success: true,
    message: expect.any(String),
    endpoint: url,
    methods: expect.arrayContaining(["POST"]),
    version: expect.any(String),
  });
  expect(await ask("OPTIONS")).toMatchObject({ status: 204, headers: { allow: expect.stringContaining("POST") } });
  expect((await ask("PATCH")).status).toBe(405);
});

test("W12: the echo is served where it is wanted", () => {
  expect(offhook.handles("/api/webhooks/echo")).toBe(true);
});
