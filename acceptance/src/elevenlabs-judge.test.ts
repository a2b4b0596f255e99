import { createHmac } from "node:crypto";
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";
import { fc, test as prop } from "@fast-check/vitest";
import { signRequest } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { verdictOn, verificationOf } from "./verdict.ts";

// The vendor's own SDK (npm @elevenlabs/elevenlabs-js 2.73.0) is the judge of what ElevenLabs signs. It takes no clock,
// so time stands still at the moment that a test sets.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

vi.setConfig({ testTimeout: 120_000 });
const numRuns = 1500;
const { webhooks } = new ElevenLabsClient({ apiKey: "unused" });

const secret = fc.oneof(
  fc
    .string({ unit: fc.constantFrom(...Array.from("0123456789abcdef")), minLength: 32, maxLength: 32 })
    .map((hex) => `wsec_${hex}`),
  fc.string({ unit: "binary", minLength: 1, maxLength: 80 }).filter((text) => text.trim() !== ""),
);
// The SDK parses what it accepts, so a body that is no JSON looks refused.
const body = fc.oneof(
  fc.json(),
  fc.json().map((text) => JSON.stringify(JSON.parse(text), null, 1)),
  fc.constantFrom(
    "{}",
    '{"type": "post_call_transcription", "cost": 0.0}',
    '{"note":"Grüße 📞"}',
    '{"a":"\\u00fc"}',
    "1",
  ),
);
const seconds = fc.integer({ min: Date.UTC(2001, 8, 10) / 1000, max: Date.UTC(2100, 0, 1) / 1000 });

const post = (content: string, signature?: string) => ({
  method: "POST",
  url: "/api/webhooks/elevenlabs",
  headers: {
    "content-type": "application/json",
    ...(signature !== undefined && { "elevenlabs-signature": signature }),
  },
  body: new TextEncoder().encode(content),
});

const digestOf = (key: string, time: string | number, content: string): string =>
  createHmac("sha256", key).update(`${time}.${content}`).digest("hex");

async function theyAccept(key: string, content: string, signature: string): Promise<boolean> {
  return webhooks.constructEvent(content, signature, key).then(
    () => true,
    () => false,
  );
}

/** Ours, then theirs, at one moment. */
async function verdicts(key: string, content: string, signature: string, atMs: number): Promise<[boolean, boolean]> {
  vi.setSystemTime(atMs);
  const ours = await verdictOn(verificationOf(elevenlabs({ webhookSecret: key })), post(content, signature), atMs);
  return [ours === "accepted", await theyAccept(key, content, signature)];
}

describe("S02: the SDK of ElevenLabs agrees with us", () => {
  prop.prop({ secret, body, seconds, ms: fc.integer({ min: 0, max: 999 }) }, { numRuns })(
    "what we sign, both accept, and the SDK gives back the event",
    async ({ secret: key, body: content, seconds: time, ms }) => {
      const atMs = time * 1000 + ms;
      vi.setSystemTime(atMs);
      const verification = verificationOf(elevenlabs({ webhookSecret: key }));
      const signed = await signRequest(verification, post(content), { nowMs: atMs });
      const signature = `t=${time},v0=${digestOf(key, time, content)}`;
      expect(signed.headers).toMatchObject({ "elevenlabs-signature": signature });
      expect(await verdicts(key, content, signature, atMs)).toEqual([true, true]);
      expect(await webhooks.constructEvent(content, signature, key)).toEqual(JSON.parse(content));
    },
  );

  const tamper = fc.constantFrom("nothing", "append", "prepend", "rewrite", "secret", "time", "digest", "scheme");

  prop.prop({ secret, body, seconds, tamper, at: fc.nat({ max: 63 }) }, { numRuns: 2 * numRuns })(
    "tampered bodies, times and digests and other secrets: both accept or both refuse",
    async ({ secret: key, body: content, seconds: time, tamper: how, at }) => {
      const digest = digestOf(key, time, content);
      const signature = `t=${time},v0=${digest}`;
      const seen = { key, content, signature };
      if (how === "append") seen.content += " ";
      if (how === "prepend") seen.content = `\n${content}`;
      if (how === "rewrite") seen.content = JSON.stringify(JSON.parse(content));
      if (how === "secret") seen.key += "x";
      if (how === "time") seen.signature = `t=${time + 1},v0=${digest}`;
      if (how === "scheme") seen.signature = `t=${time},v1=${digest}`;
      if (how === "digest") {
        const changed = digest.charAt(at) === "0" ? "1" : "0";
        seen.signature = `t=${time},v0=${digest.slice(0, at)}${changed}${digest.slice(at + 1)}`;
      }
      const same = seen.key === key && seen.content === content && seen.signature === signature;
      expect(await verdicts(seen.key, seen.content, seen.signature, time * 1000)).toEqual([same, same]);
    },
  );

  const ageMs = fc.oneof(
    fc.integer({ min: -300_000, max: 2_000_000 }),
    fc.constantFrom(1_799_999, 1_800_000, 1_800_001, 1_801_000, 0, -300_000),
  );

  prop.prop({ secret, body, seconds, ageMs }, { numRuns: 2 * numRuns })(
    "old times: thirty minutes on both sides, to the millisecond",
    async ({ secret: key, body: content, seconds: time, ageMs: age }) => {
      const signature = `t=${time},v0=${digestOf(key, time, content)}`;
      const inTime = age <= 1_800_000;
      expect(await verdicts(key, content, signature, time * 1000 + age)).toEqual([inTime, inTime]);
    },
  );

  const junk = fc.oneof(
    fc.string({ unit: "grapheme-ascii", maxLength: 100 }),
    fc.string({ unit: fc.constantFrom(...Array.from("tv0=,a ")), maxLength: 12 }),
    fc
      .tuple(fc.stringMatching(/^[0-9]{0,16}$/), fc.stringMatching(/^[0-9a-f]{60,68}$/))
      .map(([time, digest]) => `t=${time},v0=${digest}`),
  );

  prop.prop({ secret, body, junk }, { numRuns })(
    "headers that are none: both refuse",
    async ({ secret: key, body: content, junk: signature }) => {
      expect(await verdicts(key, content, signature, 1_790_000_000_000)).toEqual([false, false]);
    },
  );
});

