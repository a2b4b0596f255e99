import { describe, expect, test } from "vitest";
import { fixtureWith, readFixture, startedAtMs } from "./fixtures/index.ts";
import { afterCall, afterChange, eventOf, translate } from "./fixtures/translated.ts";

const callId = "CAL0f3e9b0c5a7d4c21b1a2c3d4e5f60718";
const startedAt = "2026-11-19T17:04:05.123Z";
const atOnce = startedAtMs + 800;

const preCall = () => eventOf(readFixture("pre-call.json"), { route: "pre-call", receivedAtMs: atOnce });
const routed = () => eventOf(readFixture("routing-complete.json"), { route: "routing-complete" });
const postCall = () => eventOf(readFixture("post-call.json"), { route: "post-call" });
const callModified = () => eventOf(readFixture("call-modified.json"), { route: "call-modified" });

describe("events", () => {
  test("W02: a call that comes in is ringing since its start", () => {
    const event = preCall();
    expect(event).toMatchObject({
      type: "call.ringing",
      occurredAt: startedAt,
      references: [{ provider: "callrail", id: callId, kind: "session" }],
      facts: { status: "ringing", direction: "inbound", startedAt },
    });
  });

  test("W02: a call that comes in has no outcome, duration or end, whatever its placeholders say", () => {
    for (const name of ["outcome", "durationSeconds", "endedAt", "note", "value", "disposition"]) {
      expect(preCall().facts).not.toHaveProperty(name);
    }
  });

  test("W04: a routed call is in progress, at a time that CallRail does not tell", () => {
    const { type, occurredAt, facts } = routed();
    expect({ type, occurredAt, status: facts.status }).toEqual({
      type: "call.answered",
      occurredAt: null,
      status: "in_progress",
    });
    expect(facts.tags).toEqual(["Sales"]);
    expect(facts.answeredAt).toBeUndefined();
    expect(facts.durationSeconds).toBeUndefined();
  });

  test("W04: a routed call that nobody has answered goes on ringing", () => {
    const { type, facts } = eventOf(fixtureWith("routing-complete.json", { answered: false, call_type: "missed" }), {
      route: "routing-complete",
    });
    expect([type, facts.status]).toEqual(["call.progressed", "ringing"]);
  });

  test("W01: a call that ended did so when its start and duration say", () => {
    expect(postCall()).toMatchObject({
      type: "call.ended",
      occurredAt: "2026-11-19T17:04:54.123Z",
      facts: { status: "completed", outcome: "answered", durationSeconds: 49, endedAt: "2026-11-19T17:04:54.123Z" },
    });
  });

  test("W03: a modified call states everything anew and names what changed", () => {
    const { type, occurredAt, facts, changedFields } = callModified();
    expect({ type, occurredAt }).toEqual({ type: "call.updated", occurredAt: null });
    expect(changedFields).toEqual(["tags", "note", "value", "transcription_text", "call_summary", "manual_score"]);
    expect(facts).toMatchObject({
      status: "completed",
      durationSeconds: 49,
      tags: ["Sales", "New patient"],
      note: "Call back on Monday.",
      value: { amount: "1234.50", currency: "USD" },
      disposition: "good_lead",
    });
  });

  test("E01: outbound calls end and change like inbound ones, from the tracking number to the customer", () => {
    const body = readFixture("outbound-post-call.json");
    const ended = eventOf(body, { route: "outbound-post-call" });
    expect(ended).toMatchObject({
      type: "call.ended",
      facts: { direction: "outbound", from: { e164: "+14045558514" }, to: { e164: "+14045550123" } },
    });
    expect(eventOf(body, { route: "outbound-call-modified" })).toMatchObject({
      type: "call.updated",
      occurredAt: null,
    });
  });

  test("E01: an outbound call on the address for all has no time, because it may be a change", () => {
    expect(eventOf(readFixture("outbound-post-call.json"))).toMatchObject({ type: "call.ended", occurredAt: null });
    expect(eventOf(readFixture("outbound-post-call.json"), { route: "outbound-post-call" }).occurredAt).not.toBeNull();
    expect(eventOf(readFixture("post-call.json")).occurredAt).toBe("2026-11-19T17:04:54.123Z");
  });

  test("E01: a running call has no duration and no end", () => {
    expect(afterCall({ call_type: "in_progress", duration: 5 })).toMatchObject({
      durationSeconds: null,
      endedAt: null,
    });
  });

  test("E01: an outbound call that is still running does not end", () => {
    const body = fixtureWith("outbound-post-call.json", { answered: null, duration: null });
    const { type, facts } = eventOf(body, { route: "outbound-post-call" });
    expect([type, facts.status, facts.endedAt]).toEqual(["call.progressed", "in_progress", null]);
  });

  test.each([
    ["message.sent", "text-sent.json"],
    ["message.received", "c3-text.txt"],
    ["form.submitted", "form-submission.json"],
  ] as const)("E01: %s is kept and says nothing of a call", (kind, name) => {
    expect(translate(readFixture(name))).toEqual({ kind, events: [] });
    expect(translate(readFixture(name), { route: kind })).toEqual({ kind, events: [] });
  });

  test("E01: what Convert Assist found out is added to the call it was about", () => {
    const event = eventOf(readFixture("convert-assist.json"));
    expect(event).toEqual({
      type: "call.analyzed",
      occurredAt: "2026-11-19T17:09:05.000Z",
      references: [{ provider: "callrail", id: callId, kind: "session" }],
      facts: {
        status: "in_progress",
        lead: { id: "PER2222222222222222222222222222abcd" },
        analysis: { data: { service: "Cleaning", preferred_day: "Monday" } },
      },
    });
  });

  test.each([
    ["a text", { last_interaction_type: "Text Message" }],
    ["something without a call's id", { last_interaction_resource_id: "SCI0c14896aa1b64fb970ab62aaf4fbefd9" }],
    ["nothing named", { last_interaction_resource_id: undefined }],
  ])("E01: answers after %s are kept", (_title, changes) => {
    expect(translate(fixtureWith("convert-assist.json", changes))).toEqual({ kind: "analysis.ready", events: [] });
  });

  test("E01: odd answers are passed over", () => {
    const answers = [null, {}, { answer_key: "", answer_text: "x" }, { answer_key: "__proto__", answer_text: "x" }];
    const { analysis } = eventOf(fixtureWith("convert-assist.json", { answers })).facts;
    expect(Object.entries(analysis?.data ?? {})).toEqual([["__proto__", "x"]]);
  });

  test("E01: a call that the voice agent takes is answered by an AI", () => {
    expect(eventOf(readFixture("voice-assist.json"))).toMatchObject({
      type: "call.answered",
      references: [{ id: callId }],
      facts: { status: "in_progress", agent: { kind: "ai" }, trackingNumber: { e164: "+14045558514" } },
    });
  });

  test("E01: a voice agent's call that is named in another way is kept", () => {
    const body = fixtureWith("voice-assist.json", { call_id: "766970533" });
    expect(translate(body)).toEqual({ kind: "voice-assist-answered", events: [] });
  });
});

