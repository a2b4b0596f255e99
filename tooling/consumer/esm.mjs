import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as core from "@offhook/core";
import { normalizePhone } from "@offhook/core/phone";
import * as testing from "@offhook/testing";
import * as provider from "@offhook/twilio";
import { receive } from "./receive.mjs";

const { ConfigurationError, OffhookError } = core;
const common = createRequire(import.meta.url)("@offhook/core");
assert.notEqual(common.OffhookError, OffhookError);
let caught;
try {
  provider.twilio({ authToken: "", publicUrl: "https://app.example.com" });
} catch (error) {
  caught = error;
}
assert(caught instanceof ConfigurationError, "an empty secret is refused");
assert(caught instanceof common.OffhookError, "an error knows itself in the CJS copy");
assert.equal(normalizePhone("020 7946 0958", { defaultCountry: "GB" })?.e164, "+442079460958");

const { answers, ended, stored } = await receive(core, provider, testing);
assert.deepEqual(answers, [204, 204, 204, 204, 204, 204, 401]);
assert.deepEqual(ended, ["answered"]);
assert.deepEqual(stored, ["completed 61"]);
