import { ConfigurationError, signRequest, verifyDelivery, type RawDelivery } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { readFixture } from "./fixtures/index.ts";
import { callRailVerification } from "./verification.ts";

const key = "5f3d3ebe065cd800b8c154347437e958";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function delivery(body: Uint8Array, signature?: string | readonly string[], more: Partial<RawDelivery> = {}) {
  const headers = signature === undefined ? {} : { signature };
  return { method: "POST", url: "/callrail", query: "", headers, body, receivedAtMs: 0, ...more };
}

const verify = (
  body: Uint8Array,
  signature?: string | readonly string[],
  secrets: string | readonly string[] = key,
): Promise<unknown> => verifyDelivery(callRailVerification(secrets), delivery(body, signature), { nowMs: 0 });

const vectors = [
  {
    title: "the published example",
    secret: "072e77e426f92738a72fe23c4d1953b4",
    body: readFixture("published-call.txt"),
    size: 2279,
    signature: "UZAHbUdfm3GqL7qzilGozGzWV64=",
  },
  {
    title: "C1, a call with letters beyond ASCII",
    secret: key,
    body: readFixture("c1-missed-call.txt"),
    size: 440,
    signature: "C28VPLDLSxcHuffCan79VNk/gXo=",
  },
  {
    title: "C2, a form",
    secret: key,
    body: readFixture("c2-form.txt"),
    size: 206,
    signature: "mRWbHdxC9Smfms345CFQMi61eXc=",
  },
  {
    title: "C3, a text message",
    secret: key,
    body: readFixture("c3-text.txt"),
    size: 234,
    signature: "YP8DgqfoyAhMYUermYOy/veiVEA=",
  },
  { title: "C4, an empty body", secret: key, body: "", size: 0, signature: "KU7nUAxRNSjQGdVexPl7hN45iLQ=" },
];
const [, c1] = vectors;
if (c1 === undefined) throw new Error("Expected vector C1");
const c1Body = bytes(c1.body);

describe("genuine requests", () => {
  test.each(vectors)("S01: $title is accepted, and signed alike", async ({ body, size, secret, signature }) => {
    const raw = bytes(body);
    expect(raw.length).toBe(size);
    await expect(verify(raw, signature, secret)).resolves.toBeDefined();
    const unsigned = { method: "POST", url: "/callrail", headers: {}, body: raw };
    expect((await signRequest(callRailVerification(secret), unsigned)).headers["signature"]).toBe(signature);
  });

  test.each([
    ["the key alone", [key]],
    ["the key first", [key, "a later one"]],
    ["the key last", ["072e77e426f92738a72fe23c4d1953b4", "another", key]],
  ])("S01: a list of keys with %s accepts what the key signed", async (_title, keys) => {
    await expect(verify(c1Body, c1.signature, keys)).resolves.toBeDefined();
  });

  test("S01: the first of several keys signs", async () => {
    const unsigned = { method: "POST", url: "/callrail", headers: {}, body: c1Body };
    const signed = await signRequest(callRailVerification([key, "another"]), unsigned);
    expect(signed.headers["signature"]).toBe(c1.signature);
  });

  test("S01: the address, its query and the other headers are not part of what is signed", async () => {
    const elsewhere = delivery(c1Body, c1.signature, { url: "/elsewhere?callernum=1", query: "callernum=1" });
    await expect(verifyDelivery(callRailVerification(key), elsewhere)).resolves.toBeDefined();
  });

  test("S01: a call of long ago is accepted, because the only time in it is its start", async () => {
    const years = 10 * 365 * 86_400_000;
    const late = verifyDelivery(callRailVerification(key), delivery(c1Body, c1.signature), { nowMs: years });
    await expect(late).resolves.toBeDefined();
  });
});