describe("fields", () => {
  test.each([
    ["start_time", {}],
    ["timestamp", { start_time: "" }],
    [
      "datetime, which is UTC and does not say so",
      { start_time: undefined, timestamp: null, datetime: "2026-11-19 17:04:05" },
    ],
  ])("W01: the start is %s", (_title, changes) => {
    expect(afterCall(changes).startedAt).toMatch(/^2026-11-19T17:04:05\.(?:123|000)Z$/);
  });

  test.each([["2026-11-19T12:04:05.123"], ["2026-11-19"], ["soon"], [""]])(
    "W01: a start without a zone (%s) is not taken for a time",
    (text) => {
      const facts = afterCall({ start_time: text, timestamp: undefined, datetime: text });
      expect([facts.startedAt, facts.endedAt]).toEqual([null, null]);
    },
  );

  test.each([
    ["13", 13],
    [13, 13],
    ["13.6", 14],
    [0, 0],
    ["0", 0],
    ["", null],
    [null, null],
    ["1m 1s", null],
    [-5, null],
    ["-5", null],
    [1e12, null],
  ])("W01: a duration of %j is %j whole seconds", (duration, expected) => {
    expect(afterCall({ duration }).durationSeconds).toBe(expected);
  });

  test.each([
    ["$1,234.50", "1234.50"],
    ["1.00", "1.00"],
    [25, "25.00"],
    ["25.5", "25.50"],
    ["0", "0.00"],
  ])("W03: a value of %j is %s dollars", (value, amount) => {
    expect(afterChange({ value }).value).toEqual({ amount, currency: "USD" });
  });

  test.each([[""], [null], ["--"], ["a lot"], [{}]])("W03: %j is no value", (value) => {
    expect(afterChange({ value }).value).toBeNull();
  });

  test.each([
    ["names", ["Sales", "Booked"], ["Sales", "Booked"]],
    ["objects", [{ id: 1, name: "Sales" }, { id: 2 }, null, ""], ["Sales"]],
    ["none", [], []],
    ["an empty text", "", []],
    ["null", null, []],
    ["nothing", undefined, null],
    ["something else", 7, null],
  ])("W03: changed tags as %s are the whole new list", (_title, tags, expected) => {
    expect(afterChange({ tags }).tags).toEqual(expected);
  });

  test("W01: tags of which nothing is said stay unsaid", () => {
    expect(afterCall({ tags: undefined }).tags).toBeNull();
    expect(afterChange({ tags: "", changes: ["note"] }).tags).toBeNull();
  });

  test("W01: what is empty after the call is empty, whatever was read of it before", () => {
    for (const none of ["", null]) {
      expect(afterCall({ tags: none, note: none, lead_status: none })).toMatchObject({
        tags: [],
        note: "",
        disposition: "",
      });
    }
    const { tags, note, disposition } = afterCall({ tags: undefined, note: undefined, lead_status: undefined });
    expect([tags, note, disposition]).toEqual([null, null, null]);
    const unfinished = { call_type: "in_progress", tags: "", note: "", lead_status: "" };
    expect(afterCall(unfinished)).toMatchObject({ tags: null, note: null, disposition: null });
  });

  test("E07: the lead status is the disposition and never a conversion by itself", () => {
    expect(afterChange().disposition).toBe("good_lead");
    expect(afterChange()).not.toHaveProperty("conversion");
    expect(afterCall({ lead_status: undefined }).disposition).toBeNull();
  });

  test("W01: the company, the older id and the app's own cookies are metadata", () => {
    expect(afterCall({ custom: { visitor: "7", nested: { a: [] }, none: null } }).metadata).toEqual({
      companyId: "COM8154748ae6bd4e278a7cddd38a662f4f",
      legacyId: "766970533",
      custom: { visitor: "7" },
    });
    expect(afterCall({ company_resource_id: undefined, id: undefined }).metadata).toEqual({ companyId: "155920786" });
    expect(afterCall({ company_resource_id: "", company_id: "", id: callId }).metadata).toBeNull();
  });

  test("W01: the older names stand in for the newer ones", () => {
    expect(eventOf(readFixture("post-call-form.txt"), { route: "post-call" }).facts).toMatchObject({
      status: "completed",
      outcome: "voicemail",
      durationSeconds: 31,
      startedAt: "2026-11-19T17:04:05.000Z",
      from: { e164: "+14045550123" },
      to: { e164: "+14045558514" },
      lead: { name: "JANE DOE", city: "Atlanta", region: "GA", country: "US" },
      source: { name: "google_paid", landingPage: "https://www.example.com/" },
      recordings: [{ url: expect.stringMatching(/^https:/) as string }],
    });
  });

  test("W01: the published example is a voicemail of thirteen seconds", () => {
    expect(eventOf(readFixture("published-call.txt"), { route: "post-call" })).toMatchObject({
      type: "call.ended",
      occurredAt: "2018-02-19T18:41:13.236Z",
      references: [{ provider: "callrail", id: "766970532", kind: "session" }],
      facts: {
        status: "completed",
        outcome: "voicemail",
        durationSeconds: 13,
        startedAt: "2018-02-19T18:41:00.236Z",
        source: { name: "Google AdWords", medium: "cpc", campaign: "Google AdWords" },
        recordings: [{ id: "766970532", durationSeconds: 8 }],
        transcript: null,
        analysis: null,
        value: null,
        note: "",
      },
    });
  });
});
