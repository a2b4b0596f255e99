import {
  foldCall,
  parseForm,
  type ApiRecord,
  type Call,
  type CallEvent,
  type CallEventDraft,
  type VerifiedDelivery,
} from "@offhook/core";
import { twilioLife, type SampleRequest } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { callRecord, recordingRecord, uniteRecordings } from "./api-events.ts";
import { readCall, readRecording, type TwilioRecording } from "./api-records.ts";
import { toTranslation } from "./events.ts";
import {
  accountPath,
  accountSid,
  callJson,
  callSid,
  encryptionJson,
  recordingJson,
  recordingSid,
  rfc2822,
  type Json,
} from "./fixtures/api-records.ts";
import { readPayload } from "./payload.ts";

const recordOf = (more: Json = {}): ApiRecord => callRecord(readCall(callJson("0", more))!)!;
const onlyEventOf = (more: Json = {}): CallEventDraft => {
  const { events } = recordOf(more);
  expect(events).toHaveLength(1);
  return events[0]!;
};
const recording = (more: Json = {}, key = "0"): TwilioRecording => readRecording(recordingJson(key, "0", more))!;
const reference = { provider: "twilio", id: callSid("0"), kind: "leg" };

let eventCount = 0;
const stored =
  (source: CallEvent["source"]) =>
  (draft: CallEventDraft): CallEvent => ({
    ...draft,
    id: `evt_${(eventCount += 1)}`,
    tenantId: "default",
    provider: "twilio",
    source,
    // Long after: what an API says is read whenever somebody asks.
    receivedAt: source === "api" ? "2027-01-01T00:00:00.000Z" : "2026-11-20T10:02:00.000Z",
    deliveryId: null,
  });

/** What a request of Twilio's says, read by the route's own code. */
function eventsOf({ body }: SampleRequest): readonly CallEventDraft[] {
  const bytes = new TextEncoder().encode(body);
  const delivery = { method: "POST", url: "/x", query: "", headers: {}, body: bytes, receivedAtMs: 0 };
  // Only core makes verified deliveries; translating trusts that it did.
  return toTranslation(readPayload({ ...delivery, form: parseForm(bytes) } as unknown as VerifiedDelivery)).events;
}

/** What counts as a difference for an import. */
function said(call: Call) {
  const { version: _version, provenance: _provenance, updatedAt: _updatedAt, ...rest } = call;
  return rest;
}

const webhooks = twilioLife().flatMap(eventsOf).map(stored("webhook"));
const cost = { amount: "0.0170", currency: "USD" };
const onlyTheApiKnows = { cost, costs: [{ provider: "twilio", ...cost }] };