describe("refusals", () => {
  // Each of these is what a hand-written verifier or a body parser makes of C1.
  test.each([
    ["the hexadecimal form", "0b6f153cb0cb4b1707b9f7c26a7efd54d93f817a", "signature_malformed"],
    ["SHA-256", "Wd3xuEjjLmLrOJ/NRRdE/oNkgHfMT1iTCY5t04UwTjY=", "signature_malformed"],
    ["the key's bytes decoded from hexadecimal", "DtFP26g3AWFJ5h2+jUgIw2C4T+Y=", "signature_mismatch"],
    ["the signature of the body with a line feed", "JhS9ggDbJLsGlUuI2XkVO3e6dhw=", "signature_mismatch"],
    ["the signature of the indented body", "989+H6CDpETzkUpse+EfrMgCElI=", "signature_mismatch"],
    ["the signature of the body in Latin-1", "nO3egbcupKxC2n4ZNliku5XBC5s=", "signature_mismatch"],
    ["another body's signature", "YP8DgqfoyAhMYUermYOy/veiVEA=", "signature_mismatch"],
  ])("S01: C1 with %s is refused", async (_title, signature, code) => {
    await expect(verify(c1Body, signature)).rejects.toMatchObject({ code });
  });

  test.each([
    ["with a line feed more", `${c1.body}\n`],
    ["written again with indentation", JSON.stringify(JSON.parse(c1.body), null, 2)],
    ["without its last byte", c1.body.slice(0, -1)],
    ["with a byte order mark", `\ufeff${c1.body}`],
    ["with another outcome", c1.body.replace('"answered":false', '"answered":true')],
    ["replaced by nothing", ""],
  ])("S01: the body %s no longer fits its signature", async (_title, body) => {
    await expect(verify(bytes(body), c1.signature)).rejects.toMatchObject({ code: "signature_mismatch" });
  });

  test("S01: the body in Latin-1 no longer fits its signature", async () => {
    const latin1 = Uint8Array.from(c1.body, (character) => character.charCodeAt(0));
    await expect(verify(latin1, c1.signature)).rejects.toMatchObject({ code: "signature_mismatch" });
  });

  test.each([
    ["no header", undefined, "signature_missing"],
    ["an empty header", "", "signature_missing"],
    ["an empty list of headers", [], "signature_missing"],
    ["two headers", [c1.signature, c1.signature], "signature_malformed"],
    ["two signatures in one header", `${c1.signature}, ${c1.signature}`, "signature_malformed"],
    ["a signature without its padding", c1.signature.slice(0, -1), "signature_malformed"],
    ["a line feed after the signature", `${c1.signature}\n`, "signature_malformed"],
    ["white space before the signature", ` ${c1.signature}`, "signature_malformed"],
    ["a prefix", `sha1=${c1.signature}`, "signature_malformed"],
    ["URL-safe letters", c1.signature.replace("/", "_"), "signature_malformed"],
    ["small letters", c1.signature.toLowerCase(), "signature_mismatch"],
    ["a last character that decodes to the same bytes", "C28VPLDLSxcHuffCan79VNk/gXp=", "signature_mismatch"],
    ["the word undefined", "undefined", "signature_malformed"],
  ])("S01: a request with %s is refused", async (_title, signature, code) => {
    await expect(verify(c1Body, signature)).rejects.toMatchObject({ code });
  });

  test("S01: the header that others guess, X-CallRail-Signature, proves nothing", async () => {
    const headers = { "x-callrail-signature": c1.signature };
    const guessed = verifyDelivery(callRailVerification(key), delivery(c1Body, undefined, { headers }));
    await expect(guessed).rejects.toMatchObject({ code: "signature_missing" });
  });

  test.each([
    ["another company's key", "072e77e426f92738a72fe23c4d1953b4"],
    ["the key in capitals", key.toUpperCase()],
    ["the key with a blank", `${key} `],
  ])("S01: %s does not fit", async (_title, secret) => {
    await expect(verify(c1Body, c1.signature, secret)).rejects.toMatchObject({ code: "signature_mismatch" });
  });

  test.each([[""], [" "], [[]], [["", key]], [[key, ""]]])(
    "S01: an empty key (%j) is refused at once, never taken for a switch that turns checking off",
    (secrets) => {
      expect(() => callRailVerification(secrets)).toThrow(ConfigurationError);
      expect(() => callRailVerification(secrets)).toThrow("callrail({ signingKey })");
    },
  );
});