describe("S02: where we differ from the SDK, as the document's table says (§2.2)", () => {
  const key = "wsec_offhook_test_0123456789abcdef";
  const content =
    '{"type":"post_call_transcription","event_timestamp":1790000000,"data":{"agent_id":"agent_1","conversation_id":"conv_1","status":"done"}}';
  const time = 1_790_000_000;
  const digest = "02dee6850d15962addb053300ea786a326575f51e546fdf0440ae5515be1e33b";
  const wrong = "0".repeat(64);

  test.each([
    ["as the vector", `t=${time},v0=${digest}`, true, true],
    ["a blank after the comma", `t=${time}, v0=${digest}`, true, false],
    ["an upper-case digest", `t=${time},v0=${digest.toUpperCase()}`, true, false],
    ["the digest before the time", `v0=${digest},t=${time}`, true, true],
    ["two digests, the right one first", `t=${time},v0=${digest},v0=${wrong}`, true, true],
    ["two digests, the right one second", `t=${time},v0=${wrong},v0=${digest}`, true, false],
    ["a field of the future", `t=${time},v0=${digest},v1=abc`, true, true],
    ["a time that is no number, genuinely signed", `t=abc,v0=${digestOf(key, "abc", content)}`, false, true],
    ["a time with a fraction, genuinely signed", `t=${time}.5,v0=${digestOf(key, `${time}.5`, content)}`, false, true],
    ["two times, of which the first was signed", `t=${time},t=1,v0=${digest}`, false, true],
    ["no digest", `t=${time}`, false, false],
    ["no time", `v0=${digest}`, false, false],
    ["nothing", "", false, false],
  ])("%s", async (_title, signature, ours, theirs) => {
    expect(await verdicts(key, content, signature, time * 1000 + 5_000)).toEqual([ours, theirs]);
  });

  prop.prop({ secret, body, seconds, aheadMs: fc.integer({ min: 300_001, max: 1e10 }) }, { numRuns })(
    "times ahead of our clock: more than five minutes are refused by us alone",
    async ({ secret: anyKey, body: anyContent, seconds: signedAt, aheadMs }) => {
      const signature = `t=${signedAt},v0=${digestOf(anyKey, signedAt, anyContent)}`;
      expect(await verdicts(anyKey, anyContent, signature, signedAt * 1000 - aheadMs)).toEqual([false, true]);
    },
  );

  test("a signed body that is no JSON is genuine for us, and a parser's error for the SDK", async () => {
    const signature = `t=${time},v0=${digestOf(key, time, "not JSON")}`;
    expect(await verdicts(key, "not JSON", signature, time * 1000)).toEqual([true, false]);
  });
});