describe("A02, A07: import after webhooks", () => {
  test.each([
    ["as documented", {}],
    ["with a machine detection", { answered_by: "human" }],
    ["with a start that is that of the dialling", { start_time: rfc2822("2026-11-20T10:00:00Z") }],
    ["without a start", { start_time: null }],
    ["without an end", { end_time: "" }],
    ["with times in another zone", { end_time: "Fri, 20 Nov 2026 11:01:05 +0100" }],
    ["while it still ran", { status: "in-progress", end_time: null, duration: null }],
  ])("a call %s changes nothing that is known, and brings the price", (_name, more) => {
    const known = foldCall(webhooks);
    const imported = [...recordOf(more).events, ...recordingRecord(recording())!.events].map(stored("api"));
    expect(said(foldCall([...webhooks, ...imported]))).toEqual({ ...said(known), ...onlyTheApiKnows });
  });

  test("a call of which only the end was told changes nothing that is known", () => {
    const end = webhooks.filter(({ type }) => type === "call.ended");
    expect(end).toHaveLength(1);
    const imported = recordOf().events.map(stored("api"));
    expect(said(foldCall([...end, ...imported]))).toEqual({ ...said(foldCall(end)), ...onlyTheApiKnows });
  });

  test("an unrated call changes nothing at all", () => {
    const imported = recordOf({ price: null }).events.map(stored("api"));
    expect(said(foldCall([...webhooks, ...imported]))).toEqual(said(foldCall(webhooks)));
  });

  test("a price that Twilio corrects takes effect, in whatever order the readings are told", () => {
    const read = (price: string, receivedAt: string): CallEvent[] =>
      recordOf({ price }).events.map((event) => ({ ...stored("api")(event), receivedAt }));
    // Made in the reverse order, so that no id agrees with when they were read.
    const third = read("-0.0085", "2026-11-20T12:10:00.000Z");
    const second = read("-0.0255", "2026-11-20T11:10:00.000Z");
    const first = read("-0.0170", "2026-11-20T10:10:00.000Z");
    for (const readings of [
      [first, second, third],
      [third, second, first],
      [second, third, first],
    ]) {
      const call = foldCall([...readings.flat(), ...webhooks]);
      expect(call.cost).toEqual({ amount: "0.0085", currency: "USD" });
    }
    expect(foldCall([...webhooks, ...second, ...first]).cost).toEqual({ amount: "0.0255", currency: "USD" });
  });

  test("what is read twice is the same", () => {
    expect(recordOf({ date_updated: rfc2822("2026-12-24T00:00:00Z") })).toEqual(recordOf());
    expect(recordingRecord(recording({ date_updated: null }))).toEqual(recordingRecord(recording()));
  });

  test("a number's callback has no times: the API brings them", () => {
    const body = `CallSid=${callSid("0")}&CallStatus=completed&CallDuration=61&Direction=inbound`;
    const callback = eventsOf({ ...twilioLife()[0]!, body }).map(stored("webhook"));
    expect(foldCall(callback)).toMatchObject({ startedAt: null, endedAt: null, durationSeconds: 61 });
    const call = foldCall([...callback, ...recordOf().events.map(stored("api"))]);
    expect(call).toMatchObject({
      startedAt: "2026-11-20T10:00:04.000Z",
      endedAt: "2026-11-20T10:01:05.000Z",
      durationSeconds: 61,
      from: { e164: "+14155550199" },
    });
  });

  test("who did not pick up a dialled leg stays known", () => {
    const body = `CallSid=${callSid("0")}&CallStatus=in-progress&Direction=inbound&DialCallStatus=no-answer`;
    const dialled = eventsOf({ ...twilioLife()[0]!, body }).map(stored("webhook"));
    expect(foldCall([...dialled, ...recordOf().events.map(stored("api"))])).toMatchObject({
      status: "completed",
      outcome: "missed",
    });
  });

  test("the record alone is a whole call", () => {
    const events = [...recordOf({ answered_by: "human" }).events, ...recordingRecord(recording())!.events];
    const { provenance: _provenance, ...call } = foldCall(events.map(stored("api")));
    const { cost: _cost, costs: _costs, ...known } = said(foldCall(webhooks));
    expect(call).toEqual({
      ...known,
      ...onlyTheApiKnows,
      // The moments of dialling and of answering, and the places of numbers, are told by callbacks alone.
      startedAt: "2026-11-20T10:00:04.000Z",
      createdAt: "2026-11-20T10:00:04.000Z",
      answeredAt: null,
      lead: null,
      updatedAt: "2026-11-20T10:01:05.000Z",
      version: 2,
    });
  });
});

