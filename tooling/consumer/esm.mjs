// ESM and CJS hold two copies of core; an error from one is known to the other.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { ConfigurationError, OffhookError, createOffhook } from "@offhook/core";
import { twilio } from "@offhook/twilio";

const common = createRequire(import.meta.url)("@offhook/core");
assert.notEqual(common.OffhookError, OffhookError);
assert.equal(typeof createOffhook, "function");
assert.equal(typeof twilio, "function");
let caught;
try {
  twilio({ authToken: "", publicUrl: "https://app.example.com" });
} catch (error) {
  caught = error;
}
assert(caught instanceof ConfigurationError, "an empty secret is refused");
assert(caught instanceof common.OffhookError, "an error knows itself in the CJS copy");
