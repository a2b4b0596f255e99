import type { CallEventDraft, CallFacts } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { callOf, fixture, leadOf, translate } from "./fixtures/translate.ts";
import type { ConvosoOptions } from "./provider.ts";

const factsOf = async (fields: object, options?: Partial<ConvosoOptions>): Promise<CallFacts> =>
  (await callOf({ call_id: "7", ...fields }, options)).facts;

describe("calls", () => {
  test("W11: the seed's call is mapped field by field", async () => {
    const { events } = await translate({ body: fixture("call.seed.json") });
    expect(events).toEqual<CallEventDraft[]>([
      {
        type: "call.ended",
        occurredAt: null,
        references: [{ provider: "convoso", id: "c-1001", kind: "session" }],
        facts: {
          direction: "outbound",
          status: "completed",
          outcome: "answered",
          conversion: { converted: true, reason: "disposition SALE" },
          endReason: null,
          from: null,
          to: { e164: null, raw: "555-0123" },
          startedAt: "2026-11-20T10:00:00.000Z",
          endedAt: "2026-11-20T10:02:05.000Z",
          durationSeconds: 125,
          agent: { id: "a-5", name: "Pat Doe", kind: "human" },
          campaign: { id: null, name: "Spring" },
          lead: { id: "l-77", name: null, email: null, city: null, region: null, country: null },
          recordings: [
            {
              provider: "convoso",
              id: "c-1001",
              state: "available",
              url: "https://example.test/r/1.mp3",
              channels: null,
              durationSeconds: null,
              expiresAt: null,
            },
          ],
          disposition: "SALE",
          note: null,
          metadata: null,
        },
      },
    ]);
  });

  test("W11: an Adaptor's call is mapped field by field, in the account's time zone", async () => {
    const { kind, events, leads } = await translate({ body: fixture("call.connect.txt") });
    expect(kind).toBe("call");
    expect(leads).toEqual([]);
    expect(events).toMatchObject([
      {
        type: "call.ended",
        occurredAt: "2026-11-20T15:05:00.000Z",
        references: [{ provider: "convoso", id: "2073617", kind: "session" }],
        facts: {
          direction: "outbound",
          status: "completed",
          from: { e164: "+16155550100", raw: "6155550100" },
          to: { e164: "+16155550188", raw: "6155550188" },
          startedAt: "2026-11-20T15:00:00.000Z",
          endedAt: "2026-11-20T15:02:05.000Z",
          durationSeconds: 125,
          endReason: { code: "agent", raw: "AGENT" },
          agent: { id: "1201", name: "Pat Doe", kind: "human" },
          campaign: { id: "3475", name: "Spring" },
          lead: { id: "408159", name: "Ana" },
          recordings: [{ id: "2073617", state: "pending", url: null }],
          disposition: "SALE",
          conversion: { converted: true, reason: "disposition SALE" },
          note: "Wants the green one",
          metadata: {
            dispositionName: "Sale",
            sessionId: "abc@10.0.0.1",
            uniqueId: "1795186800.4711",
            recordingFile: "1403237496-all.wav",
          },
        },
      },
    ]);
  });

  test("a result of the call log, passed on by a relay, is mapped as well", async () => {
    const { events } = await translate({ body: fixture("call.log-result.json") });
    expect(events).toMatchObject([
      {
        references: [{ id: "2073617" }],
        facts: {
          to: { e164: "+16155550188", raw: "6155550188" },
          from: { e164: "+16155550100" },
          agent: { id: "1201", name: "Pat Doe" },
          lead: { id: "408159" },
          durationSeconds: 125,
          recordings: [{ url: "https://example.test/public/a.mp3", state: "available" }],
        },
      },
    ]);
  });

  test.each([
    { call_id: "7", lead_id: "1", phone_number: "555-0123", disposition: "SALE" },
    { call_id: 7, agent_id: 5, duration: "31", recording_url: "https://example.test/1.mp3" },
    { call_id: "7", phone_number: "6155550188", direction: "inbound", campaign: "Spring" },
    { lead_id: "1", phone_number: "6155550188", disposition: "NA", duration: 0 },
    { call_id: "7" },
  ])("W11: a call with few fields is a call: %j", async (fields) => {
    const { events } = await translate({ body: JSON.stringify(fields) });
    expect(events).toHaveLength(1);
  });
});

