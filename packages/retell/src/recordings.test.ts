import { expect, test } from "vitest";
import { factsOf } from "./fixtures/translated.ts";

test("A14: signed addresses live a day from the end of the call, others have no known end", () => {
  const call = { recording_url: "https://example.test/r.wav", end_timestamp: 1790000015791 };
  const expiry = (more: object) => factsOf("call_ended", { ...call, ...more }).recordings?.[0]?.expiresAt;
  expect(expiry({})).toBeNull();
  expect(expiry({ opt_in_signed_url: true })).toBe("2026-09-22T14:13:35.791Z");
  expect(expiry({ opt_in_signed_url: true, end_timestamp: undefined })).toBeNull();
  expect(expiry({ opt_in_signed_url: true, data_storage_setting: "basic_attributes_only" })).toBe(
    "2026-09-21T14:23:35.791Z",
  );
  expect(expiry({ data_storage_setting: "everything_except_pii" })).toBeNull();
});

test("A14: scrubbed recordings are recordings of their own", () => {
  const { recordings } = factsOf("call_analyzed", {
    disconnection_reason: "user_hangup",
    scrubbed_recording_url: "https://example.test/s.wav",
    scrubbed_recording_multi_channel_url: "https://example.test/sm.wav",
  });
  expect(recordings?.map(({ id, channels }) => [id, channels])).toEqual([
    ["call_x_scrubbed", null],
    ["call_x_scrubbed_multi_channel", 2],
  ]);
});
