const assert = require("node:assert/strict");
const { OffhookError, createOffhook } = require("@offhook/core");
const { twilio } = require("@offhook/twilio");

assert.equal(typeof createOffhook, "function");
assert.equal(typeof twilio, "function");
assert.throws(
  () => twilio({ authToken: "", publicUrl: "https://app.example.com" }),
  (error) => error instanceof OffhookError,
);
