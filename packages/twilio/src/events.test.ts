import {
  createOffhook,
  memoryStorage,
  parseForm,
  signRequest,
  type Call,
  type CallEventDraft,
  type CallFacts,
  type Translation,
  type VerifiedDelivery,
} from "@offhook/core";
import { describe, expect, test } from "vitest";
import { toTranslation } from "./events.ts";
import { fixture } from "./fixtures/index.ts";
import { readPayload } from "./payload.ts";
import { twilio } from "./provider.ts";

type Fields = { readonly [name: string]: string };
type Body = string | Uint8Array | Fields;

const bytesOf = (body: Body): Uint8Array => {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === "string" ? body : new URLSearchParams(body).toString());
};

function translate(body: Body, contentType = "application/x-www-form-urlencoded"): Translation {
  const bytes = bytesOf(body);
  const form = contentType === "application/json" ? undefined : parseForm(bytes);
  const headers = { "content-type": contentType };
  const delivery = { method: "POST", url: "/x", query: "", headers, body: bytes, receivedAtMs: 0, form };
  // Only core makes verified deliveries; translating trusts that it did.
  return toTranslation(readPayload(delivery as unknown as VerifiedDelivery));
}

function onlyEvent(body: Body): CallEventDraft {
  const { events } = translate(body);
  expect(events).toHaveLength(1);
  return events[0]!;
}

const factsOf = (body: Body): CallFacts => onlyEvent(body).facts;