describe("a call of the API", () => {
  test("says what its last callback says", () => {
    expect(recordOf()).toEqual({
      subject: "call",
      reference,
      startedAt: "2026-11-20T10:00:04.000Z",
      events: [
        {
          type: "call.ended",
          occurredAt: "2026-11-20T10:01:05.000Z",
          sequence: null,
          references: [reference],
          facts: {
            direction: "inbound",
            status: "completed",
            from: { e164: "+14155550199", raw: "+14155550199" },
            to: { e164: "+14155550100", raw: "+14155550100" },
            startedAt: "2026-11-20T10:00:04.000Z",
            answeredAt: null,
            endedAt: "2026-11-20T10:01:05.000Z",
            durationSeconds: 61,
            endReason: null,
            lead: null,
            parent: null,
            recordings: null,
            metadata: { accountSid },
            cost,
          },
        },
      ],
    });
  });

  test.each([
    ["queued", "queued", "call.queued"],
    ["ringing", "ringing", "call.ringing"],
    ["in-progress", "in_progress", "call.answered"],
    ["completed", "completed", "call.ended"],
    ["busy", "busy", "call.ended"],
    ["no-answer", "no_answer", "call.ended"],
    ["failed", "failed", "call.ended"],
    ["canceled", "canceled", "call.ended"],
  ])("%s is %s", (status, expected, type) => {
    const event = onlyEventOf({ status });
    expect(event).toMatchObject({ type, facts: { status: expected, answeredAt: null } });
    const { endedAt = null, durationSeconds = null } = event.facts;
    // Only what has ended has an end.
    expect([endedAt, durationSeconds]).toEqual(type === "call.ended" ? ["2026-11-20T10:01:05.000Z", 61] : [null, null]);
  });

  test.each(["a-new-one", "", null, "__proto__"])("a status %j that nobody documents is not guessed", (status) => {
    expect(callRecord(readCall(callJson("0", { status }))!)).toBeUndefined();
  });

  test.each([
    ["of the end", {}, "2026-11-20T10:01:05.000Z"],
    ["of the start", { end_time: null }, "2026-11-20T10:00:04.000Z"],
    ["of the start, where the end is empty", { end_time: "" }, "2026-11-20T10:00:04.000Z"],
    ["of the record, where nothing was dialled", { end_time: "", start_time: "" }, "2026-11-20T10:00:00.000Z"],
    ["that nobody knows", { end_time: null, start_time: "soon", date_created: null }, null],
  ])("has the time %s", (_name, times, expected) => {
    const record = recordOf({ status: "canceled", duration: "0", ...times });
    expect(record.events[0]?.occurredAt).toBe(expected);
    expect(record.startedAt).toBe(expected === "2026-11-20T10:01:05.000Z" ? "2026-11-20T10:00:04.000Z" : expected);
  });

  test("a call that was never dialled has neither start nor end", () => {
    const { facts } = onlyEventOf({ status: "canceled", duration: "0", start_time: "", end_time: "" });
    expect(facts).toMatchObject({ startedAt: null, endedAt: null, durationSeconds: 0 });
  });

  test.each([
    ["-0.0170", "USD", { amount: "0.0170", currency: "USD" }],
    ["-0.2", "JPY", { amount: "0.2", currency: "JPY" }],
    ["0", "USD", { amount: "0", currency: "USD" }],
    ["-0.00000", "USD", { amount: "0.00000", currency: "USD" }],
    ["0.0170", "USD", { amount: "-0.0170", currency: "USD" }],
    [null, "USD", null],
    ["", "USD", null],
    ["free", "USD", null],
    ["-0.0170", null, null],
    ["-0.0170", "", null],
  ])("a price of %j %j is a cost of %j", (price, unit, expected) => {
    expect(onlyEventOf({ price, price_unit: unit }).facts.cost).toEqual(expected);
  });

  test("a dialled leg is a call of its own, below the one that dialled", () => {
    const event = onlyEventOf({ direction: "outbound-dial", parent_call_sid: callSid("9"), status: "no-answer" });
    expect(event).toMatchObject({
      references: [reference],
      facts: {
        direction: "outbound",
        status: "no_answer",
        parent: { provider: "twilio", id: callSid("9"), kind: "leg" },
      },
    });
  });

  test.each([
    ["inbound", "+14155550199", "inbound"],
    ["inbound", "client:ana", "outbound"],
    ["outbound-api", "+14155550199", "outbound"],
    ["trunking-terminating", "+14155550199", "outbound"],
    ["trunking-originating", "+14155550199", "inbound"],
  ])("direction %s from %s is %s", (direction, from, expected) => {
    expect(onlyEventOf({ direction, from }).facts.direction).toBe(expected);
  });

  test.each([
    ["human", { answeredBy: "human" }],
    ["machine_start", { answeredBy: "machine" }],
    ["machine_end_beep", { answeredBy: "machine", outcome: "voicemail" }],
    ["fax", { answeredBy: "fax" }],
  ])("machine detection %s", (value, expected) => {
    const { answeredBy, outcome } = onlyEventOf({ direction: "outbound-api", answered_by: value }).facts;
    expect({ answeredBy, ...(outcome === undefined ? {} : { outcome }) }).toEqual(expected);
  });

  test.each([
    ["+266696687", { e164: null, raw: "+266696687" }],
    ["client:ana", { e164: null, raw: "client:ana" }],
    ["sim:DE1", { e164: null, raw: "sim:DE1" }],
    ["ana@example.sip.twilio.com", { e164: null, raw: "sip:ana@example.sip.twilio.com" }],
    ["sip:ana@example.com", { e164: null, raw: "sip:ana@example.com" }],
    ["", null],
    [null, null],
  ])("from %j", (from, expected) => {
    expect(onlyEventOf({ from }).facts.from).toEqual(expected);
  });

  test("the caller's name is that of the lead", () => {
    expect(onlyEventOf({ caller_name: "ANA NUÑEZ" }).facts.lead).toMatchObject({ name: "ANA NUÑEZ" });
  });
});

