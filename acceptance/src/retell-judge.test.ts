import { createHmac } from "node:crypto";
import { fc, test as prop } from "@fast-check/vitest";
import { signRequest } from "@offhook/core";
import { retell } from "@offhook/retell";
import Retell from "retell-sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { verdictOn, verificationOf } from "./verdict.ts";

// The vendor's own SDK (npm retell-sdk 5.66.1) is the judge of what Retell signs. It takes no clock, so time stands
// still at the moment that a test sets.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

vi.setConfig({ testTimeout: 120_000 });
const numRuns = 1500;

const apiKey = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from("key_0123456789abcdef")), minLength: 8, maxLength: 40 }),
  // The SDK cannot import an empty key, and we take none of blanks.
  fc.string({ unit: "binary", minLength: 1, maxLength: 80 }).filter((text) => text.trim() !== ""),
);
const body = fc.oneof(
  fc.json(),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom("", "{}", '{"event": "call_ended"}', '{"note":"Grüße 📞"}', "\ufeff{}", "1700000000000", '{"a":1}\n'),
);
const nowMs = fc.integer({ min: Date.UTC(2001, 8, 10), max: Date.UTC(2100, 0, 1) });

const post = (content: string, signature?: string) => ({
  method: "POST",
  url: "/api/webhooks/retell",
  headers: { "content-type": "application/json", ...(signature !== undefined && { "x-retell-signature": signature }) },
  body: new TextEncoder().encode(content),
});

/** Ours, then theirs, at one moment. */
async function verdicts(key: string, content: string, signature: string, atMs: number): Promise<[boolean, boolean]> {
  vi.setSystemTime(atMs);
  const ours = await verdictOn(verificationOf(retell({ apiKey: key })), post(content, signature), atMs);
  return [ours === "accepted", await Retell.verify(content, key, signature)];
}

describe("S03: the SDK of Retell agrees with us", () => {
  prop.prop({ apiKey, body, nowMs }, { numRuns })(
    "what either signs is the same header, and both accept it",
    async ({ apiKey: key, body: content, nowMs: atMs }) => {
      vi.setSystemTime(atMs);
      const theirs = await Retell.sign(content, key);
      const signed = await signRequest(verificationOf(retell({ apiKey: key })), post(content), { nowMs: atMs });
      expect(signed.headers).toMatchObject({ "x-retell-signature": theirs });
      expect(await verdicts(key, content, theirs, atMs)).toEqual([true, true]);
    },
  );

  const tamper = fc.constantFrom("nothing", "append", "prepend", "cut", "flip", "key", "rewrite", "time", "digest");

  prop.prop({ apiKey, body, nowMs, tamper, at: fc.nat() }, { numRuns: 2 * numRuns })(
    "tampered bodies, times and digests and other keys: both accept or both refuse",
    async ({ apiKey: key, body: content, nowMs: atMs, tamper: how, at }) => {
      vi.setSystemTime(atMs);
      const signature = await Retell.sign(content, key);
      const seen = { key, content, signature };
      if (how === "append") seen.content += " ";
      if (how === "prepend") seen.content = `0${content}`;
      if (how === "cut") seen.content = content.slice(0, -1);
      if (how === "flip") seen.content = flip(content, at);
      if (how === "key") seen.key += "x";
      if (how === "rewrite") seen.content = rewritten(content);
      if (how === "time") seen.signature = signature.replace(String(atMs), String(atMs + 1));
      if (how === "digest") seen.signature = flip(signature, signature.length - 1 - (at % 64));
      const [ours, theirs] = await verdicts(seen.key, seen.content, seen.signature, atMs);
      expect(ours).toBe(theirs);
      const same = seen.key === key && seen.content === content && seen.signature === signature;
      // A lone surrogate that cutting left behind has the bytes of U+FFFD.
      if (how !== "cut" && how !== "flip") expect(ours).toBe(same);
    },
  );

  const offset = fc.oneof(
    fc.integer({ min: -400_000, max: 400_000 }),
    fc.constantFrom(-300_001, -300_000, -299_999, 299_999, 300_000, 300_001, 0),
    fc.integer({ min: -1e10, max: 1e10 }),
  );

  prop.prop({ apiKey, body, nowMs, offset }, { numRuns: 2 * numRuns })(
    "old and early times: the same limit on both sides, to the millisecond",
    async ({ apiKey: key, body: content, nowMs: atMs, offset: byMs }) => {
      vi.setSystemTime(atMs);
      const signature = await Retell.sign(content, key);
      const inTime = Math.abs(byMs) <= 300_000;
      expect(await verdicts(key, content, signature, atMs + byMs)).toEqual([inTime, inTime]);
    },
  );

  const junk = fc.oneof(
    fc.string({ unit: "grapheme-ascii", maxLength: 100 }),
    fc.string({ unit: fc.constantFrom(...Array.from("vd=,0a ")), maxLength: 12 }),
    fc
      .tuple(fc.stringMatching(/^[0-9]{0,18}$/), fc.stringMatching(/^[0-9a-f]{60,68}$/))
      .map(([time, digest]) => `v=${time},d=${digest}`),
  );

  prop.prop({ apiKey, body, junk }, { numRuns })(
    "headers that are none: both refuse",
    async ({ apiKey: key, body: content, junk: signature }) => {
      expect(await verdicts(key, content, signature, 1_790_000_000_000)).toEqual([false, false]);
    },
  );
});

