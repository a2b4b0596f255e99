import {
  sha256Hex,
  signRequest,
  VerificationError,
  verifyDelivery,
  type HmacVerification,
  type RawDelivery,
} from "@offhook/core";
import { forgeriesOf } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { retellVerification } from "./verification.ts";
import { retell } from "./provider.ts";

const apiKey = "key_offhook_test_abcdef0123456789";
const header = "x-retell-signature";

// RT-1 also stands in the test of Retell's own Python SDK; all four pass Retell's SDKs.
interface Vector {
  readonly id: string;
  readonly apiKey: string;
  readonly body: string;
  readonly length: number;
  readonly sha256: string;
  readonly timeMs: number;
  readonly digest: string;
}
const rt1: Vector = {
  id: "RT-1",
  apiKey: "test-api-key",
  body: '{"event":"call_ended"}',
  length: 22,
  sha256: "c95e01788581afacdf22602eacf484588ac204e8a06d5697697fdc9ed8861cf7",
  timeMs: 1700000000000,
  digest: "07024cabe7dd8f6d1c6e4a8324ca92c812e6ad4a7ee506c04f7e462e3321823e",
};
const rt2: Vector = {
  id: "RT-2",
  apiKey,
  body: '{"event":"call_ended","call":{"call_id":"call_test_1","call_type":"phone_call","call_status":"ended","duration_ms":15791}}',
  length: 122,
  sha256: "c032b381f3ac946fc56b08e8e22742f8c1172ff1144d9719909a66644c1f4ec3",
  timeMs: 1790000000123,
  digest: "7367d9589a5998f56245e24a62df5bf8e0b31a5d94305c73448cc173a7fa872e",
};
const rt3: Vector = {
  id: "RT-3",
  apiKey,
  body: '{"event":"call_analyzed","call":{"call_id":"call_test_2","call_analysis":{"call_summary":"Grüße 📞","call_successful":true}}}',
  length: 129,
  sha256: "6a4bd758140c58179b2d1010e0efa758e63dac4391645bf878ae2ad032708404",
  timeMs: 1790000000456,
  digest: "2b710dbac1caa50eb7b3e0fed30d09d0e01be000cef5dffa3ae46791ab1a1f73",
};
const rt4: Vector = {
  id: "RT-4",
  apiKey,
  body: '{"event": "call_inbound", "call_inbound": {"from_number": "+12137771234", "to_number": "+12137771235"}}',
  length: 103,
  sha256: "33f255f96d3bbe85c52c2711d448a0a532de09f3cd634b46d806f166a0ae4041",
  timeMs: 1790000000789,
  digest: "3de65fd1f70a726566b0e4e759d59e45687558974e246ffa39324c95adaec02c",
};
const vectors = [rt1, rt2, rt3, rt4];
const { timeMs, digest } = rt2;
const bareHex = "51e7b4560d7a5788ca2bf9d472eb139a2d632ffeb5adee70263386e3a6bf7b45";
const bareBase64 = "Uee0Vg16V4jKK/nUcusTmi1jL/61re5wJjOG46a/e0U=";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function delivery(body: string | Uint8Array, signature: string | readonly string[] | undefined): RawDelivery {
  return {
    method: "POST",
    url: "/api/webhooks/retell",
    query: "",
    headers: { [header]: signature },
    body: typeof body === "string" ? bytes(body) : body,
    receivedAtMs: timeMs,
  };
}

const check = (
  signature: string | readonly string[] | undefined,
  { nowMs = timeMs, body = rt2.body, verification = retellVerification({ apiKey }) } = {},
) => verifyDelivery(verification, delivery(body, signature), { nowMs });

/** The code of the refusal, or `ok`. */
const verdict = (...parameters: Parameters<typeof check>): Promise<string> =>
  check(...parameters).then(
    () => "ok",
    (error: unknown) => (error instanceof VerificationError ? error.code : `unexpected ${String(error)}`),
  );

describe("the published vectors", () => {
  test.each(vectors)("S03: $id is genuine, byte for byte", async (vector) => {
    expect(bytes(vector.body)).toHaveLength(vector.length);
    expect(await sha256Hex(vector.body)).toBe(vector.sha256);
    const verified = await check(`v=${vector.timeMs},d=${vector.digest}`, {
      nowMs: vector.timeMs,
      body: vector.body,
      verification: retellVerification({ apiKey: vector.apiKey }),
    });
    expect(new TextDecoder().decode(verified.body)).toBe(vector.body);
  });

  test.each(vectors)("S03: $id is what we sign", async (vector) => {
    const request = { method: "POST", url: "/", headers: {}, body: bytes(vector.body) };
    const options = { nowMs: vector.timeMs };
    const signed = await signRequest(retellVerification({ apiKey: vector.apiKey }), request, options);
    expect(signed.headers[header]).toBe(`v=${vector.timeMs},d=${vector.digest}`);
  });
});

