import { ConfigurationError, VerificationError } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { retell } from "./provider.ts";
import { verifyRetellWebhookSignature } from "./verify-webhook.ts";

// The vector RT-2 of verification.test.ts.
const apiKey = "key_offhook_test_abcdef0123456789";
const body =
  '{"event":"call_ended","call":{"call_id":"call_test_1","call_type":"phone_call","call_status":"ended","duration_ms":15791}}';
const timeMs = 1790000000123;
const digest = "7367d9589a5998f56245e24a62df5bf8e0b31a5d94305c73448cc173a7fa872e";
const bareHex = "51e7b4560d7a5788ca2bf9d472eb139a2d632ffeb5adee70263386e3a6bf7b45";

describe("verifyRetellWebhookSignature", () => {
  const genuine = { apiKey, body, signature: `v=${timeMs},d=${digest}`, nowMs: timeMs };

  test("S03: gives the verified delivery for text and for bytes, never a boolean", async () => {
    for (const raw of [body, new TextEncoder().encode(body), Buffer.from(body)]) {
      const verified = await verifyRetellWebhookSignature({ ...genuine, body: raw });
      expect(new TextDecoder().decode(verified.body)).toBe(body);
      const [route] = retell({ apiKey }).routes;
      expect(route?.translate(verified).kind).toBe("call_ended");
    }
  });

  test("S03: a forgotten await gives a promise, which has no body to go on with", async () => {
    const pending = verifyRetellWebhookSignature({ ...genuine, signature: "forged" });
    // @ts-expect-error -- the body is only in the result
    expect(pending.body).toBeUndefined();
    await expect(pending).rejects.toThrow(VerificationError);
  });

  test.each([
    ["signature_missing", { signature: null }],
    ["signature_missing", { signature: undefined }],
    ["signature_missing", { signature: "" }],
    ["signature_malformed", { signature: digest }],
    ["signature_malformed", { signature: bareHex }],
    ["signature_mismatch", { signature: `v=${timeMs},d=${bareHex}` }],
    ["signature_mismatch", { body: `${body}\n` }],
    ["signature_mismatch", { apiKey: "key_other" }],
    ["timestamp_out_of_range", { nowMs: timeMs + 300_001 }],
    ["timestamp_out_of_range", { nowMs: timeMs + 2, toleranceMs: 1 }],
    ["timestamp_out_of_range", { nowMs: Number.NaN }],
  ] as const)("S03: throws %s for %j", async (code, changed) => {
    const result = verifyRetellWebhookSignature({ ...genuine, ...changed });
    await expect(result).rejects.toThrow(VerificationError);
    await expect(result).rejects.toMatchObject({ code });
  });

  test("S03: judges by the clock of this machine where no time is handed in", async () => {
    const { nowMs: _nowMs, ...now } = genuine;
    await expect(verifyRetellWebhookSignature(now)).rejects.toMatchObject({ code: "timestamp_out_of_range" });
  });

  test("S03: takes bare digests only when they were asked for", async () => {
    await expect(
      verifyRetellWebhookSignature({ ...genuine, signature: bareHex, legacyBodySignature: true }),
    ).resolves.toMatchObject({ method: "POST" });
  });

  test.each([{}, { event: "call_ended" }, null, undefined, 7])(
    "D15: names a body that a parser has eaten (%j)",
    async (parsed) => {
      // As from JavaScript, where `request.body` is an object.
      const result = verifyRetellWebhookSignature({ ...genuine, body: parsed as unknown as string });
      await expect(result).rejects.toThrow(ConfigurationError);
      await expect(result).rejects.toMatchObject({ code: "body_already_parsed" });
    },
  );

  test("S03: an empty key never accepts", async () => {
    await expect(verifyRetellWebhookSignature({ ...genuine, apiKey: "" })).rejects.toMatchObject({
      code: "secret_missing",
    });
  });
});
