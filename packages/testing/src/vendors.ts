/**
 * Stand-ins for the vendors' HTTP APIs, with calls in them: for tests, and to try import, reconcile and recordings
 * without an account.
 * @module vendors
 */
export { vendorFetch } from "./vendors/vendor-fetch.ts";
export type { FakeVendor, FakeWebhook } from "./vendors/fake-vendor.ts";
export { fakeCallRail, type FakeCallRail, type FakeCallRailOptions } from "./vendors/callrail.ts";
export { fakeConvoso, type FakeConvoso, type FakeConvosoOptions } from "./vendors/convoso.ts";
export { fakeElevenLabs, type FakeElevenLabs, type FakeElevenLabsOptions } from "./vendors/elevenlabs.ts";
export { fakeRetell, type FakeRetell, type FakeRetellOptions } from "./vendors/retell.ts";
export { fakeTwilio, type FakeTwilio, type FakeTwilioOptions } from "./vendors/twilio.ts";