/** The calls that stand after the requests have come in this order. */
async function callsAfter(bodies: readonly Body[], method: "POST" | "GET" = "POST"): Promise<readonly Call[]> {
  const provider = twilio({ authToken: "token", publicUrl: "https://app.example.com" });
  const offhook = createOffhook({ providers: [provider], storage: memoryStorage(), runJobs: false, now: () => 1e12 });
  for (const body of bodies) {
    const content = bytesOf(body);
    const query = method === "GET" ? `?${new TextDecoder().decode(content)}` : "";
    const signed = await signRequest(provider.routes[0]!.verification, {
      method,
      url: `/api/webhooks/twilio${query}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: method === "GET" ? new Uint8Array() : content,
    });
    expect((await offhook.handle(signed)).status).toBeLessThan(300);
  }
  return (await offhook.calls.list()).data;
}

/** The one call, which must not depend on the order. */
async function callAfter(bodies: readonly Body[]): Promise<Call> {
  const [call, ...others] = await callsAfter(bodies);
  expect(others).toEqual([]);
  expect(await callsAfter(bodies.toReversed())).toEqual([call]);
  return call!;
}

const sid = "CA0123456789abcdef0123456789abcdef";
const base: Fields = { CallSid: sid, AccountSid: "AC1", From: "+14045550123", To: "+15558675310" };
const inbound: Fields = { ...base, Direction: "inbound" };
const outbound: Fields = { ...base, Direction: "outbound-api" };
const progress = (status: string, more: Fields = {}): Fields => ({
  ...outbound,
  CallStatus: status,
  CallbackSource: "call-progress-events",
  Timestamp: "Thu, 19 Nov 2026 17:04:05 +0000",
  ...more,
});
const time = "2026-11-19T17:04:05.000Z";
const reference = { provider: "twilio", id: sid, kind: "leg" };

describe("E02: status callbacks", () => {
  test.each([
    ["queued", "queued", "call.queued"],
    ["initiated", "queued", "call.queued"],
    ["ringing", "ringing", "call.ringing"],
    ["in-progress", "in_progress", "call.answered"],
    ["completed", "completed", "call.ended"],
    ["busy", "busy", "call.ended"],
    ["no-answer", "no_answer", "call.ended"],
    ["failed", "failed", "call.ended"],
    ["canceled", "canceled", "call.ended"],
  ])("W09: %s is %s", (status, expected, type) => {
    const { kind, events } = translate(progress(status, { SequenceNumber: "2" }));
    expect(kind).toBe(`status.${status}`);
    expect(events).toMatchObject([{ type, occurredAt: time, sequence: 2, references: [reference] }]);
    expect(events[0]?.facts.status).toBe(expected);
  });

  test.each(["a-new-one", "Completed", "__proto__", "toString"])(
    "the unknown status %j is kept, not guessed",
    (status) => {
      expect(translate(progress(status))).toEqual({ kind: `status.${status}`, events: [] });
    },
  );

  test("a terminal callback of a real call says all it knows", () => {
    expect(onlyEvent(fixture("status-completed.txt"))).toEqual({
      type: "call.ended",
      occurredAt: time,
      sequence: 3,
      references: [reference],
      facts: {
        direction: "outbound",
        status: "completed",
        from: { e164: "+14045550123", raw: "+14045550123" },
        to: { e164: "+15558675310", raw: "+15558675310" },
        answeredBy: "human",
        durationSeconds: 49,
        startedAt: "2026-11-19T17:03:16.000Z",
        endedAt: time,
        endReason: null,
        lead: { name: null, city: null, region: "CA", country: "US" },
        metadata: { accountSid: "AC0123456789abcdef0123456789abcdef" },
        parent: null,
        recordings: null,
      },
    });
  });

  test("the moments of a call are those of its callbacks", async () => {
    const at = (second: string): Fields => ({ Timestamp: `Thu, 19 Nov 2026 17:03:${second} +0000` });
    const call = await callAfter([
      progress("initiated", { ...at("10"), SequenceNumber: "0" }),
      progress("ringing", { ...at("12"), SequenceNumber: "1" }),
      progress("in-progress", { ...at("16"), SequenceNumber: "2" }),
      progress("completed", { SequenceNumber: "3", CallDuration: "49" }),
    ]);
    expect(call).toMatchObject({
      status: "completed",
      outcome: "answered",
      startedAt: "2026-11-19T17:03:10.000Z",
      answeredAt: "2026-11-19T17:03:16.000Z",
      endedAt: time,
      durationSeconds: 49,
    });
  });

  test("a callback of a number has no time, and none is made up", () => {
    const event = onlyEvent(fixture("status-completed-of-a-number.txt"));
    expect(event).toMatchObject({ type: "call.ended", occurredAt: null, sequence: null });
    expect(event.facts).toMatchObject({ durationSeconds: 49, startedAt: null, endedAt: null, status: "completed" });
  });

  test("a recording made with the call comes with its end", () => {
    const url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1";
    const facts = factsOf(progress("completed", { RecordingUrl: url, RecordingSid: "RE1", RecordingDuration: "47" }));
    expect(facts.recordings).toEqual([
      { provider: "twilio", id: "RE1", state: "available", url, channels: null, durationSeconds: 47, expiresAt: null },
    ]);
  });

  test.each([
    [{ SipResponseCode: "200" }, null],
    [{ SipResponseCode: "487" }, { code: "sip_487", raw: "487" }],
    [
      { SipResponseCode: "404", ErrorCode: "0" },
      { code: "sip_404", raw: "404" },
    ],
    [
      { SipResponseCode: "404", ErrorCode: "32009", ErrorMessage: "Not here" },
      { code: "error_32009", raw: "Not here" },
    ],
    [{ ErrorCode: "32009" }, { code: "error_32009", raw: "32009" }],
    [{}, null],
  ])("the end reason of %j is %j", (fields, expected) => {
    expect(factsOf(progress("failed", fields)).endReason).toEqual(expected);
  });
});

describe("who is on the call", () => {
  test.each([
    ["inbound", "inbound"],
    ["outbound-api", "outbound"],
    ["outbound-dial", "outbound"],
    ["trunking-originating", "inbound"],
    ["trunking-terminating", "outbound"],
    ["a-new-one", "unknown"],
    ["", null],
  ])("direction %j is %j", (direction, expected) => {
    expect(factsOf(progress("completed", { Direction: direction })).direction).toBe(expected);
  });

  test("trap 11: a call from the browser goes out, though Twilio calls it inbound", () => {
    const facts = factsOf({ ...inbound, CallStatus: "ringing", From: "client:ana", ToCity: "LOS ANGELES" });
    expect(facts.direction).toBe("outbound");
    expect(facts.from).toEqual({ e164: null, raw: "client:ana" });
    expect(facts.lead).toMatchObject({ city: "LOS ANGELES" });
  });

  test.each([
    "anonymous",
    "restricted",
    "unavailable",
    "sip:ana@example.com",
    "+266696687",
    "+7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
    "12345",
    "+0",
  ])("trap 19: %s is kept as it is and is nobody's number", (from) => {
    expect(factsOf({ ...inbound, CallStatus: "ringing", From: from }).from).toEqual({ e164: null, raw: from });
  });

  test("the other side's name and place are those of the caller when it comes in", () => {
    expect(factsOf(fixture("voice-ringing.txt")).lead).toEqual({
      name: "ANA NUÑEZ",
      city: "ATLANTA",
      region: "GA",
      country: "US",
    });
  });

  test("an empty field says as little as a missing one", () => {
    const empty = { From: "", FromCity: "", FromState: "", FromCountry: "", CallerName: "", CallDuration: "" };
    const more = { AnsweredBy: "", ParentCallSid: "", SipResponseCode: "", RecordingUrl: "", SequenceNumber: "" };
    const { From: _from, ...withoutFrom } = inbound;
    const status = { CallStatus: "completed", CallbackSource: "call-progress-events" };
    expect(onlyEvent({ ...inbound, ...status, ...empty, ...more })).toEqual(onlyEvent({ ...withoutFrom, ...status }));
    expect(factsOf({ ...inbound, ...status, ...empty, ...more })).toMatchObject({ from: null, lead: null });
  });

  test.each([
    ["without a CallSid", { CallStatus: "completed" }],
    ["with an empty CallSid", { CallSid: "", CallStatus: "completed" }],
  ])("a request %s is kept", (_title, fields) => {
    expect(translate(fields as Fields).events).toEqual([]);
  });

  test("a CallSid that no storage could keep is a payload error", () => {
    expect(() => translate({ ...inbound, CallStatus: "completed", CallSid: "CA\u0000" })).toThrow(
      expect.objectContaining({ code: "payload_invalid" }),
    );
  });
});

describe("voice webhooks", () => {
  test("the first request of an incoming call rings and asks what to do", () => {
    const { kind, events, question, reply } = translate(fixture("voice-ringing.txt"));
    expect(kind).toBe("voice.ringing");
    expect(events).toMatchObject([{ type: "call.ringing", occurredAt: null, sequence: null }]);
    expect(reply).toBeUndefined();
    expect(question).toMatchObject({
      from: { e164: "+14045550123" },
      to: { e164: "+15558675310" },
      agentId: null,
      references: [reference],
    });
  });

  test("the app's TwiML is the answer; without one it is an empty document", () => {
    const { question } = translate(fixture("voice-ringing.txt"));
    const body = "<Response><Say>Hello</Say></Response>";
    expect(question?.reply({ twiml: body })).toEqual({ contentType: "text/xml; charset=utf-8", body });
    const empty = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
    expect(question?.reply(undefined)).toEqual({ contentType: "text/xml; charset=utf-8", body: empty });
    expect(question?.reply({ agentId: "x" }).body).toBe(empty);
  });

  test("a ringing call is rejected, an answered one is hung up", () => {
    expect(translate(fixture("voice-ringing.txt")).question?.reply({ reject: true }).body).toContain("<Reject/>");
    const running = translate({ ...outbound, CallStatus: "in-progress" });
    expect(running.question?.reply({ reject: true }).body).toContain("<Hangup/>");
  });

  test("a voice webhook with a status of the future is still answered with TwiML", () => {
    const { events, question } = translate({ ...inbound, CallStatus: "a-new-one" });
    expect(events).toEqual([]);
    expect(question?.reply(undefined).contentType).toContain("text/xml");
  });

  test("a synchronous machine detection rides on the webhook", () => {
    const facts = factsOf({ ...outbound, CallStatus: "in-progress", AnsweredBy: "machine_start" });
    expect(facts).toMatchObject({ status: "in_progress", answeredBy: "machine" });
    expect(facts.outcome).toBeUndefined();
  });

  test.each(["gather-digits.txt", "dial-no-answer.txt", "record-hangup.txt"])("%s is answered with TwiML", (name) => {
    const { reply, question } = translate(fixture(name));
    expect(reply).toEqual({
      contentType: "text/xml; charset=utf-8",
      body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    });
    expect(question).toBeUndefined();
  });

  test.each(["status-completed.txt", "amd-machine.txt", "recording-completed.txt", "transcription-completed.txt"])(
    "trap 17: %s is not answered with TwiML",
    (name) => {
      const { reply, question } = translate(fixture(name));
      expect([reply, question]).toEqual([undefined, undefined]);
    },
  );

  test("a caller who hangs up before any TwiML ran was not answered", async () => {
    const call = await callAfter([
      { ...inbound, CallStatus: "ringing" },
      { ...inbound, CallStatus: "no-answer" },
    ]);
    expect(call).toMatchObject({ status: "no_answer", outcome: "missed" });
  });
});

describe("machine detection", () => {
  test.each([
    ["human", "human", undefined],
    ["machine_start", "machine", undefined],
    ["machine_end_beep", "machine", "voicemail"],
    ["machine_end_silence", "machine", "voicemail"],
    ["machine_end_other", "machine", "voicemail"],
    ["fax", "fax", undefined],
    ["unknown", "unknown", undefined],
    ["a-new-one", "unknown", undefined],
  ])("%s is %s, with the outcome %s", (value, answeredBy, outcome) => {
    const { kind, events } = translate({ CallSid: sid, AnsweredBy: value, MachineDetectionDuration: "2730" });
    expect(kind).toBe(`amd.${value}`);
    expect(events).toMatchObject([{ type: "call.progressed", occurredAt: null }]);
    expect(events[0]?.facts).toEqual({ status: "in_progress", answeredBy, ...(outcome && { outcome }) });
  });

  test("trap 14: a result that comes after the end is taken, and does not start the call again", async () => {
    const ended = progress("completed", { CallDuration: "20" });
    const call = await callAfter([ended, fixture("amd-machine.txt")]);
    expect(call).toMatchObject({ status: "completed", outcome: "voicemail", answeredBy: "machine" });
  });

  test("trap 14: the start of a greeting proves no mailbox", async () => {
    const detected = { CallSid: sid, AnsweredBy: "machine_start", MachineDetectionDuration: "2730" };
    const call = await callAfter([progress("completed", { CallDuration: "20" }), detected]);
    expect(call).toMatchObject({ outcome: "answered", answeredBy: "machine" });
  });
});

describe("<Dial>", () => {
  const dialed = (status: string, more: Fields = {}): Fields => ({
    ...inbound,
    CallStatus: "in-progress",
    DialCallStatus: status,
    ...more,
  });

  test.each([
    ["completed", "answered"],
    ["answered", "answered"],
    ["busy", "missed"],
    ["no-answer", "missed"],
    ["failed", "missed"],
    ["canceled", "abandoned"],
    ["a-new-one", null],
  ])("DialCallStatus %s is %s", (status, outcome) => {
    const { kind, events } = translate(dialed(status));
    expect(kind).toBe(`dial.${status}`);
    expect(events).toMatchObject([{ type: "call.dialed", facts: { status: "in_progress", outcome } }]);
  });

  test("the time on the dialled leg is the talking", () => {
    expect(factsOf(dialed("completed", { DialCallDuration: "52", DialBridged: "true" })).talkSeconds).toBe(52);
    expect(factsOf(dialed("answered")).talkSeconds).toBeNull();
  });

  test("picked up but never connected is missed, without any talking", () => {
    const facts = factsOf(dialed("completed", { DialCallDuration: "7", DialBridged: "false" }));
    expect(facts).toMatchObject({ outcome: "missed", talkSeconds: null });
    expect(factsOf(dialed("canceled", { DialBridged: "false" })).outcome).toBe("abandoned");
  });

  test("of an API call that was answered, the leg dialled afterwards decides nothing", () => {
    expect(factsOf(dialed("no-answer", { Direction: "outbound-api" })).outcome).toBeNull();
    expect(factsOf(dialed("no-answer", { From: "client:ana" })).outcome).toBe("missed");
  });

  test("a recorded <Dial> has its recording, by the address alone", () => {
    const url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1";
    expect(factsOf(dialed("completed", { RecordingUrl: url })).recordings).toMatchObject([{ id: "RE1", url }]);
    expect(factsOf(dialed("completed", { RecordingUrl: `${url}.mp3` })).recordings).toMatchObject([{ id: "RE1" }]);
    expect(factsOf(dialed("completed", { RecordingUrl: "https://elsewhere.example.com/" })).recordings).toBeNull();
  });

  test("trap 1: an incoming call that nobody took is missed, though Twilio completed it", async () => {
    const call = await callAfter([
      fixture("voice-ringing.txt"),
      fixture("dial-no-answer.txt"),
      fixture("status-completed-of-a-number.txt"),
    ]);
    expect(call).toMatchObject({ status: "completed", outcome: "missed", durationSeconds: 49 });
  });

  test("trap 12: a dialled leg is a call of its own that knows its parent", async () => {
    const child = progress("no-answer", { CallSid: "CA2", ParentCallSid: sid, Direction: "outbound-dial" });
    const calls = await callsAfter([child, { ...inbound, CallStatus: "completed" }]);
    expect(calls).toHaveLength(2);
    expect(calls.find(({ id }) => id === "call_twilio_CA2")).toMatchObject({
      parentCallId: `call_twilio_${sid}`,
      direction: "outbound",
      status: "no_answer",
      outcome: "missed",
    });
    expect(calls.find(({ id }) => id === `call_twilio_${sid}`)).toMatchObject({ parentCallId: null });
  });
});

describe("recordings", () => {
  const recorded = (status: string, more: Fields = {}): Fields => ({
    CallSid: sid,
    RecordingSid: "RE1",
    RecordingStatus: status,
    RecordingStartTime: "Thu, 19 Nov 2026 17:03:17 +0000",
    ...more,
  });

  test("a finished recording ends after its length, and says what it is", () => {
    const { kind, events } = translate(fixture("recording-completed.txt"));
    expect(kind).toBe("recording.completed");
    expect(events).toEqual([
      {
        type: "call.recorded",
        occurredAt: "2026-11-19T17:04:04.000Z",
        sequence: null,
        references: [reference],
        facts: {
          status: "in_progress",
          outcome: null,
          recordings: [
            {
              provider: "twilio",
              id: "RE0123456789abcdef0123456789abcdef",
              state: "available",
              url: "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Recordings/RE0123456789abcdef0123456789abcdef",
              channels: 2,
              durationSeconds: 47,
              expiresAt: null,
            },
          ],
        },
      },
    ]);
  });

  test.each([
    ["in-progress", "pending"],
    ["completed", "available"],
    ["absent", "empty"],
    ["failed", "failed"],
    ["a-new-one", "pending"],
    ["constructor", "pending"],
  ])("%s is %s", (status, state) => {
    const event = onlyEvent(recorded(status));
    expect(event.facts.recordings).toMatchObject([{ id: "RE1", state, url: null, durationSeconds: null }]);
    expect(event.occurredAt).toBe("2026-11-19T17:03:17.000Z");
  });

  test("a message left by <Record> is voicemail once it is there", () => {
    expect(factsOf(recorded("completed", { RecordingSource: "RecordVerb" })).outcome).toBe("voicemail");
    expect(factsOf(recorded("absent", { RecordingSource: "RecordVerb" })).outcome).toBeNull();
    expect(factsOf(recorded("completed", { RecordingSource: "DialVerb" })).outcome).toBeNull();
  });

  test("<Record> hands over its recording, also when the caller hung up", () => {
    const { kind, events } = translate(fixture("record-hangup.txt"));
    expect(kind).toBe("record.completed");
    expect(events).toMatchObject([
      {
        type: "call.recorded",
        facts: { status: "completed", outcome: "voicemail", recordings: [{ state: "available", durationSeconds: 12 }] },
      },
    ]);
    const asked = { ...outbound, CallStatus: "in-progress", RecordingUrl: "https://x.example.com/RE1", Digits: "#" };
    expect(factsOf(asked)).toMatchObject({ status: "in_progress", outcome: null, recordings: [{ id: "RE1" }] });
  });

  test("a missed call with a message is voicemail", async () => {
    const call = await callAfter([
      fixture("dial-no-answer.txt"),
      fixture("record-hangup.txt"),
      fixture("status-completed-of-a-number.txt"),
    ]);
    expect(call).toMatchObject({ status: "completed", outcome: "voicemail" });
  });

  test("a recording known before it is there becomes available, in any order", async () => {
    const call = await callAfter([recorded("in-progress"), recorded("completed", { RecordingDuration: "47" })]);
    expect(call.recordings).toMatchObject([{ id: "RE1", state: "available", durationSeconds: 47 }]);
  });
});

describe("transcripts", () => {
  test("a transcribed message is the transcript", () => {
    const { kind, events } = translate(fixture("transcription-completed.txt"));
    expect(kind).toBe("transcription.completed");
    expect(events).toMatchObject([
      {
        type: "call.analyzed",
        facts: {
          status: "completed",
          transcript: { text: "Please call me back.", turns: [] },
          recordings: [{ id: "RE0123456789abcdef0123456789abcdef", state: "available" }],
        },
      },
    ]);
  });

  test("a failed transcription says nothing of the words", () => {
    const fields = { CallSid: sid, TranscriptionSid: "TR1", TranscriptionStatus: "failed", TranscriptionText: "" };
    expect(factsOf(fields)).toMatchObject({ status: "in_progress", transcript: null, recordings: null });
  });

  test.each(["started", "content", "stopped", "error", "a-new-one"])("real time: %s is kept", (event) => {
    const kept = translate({ CallSid: sid, TranscriptionSid: "GT1", TranscriptionEvent: `transcription-${event}` });
    expect(kept).toEqual({ kind: `realtime-transcription.transcription-${event}`, events: [] });
  });

  test.each([
    ["intelligence-transcript.json", "intelligence-transcript"],
    ["intelligence-result.json", "intelligence-result"],
  ])("%s is kept as %s", (name, kind) => {
    expect(translate(fixture(name), "application/json")).toEqual({ kind, events: [] });
  });
});

describe("Event Streams", () => {
  test("each event of a batch says what its request would have said", () => {
    const { kind, events } = translate(fixture("event-streams.json"), "application/json");
    expect(kind).toBe("event-streams");
    expect(events).toMatchObject([
      { type: "call.answered", occurredAt: "2026-11-19T17:03:16.000Z", sequence: 2, facts: { status: "in_progress" } },
      { type: "call.progressed", occurredAt: "2026-11-19T17:03:19.000Z", facts: { answeredBy: "human" } },
    ]);
    expect(events.map(({ references }) => references)).toEqual([[reference], [reference]]);
  });

  test("a webhook that was streamed is not asked again", () => {
    const parameters = { ...inbound, CallStatus: "ringing" };
    const body = JSON.stringify([{ specversion: "1.0", data: { request: { parameters } } }]);
    const { events, question, reply } = translate(body, "application/json");
    expect(events).toHaveLength(1);
    expect([question, reply]).toEqual([undefined, undefined]);
  });
});

describe("traps", () => {
  test("2: Duration is minutes and is not read; CallDuration is seconds", () => {
    expect(factsOf(progress("completed", { Duration: "1", CallDuration: "49" })).durationSeconds).toBe(49);
    expect(factsOf(progress("completed", { Duration: "1" })).durationSeconds).toBeNull();
    expect(factsOf(progress("completed", { CallDuration: "0" })).durationSeconds).toBe(0);
  });

  test.each(["", "-1", "4.5", "1e3", "0x10", "forty", "99999999999", " 49"])(
    "a CallDuration of %j is no duration",
    (duration) => {
      expect(factsOf(progress("completed", { CallDuration: duration }))).toMatchObject({
        durationSeconds: null,
        startedAt: null,
        endedAt: time,
      });
    },
  );

  test("13: a callback that comes late does not bring an ended call back", async () => {
    const late = progress("in-progress", { Timestamp: "Thu, 19 Nov 2026 17:03:16 +0000", SequenceNumber: "2" });
    const call = await callAfter([progress("completed", { SequenceNumber: "3", CallDuration: "49" }), late]);
    expect(call).toMatchObject({ status: "completed", durationSeconds: 49, answeredAt: "2026-11-19T17:03:16.000Z" });
  });

  test("20: times are read in both notations, and not without a zone", () => {
    const at = (timestamp: string) => onlyEvent(progress("ringing", { Timestamp: timestamp })).occurredAt;
    expect(at("Thu, 19 Nov 2026 17:04:05 +0000")).toBe(time);
    expect(at("2026-11-19T17:04:05Z")).toBe(time);
    expect(at("2026-11-19 17:04:05")).toBeNull();
    expect(at("yesterday")).toBeNull();
  });

  test("21: fields nobody has heard of change nothing", () => {
    const known = progress("completed", { CallDuration: "49" });
    expect(translate({ ...known, StirStatus: "A", SomethingNew: "1", SipHeader_X: "y" })).toEqual(translate(known));
  });

  test("a GET means the same as a POST", async () => {
    const body = fixture("status-completed.txt");
    const [byPost] = await callsAfter([body]);
    const [byGet] = await callsAfter([body], "GET");
    expect({ ...byGet, provenance: null }).toEqual({ ...byPost, provenance: null });
  });

  test("the four fields of a seed are enough", async () => {
    const call = await callAfter([{ CallSid: sid, CallStatus: "busy", To: "+15558675310", CallDuration: "0" }]);
    expect(call).toMatchObject({
      status: "busy",
      outcome: "missed",
      to: { e164: "+15558675310" },
      direction: "unknown",
    });
  });
});
