const assert = require("node:assert/strict");
const core = require("@offhook/core");
const { normalizePhone } = require("@offhook/core/phone");
const testing = require("@offhook/testing");
const provider = require("@offhook/twilio");

// ESM and CJS hold two copies of core; an error from one is known to the other.
assert.throws(
  () => provider.twilio({ authToken: "", publicUrl: "https://app.example.com" }),
  (error) => error instanceof core.OffhookError,
);
assert.equal(normalizePhone("020 7946 0958", { defaultCountry: "GB" })?.e164, "+442079460958");

import("./receive.mjs")
  .then(({ receive }) => receive(core, provider, testing))
  .then(({ answers, ended, stored }) => {
    assert.deepEqual(answers, [204, 204, 204, 204, 204, 204, 401]);
    assert.deepEqual(ended, ["answered"]);
    assert.deepEqual(stored, ["completed 61"]);
  });