describe("duration", () => {
  test.each([
    [125, 125],
    ["125", 125],
    ["125.6", 126],
    [0, 0],
    ["02:05", 125],
    ["1:02:05", 3725],
    ["90:00", 5400],
    ["", null],
    ["-5", null],
    [-5, null],
    [1e21, null],
    ["0x10", null],
    ["five", null],
    ["1:2", null],
  ])("%j is %j seconds", async (duration, seconds) => {
    expect((await factsOf({ duration })).durationSeconds).toBe(seconds);
  });

  test("makes the end of a call whose push has none", async () => {
    const start = { started_at: "2026-11-20 10:00:00", disposition: "NI" };
    expect((await factsOf({ ...start, duration: 61 })).endedAt).toBe("2026-11-20T15:01:01.000Z");
    expect((await factsOf({ ...start, duration: 61, ended_at: "2026-11-20 10:05:00" })).endedAt).toBe(
      "2026-11-20T15:05:00.000Z",
    );
    expect((await factsOf(start)).endedAt).toBeNull();
    expect(await factsOf({ ...start, duration: 61, disposition: "INCALL" })).toMatchObject({
      endedAt: null,
      durationSeconds: null,
    });
  });
});

describe("direction and the two numbers (trap 8)", () => {
  const numbers = { phone_number: "6155550188", caller_id: "6155550100", inbound_number: "6155550111" };
  const customer = { e164: "+16155550188" };

  test.each([
    ["OUTBOUND", "outbound"],
    ["outbound", "outbound"],
    ["MANUAL", "outbound"],
    ["Outgoing", "outbound"],
    ["INBOUND", "inbound"],
    ["Inbound", "inbound"],
    ["3WAY", "unknown"],
    ["sideways", "unknown"],
  ])("%s is %s", async (call_type, direction) => {
    expect((await factsOf({ call_type })).direction).toBe(direction);
  });

  test("nobody's word is unknown, or what you say", async () => {
    expect((await factsOf({})).direction).toBe("unknown");
    expect((await factsOf({}, { defaultDirection: "outbound" })).direction).toBe("outbound");
    expect((await factsOf({ call_type: "3WAY" }, { defaultDirection: "outbound" })).direction).toBe("unknown");
    expect((await factsOf({ call_type: "INBOUND" }, { defaultDirection: "outbound" })).direction).toBe("inbound");
  });

  test("an outbound call goes from the caller id to the number dialled", async () => {
    expect(await factsOf({ ...numbers, direction: "outbound" })).toMatchObject({
      from: { e164: "+16155550100" },
      to: customer,
    });
    expect(await factsOf({ ...numbers, direction: "outbound", number_dialed: "16155550177" })).toMatchObject({
      to: { e164: "+16155550177" },
    });
  });

  test("the number dialled and the lead's are one number in two writings", async () => {
    const to = { e164: "+16155550188", raw: "6155550188" };
    expect(await factsOf({ ...numbers, direction: "outbound", number_dialed: "16155550188" })).toMatchObject({ to });
    expect(await factsOf({ ...numbers, direction: "outbound" })).toMatchObject({ to });
  });

  test("an inbound call goes from the customer to the number called", async () => {
    expect(await factsOf({ ...numbers, direction: "inbound" })).toMatchObject({
      from: customer,
      to: { e164: "+16155550111" },
    });
  });

  test("a call of unknown direction keeps the customer's number all the same", async () => {
    expect(await factsOf({ phone_number: "6155550188" })).toMatchObject({ from: null, to: customer });
    expect(await factsOf(numbers)).toMatchObject({ from: customer });
  });

  test("the lead's country code is not the account's", async () => {
    const abroad = { phone_number: "7911123456", phone_code: "44", caller_id: "6155550100", direction: "outbound" };
    expect(await factsOf(abroad)).toMatchObject({ from: { e164: "+16155550100" }, to: { e164: "+447911123456" } });
  });
});