describe("the edge cases on RT-2", () => {
  const genuine = `v=${timeMs},d=${digest}`;
  const signedAs = async (message: HmacVerification["message"]): Promise<string> => {
    // Only the layout differs; the clean declaration is an hmac.
    const declared = retellVerification({ apiKey }) as HmacVerification;
    const request = { method: "POST", url: "/", headers: {}, body: bytes(rt2.body) };
    const signed = await signRequest({ ...declared, message }, request, { nowMs: timeMs });
    return signed.headers[header] ?? "";
  };

  test.each([0, 1, 299_999, 300_000, -1, -299_999, -300_000])("S03: an age of %i ms is accepted", async (ageMs) => {
    expect(await verdict(genuine, { nowMs: timeMs + ageMs })).toBe("ok");
  });

  test.each([300_001, 3_600_000, -300_001, -3_600_000])("S03: an age of %i ms is refused", async (ageMs) => {
    expect(await verdict(genuine, { nowMs: timeMs + ageMs })).toBe("timestamp_out_of_range");
  });

  test("S03: an upper-case digest is accepted", async () => {
    expect(await verdict(`v=${timeMs},d=${digest.toUpperCase()}`)).toBe("ok");
  });

  test.each([
    ["a blank after the comma", `v=${timeMs}, d=${digest}`],
    ["a blank before the digest", `v=${timeMs},d= ${digest}`],
    ["junk before the time", `x v=${timeMs},d=${digest}`],
    ["a field before the time", `a=1,v=${timeMs},d=${digest}`],
    ["junk after the digest", `${genuine}junk`],
    ["a hexadecimal digit more", `${genuine}0`],
    ["a field after the digest", `${genuine},x=1`],
    ["the digest before the time", `d=${digest},v=${timeMs}`],
    ["two digests", `${genuine},d=${digest}`],
    ["two times", `v=${timeMs},${genuine}`],
    ["no time", `d=${digest}`],
    ["no digest", `v=${timeMs}`],
    ["an empty time", `v=,d=${digest}`],
    ["a time with a sign", `v=+${timeMs},d=${digest}`],
    ["a time with an exponent", `v=1e12,d=${digest}`],
    ["a bare hexadecimal digest of the body", bareHex],
    ["a bare base64 digest of the body", bareBase64],
    ["a digest in base64", `v=${timeMs},d=${bareBase64}`],
    ["names in upper case", `V=${timeMs},D=${digest}`],
    ["Stripe's names", `t=${timeMs},v1=${digest}`],
  ])("S03: %s is refused as malformed", async (_title, signature) => {
    expect(await verdict(signature)).toBe("signature_malformed");
  });

  test("S03: the header twice is refused", async () => {
    expect(await verdict([genuine, genuine])).toBe("signature_malformed");
    expect(await verdict(`${genuine}, ${genuine}`)).toBe("signature_malformed");
  });

  test.each([undefined, "", []])("S03: a missing signature is refused (%j)", async (signature) => {
    expect(await verdict(signature)).toBe("signature_missing");
  });

  test("S03: a time and body joined by a dot, as others sign, are refused", async () => {
    expect(await verdict(await signedAs(["timestamp", { text: "." }, "body"]))).toBe("signature_mismatch");
    expect(await verdict(await signedAs(["timestamp", "body"]))).toBe("signature_mismatch");
    expect(await verdict(await signedAs(["body"]))).toBe("signature_mismatch");
    expect(await verdict(await signedAs(["body", "timestamp"]))).toBe("ok");
  });

  test("S03: a tampered body is refused", async () => {
    expect(await verdict(genuine, { body: rt2.body.replace("15791", "15792") })).toBe("signature_mismatch");
    expect(await verdict(genuine, { body: "" })).toBe("signature_mismatch");
    expect(await verdict(`v=${timeMs + 1},d=${digest}`)).toBe("signature_mismatch");
  });

  test("S03: JSON that was parsed and written again is refused", async () => {
    const signature = `v=${rt4.timeMs},d=${rt4.digest}`;
    expect(await verdict(signature, { nowMs: rt4.timeMs, body: rt4.body })).toBe("ok");
    const rewritten = JSON.stringify(JSON.parse(rt4.body));
    expect(await verdict(signature, { nowMs: rt4.timeMs, body: rewritten })).toBe("signature_mismatch");
  });

  test("S03: a key that does not carry the webhook badge is refused", async () => {
    expect(await verdict(genuine, { verification: retellVerification({ apiKey: "key_other" }) })).toBe(
      "signature_mismatch",
    );
  });
});