function flip(text: string, at: number): string {
  if (text === "") return "x";
  const index = at % text.length;
  return text.slice(0, index) + (text.charAt(index) === "0" ? "1" : "0") + text.slice(index + 1);
}

/** What a body parser and JSON.stringify make of it. */
function rewritten(content: string): string {
  try {
    return JSON.stringify(JSON.parse(content));
  } catch {
    return content;
  }
}

describe("S03: the document's table of edge cases (§2.3)", () => {
  const key = "key_offhook_test_abcdef0123456789";
  const content =
    '{"event":"call_ended","call":{"call_id":"call_test_1","call_type":"phone_call","call_status":"ended","duration_ms":15791}}';
  const time = 1_790_000_000_123;
  const digest = "7367d9589a5998f56245e24a62df5bf8e0b31a5d94305c73448cc173a7fa872e";
  const hmac = (text: string, encoding: "hex" | "base64" = "hex"): string =>
    createHmac("sha256", key).update(text).digest(encoding);

  test.each([
    ["as the vector", `v=${time},d=${digest}`, true],
    ["an upper-case digest", `v=${time},d=${digest.toUpperCase()}`, true],
    ["a blank after the comma", `v=${time}, d=${digest}`, false],
    ["junk before the time", `x,v=${time},d=${digest}`, false],
    ["a blank before the time", ` v=${time},d=${digest}`, false],
    ["junk after the digest", `v=${time},d=${digest}00`, false],
    ["another field after the digest", `v=${time},d=${digest},x=1`, false],
    ["the digest before the time", `d=${digest},v=${time}`, false],
    ["the time before the body", `v=${time},d=${hmac(`${time}.${content}`)}`, false],
    ["a bare digest in hex", hmac(content), false],
    ["a bare digest in base64", hmac(content, "base64"), false],
    ["a time in seconds", `v=1790000000,d=${hmac(`${content}1790000000`)}`, false],
    ["a negative time", `v=-${time},d=${digest}`, false],
    ["nothing", "", false],
  ])("%s: both say the same", async (_title, signature, expected) => {
    expect(await verdicts(key, content, signature, time + 5_000)).toEqual([expected, expected]);
  });

  test("where we differ: names in capitals and leading zeros, which Retell never sends, are refused by us", async () => {
    const capitals = `V=${time},D=${digest}`;
    expect(await verdicts(key, content, capitals, time)).toEqual([false, true]);
    // The SDK hashes the number, we hash the digits that stood in the header.
    const zero = `v=0${time},d=${digest}`;
    expect(await verdicts(key, content, zero, time)).toEqual([false, true]);
  });
});