describe("the status without a disposition", () => {
  test("follows from the duration", async () => {
    expect(await factsOf({ duration: 5 })).toMatchObject({ status: "completed" });
    expect((await factsOf({ duration: 0 })).status).toBeUndefined();
  });

  test("is not known from an id alone", async () => {
    const { type, facts } = await callOf({ call_id: 7 });
    expect(type).toBe("call.progressed");
    expect(facts.status).toBeUndefined();
  });

  test("is completed with an unknown outcome once there is an end", async () => {
    expect(await factsOf({ ended_at: "2026-11-20 10:00:00" })).toMatchObject({
      status: "completed",
      outcome: "unknown",
    });
  });

  test("is at least in progress where something was recorded", async () => {
    expect(await factsOf({ recording: "1.wav" })).toMatchObject({ status: "in_progress" });
  });
});

describe("agents", () => {
  test.each(["666666", "666667", "666671"])("the system user %s is nobody (trap 15)", async (user_id) => {
    expect((await factsOf({ user_id, agent_full_name: "System" })).agent).toBeNull();
  });

  test("a number is an id as well", async () => {
    expect((await factsOf({ agent_id: 1201 })).agent).toEqual({ id: "1201", name: null, kind: "human" });
  });
});

describe("recordings (trap 5)", () => {
  test.each(["http://rec.convoso.com/1.mp3?a=http://b", "HTTP://rec.convoso.com/1.mp3?a=http://b"])(
    "are read over https, also where %s was written",
    async (recording) => {
      expect(await factsOf({ recording })).toMatchObject({
        recordings: [{ id: "7", state: "available", url: "https://rec.convoso.com/1.mp3?a=http://b" }],
      });
    },
  );

  test.each(["1403237496-all.wav", "ftp://a.test/1.mp3", "/r/1.mp3", "javascript:alert(1)", "https://"])(
    "%s is no address to fetch",
    async (recording) => {
      expect(await factsOf({ recording })).toMatchObject({
        recordings: [{ id: "7", state: "pending", url: null }],
        metadata: { recordingFile: recording },
      });
    },
  );

  test("an empty one says nothing", async () => {
    expect((await factsOf({ recording: "" })).recordings).toBeNull();
    expect((await factsOf({ recording: [] })).recordings).toBeNull();
  });
});

describe("other facts", () => {
  test("an unknown reason for the end keeps its words", async () => {
    expect((await factsOf({ term_reason: "Queue Timeout!" })).endReason).toEqual({
      code: "queue_timeout",
      raw: "Queue Timeout!",
    });
    expect((await factsOf({ term_reason: "挂断" })).endReason).toEqual({ code: "other", raw: "挂断" });
  });

  test("a CallSid in a field of your own ties the call to Twilio's", async () => {
    const callSid = "CA0123456789abcdef0123456789abcdef";
    const options = { fields: { twilioCallSid: ["custom_field_3"] } };
    expect((await callOf({ call_id: 7, custom_field_3: callSid }, options)).references).toEqual([
      { provider: "convoso", id: "7", kind: "session" },
      { provider: "twilio", id: callSid, kind: "leg" },
    ]);
    expect((await callOf({ call_id: 7, custom_field_3: "none" }, options)).references).toHaveLength(1);
  });

  test.each([true, "1", "TRUE", "yes"])("E17: test=%j marks test data", async (value) => {
    expect((await callOf({ call_id: 7, test: value })).test).toBe(true);
    expect((await leadOf({ lead_id: 7, is_test: value })).test).toBe(true);
  });

  test.each([false, "0", "", "A/B"])("E17: test=%j does not", async (value) => {
    expect((await callOf({ call_id: 7, test: value })).test).toBeUndefined();
  });
});