describe("options", () => {
  const genuine = `v=${timeMs},d=${digest}`;

  test("S03: while rotating, each of several keys is accepted", async () => {
    for (const keys of [
      [apiKey, "key_new"],
      ["key_new", apiKey],
      ["key_a", "key_b", apiKey],
    ]) {
      expect(await verdict(genuine, { verification: retellVerification({ apiKey: keys }) })).toBe("ok");
    }
    expect(await verdict(genuine, { verification: retellVerification({ apiKey: ["key_a", "key_b"] }) })).toBe(
      "signature_mismatch",
    );
  });

  test("S03: another tolerance counts both ways", async () => {
    const verification = retellVerification({ apiKey, toleranceMs: 1000 });
    for (const ageMs of [1000, -1000])
      expect(await verdict(genuine, { verification, nowMs: timeMs + ageMs })).toBe("ok");
    for (const ageMs of [1001, -1001]) {
      expect(await verdict(genuine, { verification, nowMs: timeMs + ageMs })).toBe("timestamp_out_of_range");
    }
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "300000"])(
    "D15: a tolerance of %s is refused at construction",
    (toleranceMs) => {
      // As from JavaScript or an environment variable.
      expect(() => retell({ apiKey, toleranceMs: toleranceMs as number })).toThrow(
        expect.objectContaining({ code: "option_invalid" }),
      );
    },
  );

  test.each(["", " ", [], ["a", ""], undefined])("S03: the key %j is refused at construction", (key) => {
    // As from JavaScript or an environment variable.
    expect(() => retell({ apiKey: key as string })).toThrow(expect.objectContaining({ code: "secret_missing" }));
  });
});

describe("signatures over the body alone", () => {
  const verification = retellVerification({ apiKey, legacyBodySignature: true });

  test("S03: are refused unless they were asked for", async () => {
    // As from JavaScript or an environment variable.
    const notAsked = [undefined, false, "false", "true", 1].map((legacyBodySignature) =>
      retellVerification({ apiKey, legacyBodySignature: legacyBodySignature as boolean }),
    );
    for (const strict of [retellVerification({ apiKey }), ...notAsked]) {
      expect(strict.type).toBe("hmac");
      expect(await verdict(bareHex, { verification: strict })).toBe("signature_malformed");
      expect(await verdict(bareBase64, { verification: strict })).toBe("signature_malformed");
    }
  });

  test("S03: are accepted in both encodings when they were asked for", async () => {
    for (const signature of [bareHex, bareHex.toUpperCase(), bareBase64]) {
      expect(await verdict(signature, { verification })).toBe("ok");
      expect(await verdict(signature, { verification, body: `${rt2.body} ` })).toBe("signature_mismatch");
    }
    const rotating = retellVerification({ apiKey: ["key_new", apiKey], legacyBodySignature: true });
    expect(await verdict(bareBase64, { verification: rotating })).toBe("ok");
  });

  test("S03: leave signatures with a time as strict as before", async () => {
    expect(await verdict(`v=${timeMs},d=${digest}`, { verification })).toBe("ok");
    expect(await verdict(`v=${timeMs},d=${digest}`, { verification, nowMs: timeMs + 300_001 })).toBe(
      "timestamp_out_of_range",
    );
    expect(await verdict(`v=${timeMs},d=${bareHex}`, { verification })).toBe("signature_mismatch");
    expect(await verdict(undefined, { verification })).toBe("signature_missing");
    expect(await verdict([bareHex, bareHex], { verification })).toBe("signature_malformed");
  });

  test("S03: no forgery passes where both kinds are accepted", async () => {
    const strict = retellVerification({ apiKey });
    const request = { method: "POST", url: "/api/webhooks/retell", headers: {}, body: bytes(rt2.body) };
    const signed = await signRequest(verification, request, { nowMs: timeMs });
    const forgeries = forgeriesOf(strict, signed, []);
    expect(forgeries.length).toBeGreaterThan(40);
    for (const { title, request: forged } of forgeries) {
      const raw: RawDelivery = { ...forged, query: "", receivedAtMs: timeMs };
      await expect(verifyDelivery(verification, raw, { nowMs: timeMs }), title).rejects.toThrow(VerificationError);
    }
  });

  test("S03: a bare digest of a timed message is no digest of its body", async () => {
    expect(await verdict(digest, { verification })).toBe("signature_mismatch");
  });
});
