import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RawDelivery } from "./delivery.ts";
import { ConfigurationError, VerificationError } from "./errors.ts";
import { signRequest } from "./sign.ts";
import type { HmacVerification, Verification } from "./verification.ts";
import { verifyDelivery } from "./verify.ts";

const nowMs = Date.UTC(2026, 10, 20);
const plain: HmacVerification = {
  type: "hmac",
  hash: "sha256",
  encoding: "hex",
  secrets: ["new secret", "old secret"],
  header: "x-signature",
  format: { type: "plain", optionalPrefix: "sha256=" },
  message: ["body"],
};
const dated: HmacVerification = {
  ...plain,
  format: { type: "fields", timestamp: "t", signature: "v0" },
  message: ["timestamp", { text: "." }, "body"],
  freshness: { unit: "seconds", pastMs: 60_000, futureMs: 5_000 },
};

function delivery(headers: RawDelivery["headers"], body: string | Uint8Array = "{}", query = ""): RawDelivery {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { method: "POST", url: `/hook?${query}`, query, headers, body: bytes, receivedAtMs: nowMs };
}

async function signed(verification: Verification, body = "{}"): Promise<RawDelivery> {
  const request = { method: "POST", url: "/hook", headers: {}, body: new TextEncoder().encode(body) };
  const { url, headers } = await signRequest(verification, request, { nowMs });
  return { ...delivery(headers, body, url.split("?")[1] ?? "") };
}

const codeOf = async (verification: Verification, given: RawDelivery, at = nowMs): Promise<string> =>
  verifyDelivery(verification, given, { nowMs: at }).then(
    () => "verified",
    (error: unknown) => (error instanceof VerificationError ? error.code : "another error"),
  );

describe("a keyed hash", () => {
  test("passes when any of the secrets signed, for rotation", async () => {
    for (const secret of ["new secret", "old secret"]) {
      expect(await codeOf(plain, await signed({ ...plain, secrets: secret }))).toBe("verified");
    }
    expect(await codeOf(plain, await signed({ ...plain, secrets: "foreign" }))).toBe("signature_mismatch");
  });

  test("may carry its optional prefix", async () => {
    const { headers } = await signed(plain);
    expect(await codeOf(plain, delivery({ "x-signature": `sha256=${String(headers["x-signature"])}` }))).toBe(
      "verified",
    );
    expect(await codeOf(plain, delivery({ "x-signature": `sha1=${String(headers["x-signature"])}` }))).toBe(
      "signature_malformed",
    );
  });

  test("in hex may be written in either case", async () => {
    const { headers } = await signed(plain);
    expect(await codeOf(plain, delivery({ "x-signature": String(headers["x-signature"]).toUpperCase() }))).toBe(
      "verified",
    );
  });

  test("says what is wrong: missing, malformed or another's", async () => {
    expect(await codeOf(plain, delivery({}))).toBe("signature_missing");
    expect(await codeOf(plain, delivery({ "x-signature": "" }))).toBe("signature_missing");
    expect(await codeOf(plain, delivery({ "x-signature": "zz" }))).toBe("signature_malformed");
    expect(await codeOf(plain, delivery({ "x-signature": ["a", "b"] }))).toBe("signature_malformed");
    expect(await codeOf(plain, delivery({ "x-signature": "0".repeat(64) }))).toBe("signature_mismatch");
  });

  test("does not take a header from a prototype", async () => {
    const { headers } = await signed(plain);
    expect(await codeOf(plain, delivery(Object.create(headers)))).toBe("signature_missing");
  });

  test("fits the bytes of the body and no other bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ maxLength: 50 }), async (body, other) => {
        const request = { method: "POST", url: "/", headers: {}, body };
        const { headers } = await signRequest(plain, request);
        const same = body.length === other.length && body.every((byte, index) => byte === other[index]);
        expect(await codeOf(plain, delivery(headers, body))).toBe("verified");
        expect(await codeOf(plain, delivery(headers, other))).toBe(same ? "verified" : "signature_mismatch");
      }),
    );
  });
});

