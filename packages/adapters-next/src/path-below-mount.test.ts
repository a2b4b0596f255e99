import { expect, test } from "vitest";
import { pathBelowMount } from "./path-below-mount.ts";

test("the path below a route's folder is what its catch-all segment says", () => {
  expect(pathBelowMount("/hooks/retell/inbound", { path: ["retell", "inbound"] })).toBe("/retell/inbound");
  expect(pathBelowMount("/hooks/t1/twilio/", { tenant: "t1", path: ["twilio"] })).toBe("/twilio");
});

test("without one it is the whole path", () => {
  expect(pathBelowMount("/api/webhooks/twilio")).toBe("/api/webhooks/twilio");
  expect(pathBelowMount("/api/webhooks/twilio", { provider: "twilio", path: undefined })).toBe("/api/webhooks/twilio");
});

test("a list in the query is none", () => {
  expect(pathBelowMount("/hooks/twilio", { a: ["x", "y"], path: ["twilio"] })).toBe("/twilio");
  expect(pathBelowMount("/hooks/twilio", { a: ["x", "y"] })).toBe("/hooks/twilio");
});