describe("A14: a recording of the API", () => {
  const url = `https://api.twilio.com${accountPath}/Recordings/${recordingSid("0")}`;

  test("says what its callback says", () => {
    const [callback] = eventsOf(twilioLife().at(-1)!);
    expect(recordingRecord(recording())).toEqual({
      subject: "recording",
      reference,
      startedAt: null,
      events: [callback],
    });
    expect(callback?.facts.recordings).toMatchObject([{ url, state: "available", durationSeconds: 58, channels: 2 }]);
  });

  test.each([
    ["in-progress", "pending"],
    ["paused", "pending"],
    ["stopped", "pending"],
    ["processing", "pending"],
    ["completed", "available"],
    ["absent", "empty"],
    ["deleted", "expired"],
    ["a-new-one", "pending"],
  ])("%s is %s", (status, state) => {
    const [event] = recordingRecord(recording({ status }))!.events;
    expect(event?.facts.recordings).toMatchObject([{ id: recordingSid("0"), state }]);
  });

  test("what is not known yet is not made up", () => {
    const [event] = recordingRecord(
      recording({ status: "processing", channels: 0, duration: "-1", start_time: null, media_url: null }),
    )!.events;
    expect(event).toMatchObject({
      occurredAt: "2026-11-20T10:00:04.000Z",
      facts: { recordings: [{ channels: null, durationSeconds: null, url: null }] },
    });
  });

  test("a message that somebody left is voicemail", () => {
    const [event] = recordingRecord(recording({ source: "RecordVerb" }))!.events;
    expect(event?.facts.outcome).toBe("voicemail");
  });

  test("one that only the account's own key can play says so, and stays what its callback says", () => {
    const [event] = recordingRecord(recording({ encryption_details: encryptionJson }))!.events;
    expect(event?.facts).toMatchObject({
      recordings: [{ state: "available" }],
      metadata: { [recordingSid("0")]: "encrypted" },
    });
    const call = foldCall([...webhooks, stored("api")(event!)]);
    expect(call.metadata).toEqual({ twilio: { accountSid, [recordingSid("0")]: "encrypted" } });
  });

  test("one of a conference alone is of no call", () => {
    expect(recordingRecord(recording({ call_sid: null }))).toBeUndefined();
    expect(uniteRecordings([recording({ call_sid: "" })])).toBeUndefined();
  });

  test("several are told by one event, the latest", () => {
    const later = { start_time: rfc2822("2026-11-20T10:00:30Z"), duration: "20" };
    const recordings = [
      recording({ source: "RecordVerb", encryption_details: encryptionJson }, "1"),
      recording(later, "2"),
      recording({ status: "absent", duration: "0" }, "3"),
    ];
    for (const order of [recordings, recordings.toReversed()]) {
      const event = uniteRecordings(order)!;
      expect(event).toMatchObject({
        type: "call.recorded",
        occurredAt: "2026-11-20T10:01:02.000Z",
        references: [reference],
        facts: { outcome: "voicemail", metadata: { [recordingSid("1")]: "encrypted" } },
      });
      expect(event.facts.recordings?.map(({ id }) => id).toSorted()).toEqual(["1", "2", "3"].map(recordingSid));
    }
    expect(uniteRecordings([recording()])?.facts).not.toHaveProperty("metadata");
  });
});
