import { readFileSync } from "node:fs";
import { PayloadError, type VerifiedDelivery } from "@offhook/core";
import { retellSamples, seededRandom } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { toTranslation } from "./events.ts";
import { readPayload, type RetellCall } from "./payload.ts";

const fixture = (name: string): Uint8Array => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));

// Reading trusts that core verified; here the test stands in for it.
const delivered = (body: string | Uint8Array): VerifiedDelivery =>
  ({ body: typeof body === "string" ? new TextEncoder().encode(body) : body }) as unknown as VerifiedDelivery;

const read = (body: string | Uint8Array) => readPayload(delivered(body));

function callIn(body: string | Uint8Array): RetellCall {
  const payload = read(body);
  if (payload.kind !== "call") throw new Error(`expected a call, got ${payload.kind}`);
  return payload.call;
}

describe("encodings", () => {
  test("S06: a byte order mark is no part of the JSON", () => {
    expect(callIn(fixture("call_ended.bom.txt")).call_id).toBe("call_test_5");
  });

  test("S06: escapes, tabs and line ends are read as JSON has them", () => {
    const call = callIn(fixture("call_analyzed.escapes.txt"));
    expect([call.call_id, call.call_analysis?.call_summary]).toEqual(["call_test_6", "Grüße 📞"]);
  });

  test("S06: bytes that are no UTF-8 do not lose the event", () => {
    const text = '{"event":"call_ended","call":{"call_id":"c","agent_name":"?"}}';
    const body = new TextEncoder().encode(text).map((byte) => (byte === "?".charCodeAt(0) ? 0xff : byte));
    expect(callIn(body).agent_name).toBe("\ufffd");
  });
});

describe("what cannot be read", () => {
  test.each([
    "",
    " ",
    "null",
    "7",
    '"call_ended"',
    "[]",
    "{}",
    '{"event":""}',
    '{"event":7}',
    '{"event":null,"call":{"call_id":"c"}}',
    '{"call":{"call_id":"c"}}',
    '{"event":"call_ended"',
    '[{"event":"call_ended","call":{"call_id":"c"}}]',
  ])("S06: %s names no event", (body) => {
    expect(() => read(body)).toThrow(PayloadError);
  });

  test.each([undefined, null, 7, "c", [], {}, { call_id: "" }, { call_id: 7 }, { call_id: null }])(
    "S06: an event of a call needs the call's id, got %j",
    (call) => {
      expect(() => read(JSON.stringify({ event: "call_ended", call }))).toThrow(
        expect.objectContaining({ code: "payload_invalid" }),
      );
    },
  );

  test.each(["x".repeat(300), "a\u0000b", "\ud800"])("S06: an id that no storage can keep is refused", (callId) => {
    const payload = read(JSON.stringify({ event: "call_ended", call: { call_id: callId } }));
    expect(() => toTranslation(payload)).toThrow(PayloadError);
  });

  test("S11: the message quotes nothing of the body", () => {
    for (const body of [
      '{"secret":"+14155550199"}',
      '{"event":"call_ended","call":{"from_number":"+14155550199"}}',
      "+14155550199",
    ]) {
      expect(() => read(body)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("+14155550199") }),
      );
    }
  });
});

describe("odd members", () => {
  const whole = JSON.parse(new TextDecoder().decode(fixture("call_analyzed.json"))) as {
    call: { [name: string]: unknown };
  };
  const members = Object.keys(whole.call).filter((name) => name !== "call_id");
  const odd = [null, 0, -1, 1e308, true, "", "text", [], [null], {}, { a: 1 }, JSON.parse('{"__proto__":{"a":1}}')];

  test.each(members)("S06: %s of any wrong type costs no more than itself", (name) => {
    for (const value of odd) {
      const call = { ...whole.call, [name]: value };
      const { events } = toTranslation(read(JSON.stringify({ event: "call_analyzed", call })));
      const [event] = events;
      expect(event?.type).toBe("call.analyzed");
      if (name !== "call_analysis") expect(event?.facts.analysis).toMatchObject({ summary: "Caller greeted." });
      if (name !== "agent_id") expect(event?.facts.agent).toMatchObject({ id: "agent_1" });
      if (name !== "call_cost") expect(event?.facts.cost?.amount).toBe("0.0263");
    }
  });

  test("S06: members of the analysis fail one by one", () => {
    const call = { call_id: "c", call_analysis: { call_summary: 7, user_sentiment: ["x"], call_successful: false } };
    expect(callIn(JSON.stringify({ event: "call_analyzed", call })).call_analysis).toMatchObject({
      call_successful: false,
    });
  });

  test("S06: a number beyond JavaScript's is no number", () => {
    const call = callIn('{"event":"call_ended","call":{"call_id":"c","duration_ms":1e999,"start_timestamp":-1e999}}');
    expect([call.duration_ms, call.start_timestamp]).toEqual([undefined, undefined]);
  });

  test("S06: a member named __proto__ changes no object", () => {
    const body =
      '{"event":"call_ended","__proto__":{"event":"x"},"call":{"call_id":"c","__proto__":{"agent_id":"evil"}}}';
    expect(callIn(body).agent_id).toBeUndefined();
    const metadata = '{"event":"call_started","call":{"call_id":"c","metadata":{"__proto__":{"admin":true}}}}';
    const [event] = toTranslation(read(metadata)).events;
    expect(JSON.stringify(event?.facts.metadata)).toBe('{"metadata":{"__proto__":{"admin":true}}}');
    expect({}).not.toHaveProperty("admin");
  });

  test("S06: mutated samples give events or a PayloadError, never another error", () => {
    const random = seededRandom(2026);
    const samples = retellSamples().filter(({ body }) => body.length < 12_000);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    let understood = 0;
    for (let round = 0; round < 4000; round += 1) {
      const sample = pick(samples);
      const mutated = mutate(JSON.parse(sample?.body ?? "{}"), () => pick(odd), random);
      try {
        const { events, question } = toTranslation(read(JSON.stringify(mutated)));
        JSON.stringify(events);
        question?.reply({ agentId: "a" });
        understood += events.length;
      } catch (error) {
        expect(error).toBeInstanceOf(PayloadError);
      }
    }
    expect(understood).toBeGreaterThan(1000);
  });
});

/** Replaces a few members, at any depth. */
function mutate(value: unknown, replacement: () => unknown, random: () => number): unknown {
  if (random() < 0.02) return replacement();
  if (Array.isArray(value)) return value.map((member: unknown) => mutate(member, replacement, random));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mutate(member, replacement, random)]));
}