describe("a signed time", () => {
  test.each([
    [0, "verified"],
    [60_000, "verified"],
    [60_001, "timestamp_out_of_range"],
    [-5_000, "verified"],
    [-5_001, "timestamp_out_of_range"],
  ])("of age %i ms is %s", async (ageMs, code) => {
    expect(await codeOf(dated, await signed(dated), nowMs + ageMs)).toBe(code);
  });

  test("is found among fields in any order, with blanks and fields of other names", async () => {
    const [time = "", signature = ""] = String((await signed(dated)).headers["x-signature"]).split(",");
    for (const header of [
      `${signature},${time}`,
      ` ${time} , ${signature} `,
      `${time},v1=x,${signature}`,
      `${time},v0=00,${signature}`,
    ]) {
      expect(await codeOf(dated, delivery({ "x-signature": header }))).toBe("verified");
    }
  });

  test("must be one, in decimal digits", async () => {
    const [time = "", signature = ""] = String((await signed(dated)).headers["x-signature"]).split(",");
    for (const header of [
      `${time},${time},${signature}`,
      signature,
      `t=,${signature}`,
      `t=1e9,${signature}`,
      `t=-1,${signature}`,
    ]) {
      expect(await codeOf(dated, delivery({ "x-signature": header }))).toBe("signature_malformed");
    }
  });

  test("strict headers hold the time and one signature, in this order, and nothing else", async () => {
    const strict: HmacVerification = {
      ...dated,
      format: { type: "fields", timestamp: "t", signature: "v0", strict: true },
    };
    const [time = "", signature = ""] = String((await signed(strict)).headers["x-signature"]).split(",");
    expect(await codeOf(strict, delivery({ "x-signature": `${time},${signature}` }))).toBe("verified");
    for (const header of [
      `${signature},${time}`,
      `${time}, ${signature}`,
      `${time},${signature},x=1`,
      `x${time},${signature}`,
    ]) {
      expect(await codeOf(strict, delivery({ "x-signature": header }))).toBe("signature_malformed");
    }
  });
});

describe("a shared secret", () => {
  const byHeader: Verification = { type: "shared-secret", secrets: ["one", "two"], in: { header: "x-token" } };
  const byQuery: Verification = { type: "shared-secret", secrets: "one", in: { query: "token" } };

  test("is compared as a whole", async () => {
    expect(await codeOf(byHeader, delivery({ "x-token": "one" }))).toBe("verified");
    expect(await codeOf(byHeader, delivery({ "x-token": "two" }))).toBe("verified");
    for (const stated of ["on", "onee", "One", "one, one", " one"]) {
      expect(await codeOf(byHeader, delivery({ "x-token": stated }))).toBe("signature_mismatch");
    }
    expect(await codeOf(byHeader, delivery({}))).toBe("signature_missing");
  });

  test("in the query stands there once", async () => {
    expect(await codeOf(byQuery, await signed(byQuery))).toBe("verified");
    expect(await codeOf(byQuery, delivery({}, "{}", "token=one&token=one"))).toBe("signature_malformed");
    expect(await codeOf(byQuery, delivery({}, "{}", "token="))).toBe("signature_missing");
    expect(await codeOf(byQuery, delivery({}, "{}", ""))).toBe("signature_missing");
  });
});

test("none takes everything, custom decides by itself", async () => {
  expect(await codeOf({ type: "none", reason: "a test" }, delivery({}))).toBe("verified");
  const custom: Verification = {
    type: "custom",
    verify() {
      throw new VerificationError("signature_mismatch", "no");
    },
  };
  expect(await codeOf(custom, delivery({}))).toBe("signature_mismatch");
});

test.each([[""], ["  "], [[]], [["a", ""]]])("an empty secret never means everybody (%#)", async (secrets) => {
  await expect(verifyDelivery({ ...plain, secrets }, delivery({ "x-signature": "0".repeat(64) }))).rejects.toThrow(
    ConfigurationError,
  );
});

test("errors name no secret and no signature", async () => {
  const stated = "deadbeef".repeat(8);
  const error: unknown = await verifyDelivery(plain, delivery({ "x-signature": stated })).catch(
    (cause: unknown) => cause,
  );
  expect(String(error)).not.toContain('secret"');
  expect(JSON.stringify(error) + String(error)).not.toContain(stated);
  expect(JSON.stringify(error) + String(error)).not.toContain("new secret");
});
