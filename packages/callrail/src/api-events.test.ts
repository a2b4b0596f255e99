import { callrailLife, callrailSamples } from "@offhook/testing";
import { foldCall, type Call, type CallEvent, type CallEventDraft } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { callRecord } from "./api-events.ts";
import { readCall } from "./api-records.ts";
import { delivered } from "./fixtures/index.ts";
import { apiCall, asApiCall, signingKey, type ApiCall } from "./fixtures/api.ts";
import { callrail } from "./provider.ts";

/** When the calls were long over. */
const laterMs = Date.UTC(2026, 10, 21);
const startMs = Date.UTC(2026, 10, 20, 10);
const rules = { abandonedAs: "canceled", defaultCountry: "US" } as const;

const { routes } = callrail({ signingKey });
const toldBy = ({ path, body }: { readonly path: string; readonly body: string }): readonly CallEventDraft[] =>
  routes.find(({ paths }) => paths.includes(path))?.translate(delivered(body)).events ?? [];
const webhookEvents = (): CallEventDraft[] => callrailLife().flatMap(toldBy);

function recordOf(json: ApiCall, readAtMs = laterMs): readonly CallEventDraft[] {
  const call = readCall(json);
  return call === undefined ? [] : callRecord(call, rules, readAtMs).events;
}

const record = (changes: ApiCall = {}): readonly CallEventDraft[] => recordOf(apiCall({}, changes));

/** The one event of a call that may not have come to its end, or the first of one that has. */
function firstOf(events: readonly CallEventDraft[]): CallEventDraft {
  const [event] = events;
  if (event === undefined) throw new Error("Expected an event");
  return event;
}

/** When a call was read, in minutes after its start. */
const readAfter = (minutes: number, changes: ApiCall = {}): readonly CallEventDraft[] =>
  recordOf(apiCall({}, changes), startMs + minutes * 60_000);

const unheard = { recording: null, recording_duration: null, transcription: null, conversational_transcript: null };
/** What is said of a call before anybody could answer. */
const placeholder = { ...unheard, answered: false, voicemail: false, call_type: "missed", duration: 0 };

/** The call of these events, heard of one minute after the other. */
const callOf = (webhooks: readonly CallEventDraft[], ...records: readonly CallEventDraft[]): Call =>
  callAfter(["webhook", webhooks], ["api", records]);

function callAfter(...told: readonly (readonly [CallEvent["source"], readonly CallEventDraft[]])[]): Call {
  const drafts = told.flatMap(([source, events]) => events.map((draft) => ({ source, draft })));
  return foldCall(
    drafts.map(({ source, draft }, index): CallEvent => ({
      ...draft,
      id: `evt_${index}`,
      tenantId: "default",
      provider: "callrail",
      source,
      receivedAt: new Date(Date.UTC(2026, 10, 20, 11, 5 + index)).toISOString(),
      deliveryId: null,
    })),
  );
}

/** What core compares: everything but who said it, and when. */
function compared({ version: _version, provenance: _provenance, updatedAt: _updatedAt, ...said }: Call) {
  return said;
}

describe("a record of the API", () => {
  test("A02: says what the webhooks of the call's whole life said, and nothing else", () => {
    const webhooks = webhookEvents();
    expect(webhooks).toHaveLength(6);
    expect(compared(callOf(webhooks, ...record()))).toEqual(compared(callOf(webhooks)));
  });

  const wholeCalls = callrailSamples().filter(
    ({ path, body }) =>
      /\/(?:outbound-)?(?:post-call|call-modified)$/.test(path) && body.startsWith("{") && /"CAL\w{32}"/.test(body),
  );

  const isRunning = ({ name }: { readonly name: string }): boolean => name.includes("still running");
  const parsed = ({ body }: { readonly body: string }) => JSON.parse(body) as ApiCall;

  test.each(wholeCalls.map((sample) => [sample.name, sample] as const))(
    "A02: changes nothing of a call of which a webhook told (%s)",
    (_name, sample) => {
      const webhooks = toldBy(sample);
      const same = recordOf(asApiCall(parsed(sample)), isRunning(sample) ? startMs + 60 * 60_000 : laterMs);
      expect(compared(callOf(webhooks, ...same))).toEqual(compared(callOf(webhooks)));
      // The record by itself, but for what webhooks alone say: the audio's address and the number of old.
      const { recordings, metadata: _metadata, ...said } = compared(callOf([], ...same));
      expect(compared(callOf(webhooks))).toMatchObject(said);
      expect(recordings).toHaveLength(callOf(webhooks).recordings.length);
    },
  );

  test("A02: alone is the whole call", () => {
    const id = String(apiCall()["id"]);
    expect(callOf([], ...record())).toMatchObject({
      id: `call_callrail_${id}`,
      references: [{ provider: "callrail", id, kind: "session" }],
      direction: "inbound",
      status: "completed",
      outcome: "answered",
      from: { e164: "+14155550199" },
      to: { e164: "+14155550100" },
      trackingNumber: { e164: "+14155550100" },
      startedAt: "2026-11-20T10:00:00.000Z",
      endedAt: "2026-11-20T10:01:01.000Z",
      durationSeconds: 61,
      agent: { id: "dispatch@example.com", kind: "human" },
      lead: { name: "JOSÉ NUÑEZ", city: "San Francisco" },
      source: { name: "Google Ads", medium: "CPC", gclid: "Cj0KCQiA" },
      recordings: [{ id, state: "available", url: null, durationSeconds: 58 }],
      analysis: { sentiment: "positive", summary: "The caller has a blocked drain and was given an appointment." },
      disposition: "good_lead",
      tags: ["Emergency", "Booked"],
      note: "Comes between two and four.",
      value: { amount: "1250.00", currency: "USD" },
      metadata: { callrail: { companyId: `COM${"c0".padStart(32, "0")}` } },
    });
    expect(callOf([], ...record()).transcript?.turns).toHaveLength(5);
  });

  test("A02: leaves the address of the recording that a webhook gave", () => {
    const [recording] = callOf(webhookEvents(), ...record()).recordings;
    expect(recording?.url).toMatch(/^https:\/\/app\.callrail\.com\/calls\/CAL0+\/recording\/redirect\?/);
  });

  test("A07: what was taken away while no webhook came is taken away", () => {
    const emptied = record({ tags: [], note: "", lead_status: null });
    expect(callOf(webhookEvents(), ...emptied)).toMatchObject({ tags: [], note: null, disposition: null });
    const withNull = record({ tags: null, note: null, lead_status: null });
    expect(callOf(webhookEvents(), ...withNull)).toMatchObject({ tags: [], note: null, disposition: null });
  });

  const emptied = { tags: [], note: "", lead_status: null, changes: ["tags", "note", "manual_score"] };
  const members = ({ note, disposition, tags, status, outcome }: Call) => ({
    note,
    disposition,
    tags,
    status,
    outcome,
  });

  test.each(
    wholeCalls.flatMap((sample) => [
      [sample.name, sample] as const,
      [`${sample.name}, emptied`, { ...sample, body: JSON.stringify({ ...parsed(sample), ...emptied }) }] as const,
    ]),
  )("A02, A07: the same from a webhook and from the API is the same call, in either order (%s)", (_name, sample) => {
    const told = toldBy(sample);
    const { references } = firstOf(told);
    const edits = { tags: ["Older"], note: "Older.", disposition: "not_a_lead" };
    const older: CallEventDraft = { type: "call.progressed", occurredAt: null, references, facts: edits };
    for (const before of [[], [older]]) {
      for (const minutes of isRunning(sample) ? [1, 60] : [30, 90]) {
        const read = recordOf(asApiCall(parsed(sample)), startMs + minutes * 60_000);
        const thenRead = callAfter(["api", before], ["webhook", told], ["api", read]);
        const thenTold = callAfter(["api", before], ["api", read], ["webhook", told]);
        expect(members(thenTold)).toEqual(members(thenRead));
        // Call Modified says nothing of what is empty and did not change.
        if (before.length === 0) expect(members(thenTold)).toEqual(members(callAfter(["webhook", told])));
      }
    }
  });

  test("A07: what was not asked for stays as it is", () => {
    const { tags: _tags, note: _note, lead_status: _status, ...rest } = apiCall();
    expect(callOf(webhookEvents(), ...recordOf(rest))).toMatchObject({
      tags: ["Emergency", "Booked"],
      note: "Comes between two and four.",
      disposition: "good_lead",
    });
  });

  test("A07: the newest word wins, a webhook's or the API's", () => {
    const [, , postCall, tagged] = webhookEvents();
    if (postCall === undefined || tagged === undefined) throw new Error("Expected two events");
    expect(callOf([postCall, tagged], ...record({ note: "Newer." })).note).toBe("Newer.");
    const older = record({ note: "Older." });
    const call = callAfter(["webhook", [postCall]], ["api", older], ["webhook", [tagged]]);
    expect(call.note).toBe("Comes between two and four.");
  });

  test("A02: tells the end at its time, and what people edit as of when it is read", () => {
    const [ended, edited, ...more] = record();
    expect(more).toEqual([]);
    expect(ended).toMatchObject({
      type: "call.ended",
      occurredAt: "2026-11-20T10:01:01.000Z",
      facts: { status: "completed", outcome: "answered", durationSeconds: 61, lead: { name: "JOSÉ NUÑEZ" } },
    });
    for (const name of ["tags", "note", "disposition", "value"]) expect(ended?.facts).not.toHaveProperty(name);
    expect(edited).toEqual({
      type: "call.updated",
      occurredAt: null,
      references: ended?.references,
      facts: {
        lead: { name: "JOSÉ NUÑEZ" },
        tags: ["Emergency", "Booked"],
        note: "Comes between two and four.",
        disposition: "good_lead",
        value: { amount: "1250.00", currency: "USD" },
      },
    });
    expect(record()).toEqual(record());
  });

  test("A02: says nothing of edits that were not asked for", () => {
    const { tags: _tags, note: _note, lead_status: _status, value: _value, customer_name: _name, ...rest } = apiCall();
    expect(recordOf(rest).map(({ type }) => type)).toEqual(["call.ended"]);
  });

  test("A02: a name that was put right is the newer one", () => {
    expect(callOf(webhookEvents(), ...record({ customer_name: "Jo Núñez" })).lead).toMatchObject({
      name: "Jo Núñez",
      city: "San Francisco",
    });
  });

  test("A02: a call without a duration is outranked by a Post-Call that has one", () => {
    const [, , postCall] = webhookEvents();
    if (postCall === undefined) throw new Error("Expected an event");
    const unmeasured = record({ duration: null, answered: false, call_type: "missed", recording: null });
    expect(firstOf(unmeasured)).toMatchObject({ type: "call.ended", occurredAt: "2026-11-20T10:00:00.000Z" });
    expect(callOf([postCall], ...unmeasured)).toMatchObject({ status: "completed", outcome: "answered" });
  });

  test.each([
    ["in progress", { call_type: "in_progress", answered: true, duration: null }],
    ["in progress, without a type", { call_type: undefined, answered: true, duration: null }],
    ["not picked up, without a type", { call_type: undefined, answered: false, duration: null }],
    ["just placed", { call_type: null, answered: null, duration: null, direction: "outbound" }],
  ])("A02: a call that is %s has not ended, and nothing of it was emptied", (_title, changes) => {
    for (const tags of [null, []]) {
      expect(readAfter(3 * 60, { ...changes, recording: null, note: null, tags })).toMatchObject([
        {
          type: "call.progressed",
          occurredAt: null,
          facts: { status: "in_progress", endedAt: null, durationSeconds: null, note: null, tags: null },
        },
      ]);
    }
  });

  test.each([
    ["answered", { answered: true }, "completed", "answered"],
    ["missed", { answered: false, call_type: "missed" }, "no_answer", "missed"],
    ["a voicemail", { answered: false, voicemail: true, call_type: "voicemail" }, "completed", "voicemail"],
    ["placed", { answered: null, call_type: "outbound", direction: "outbound" }, "completed", "unknown"],
  ])("A02, W01: a call that is never measured is not live for ever (%s)", (_title, changes, status, outcome) => {
    const unmeasured = { ...unheard, duration: null, ...changes };
    expect(callOf([], ...readAfter(3 * 60, unmeasured))).toMatchObject({ status: "in_progress" });
    expect(callOf([], ...readAfter(5 * 60, unmeasured))).toMatchObject({ status, outcome, durationSeconds: null });
  });

  test.each([
    ["missed", { answered: false, call_type: "missed", duration: 24 }, "no_answer", "missed"],
    ["missed at once", { answered: false, call_type: "missed", duration: 0 }, "no_answer", "missed"],
    ["a voicemail", { answered: false, voicemail: true, call_type: "voicemail" }, "completed", "voicemail"],
    ["abandoned", { answered: false, call_type: "abandonded" }, "canceled", "abandoned"],
    ["without a type", { answered: true, call_type: undefined }, "completed", "answered"],
  ])("A02, W01: a call that was %s is what a webhook would say", (_title, changes, status, outcome) => {
    expect(firstOf(record(changes))).toMatchObject({ type: "call.ended", facts: { status, outcome } });
  });

  test.each([
    ["missed", { answered: false, call_type: "missed", duration: 24 }, "no_answer", "missed"],
    ["answered", {}, "completed", "answered"],
    ["without a duration that can be read", { duration: "1m" }, "completed", "answered"],
  ])("A07: what is read within the hour has ended, and any webhook outranks it (%s)", (_title, changes, ...state) => {
    const [status, outcome] = state;
    const events = readAfter(50, { ...unheard, ...changes });
    expect(events).toMatchObject([
      {
        type: "call.progressed",
        occurredAt: null,
        facts: { status, outcome, tags: ["Emergency", "Booked"], note: "Comes between two and four." },
      },
    ]);
    expect(readAfter(62, changes).map(({ type }) => type)).toEqual(["call.ended", "call.updated"]);
  });

  test("A07: what is empty within the hour may still come, and is not said", () => {
    for (const none of [null, "", []]) {
      const { facts } = firstOf(readAfter(50, { tags: none, note: none, lead_status: none, value: none }));
      expect([facts.tags, facts.note, facts.disposition, facts.value]).toEqual([null, null, null, null]);
    }
  });

  test.each([
    ["as webhooks say it", {}],
    ["without a type", { call_type: undefined }],
    ["with an empty duration", { duration: "0" }],
  ])("A02, W02: minutes after its start a placeholder is no missed call (%s)", (_title, changes) => {
    const json = apiCall({}, { ...placeholder, note: null, ...changes });
    for (const minutes of [0, 1, 9]) {
      expect(recordOf(json, startMs + minutes * 60_000)).toMatchObject([
        {
          type: "call.progressed",
          occurredAt: null,
          facts: { status: "ringing", outcome: null, endedAt: null, durationSeconds: null, note: null },
        },
      ]);
    }
    expect(recordOf(json, startMs + 11 * 60_000)).toMatchObject([
      { type: "call.progressed", facts: { status: "no_answer", outcome: "missed" } },
    ]);
    expect(firstOf(recordOf(json, startMs + 61 * 60_000))).toMatchObject({
      type: "call.ended",
      facts: { status: "no_answer", outcome: "missed" },
    });
  });

  test("A02, W02: a placeholder that was read during the call neither ends it nor leads it back", () => {
    const [ringing, routed, ended] = webhookEvents();
    if (ringing === undefined || routed === undefined || ended === undefined) throw new Error("Expected three events");
    const read = recordOf(apiCall({}, placeholder), startMs + 30_000);
    expect(callOf([ringing], ...read)).toMatchObject({ status: "ringing", outcome: "unknown" });
    expect(callOf([ringing, routed], ...read)).toMatchObject({
      status: "in_progress",
      outcome: "unknown",
      endedAt: null,
    });
    expect(callOf([ringing, routed, ended], ...read)).toMatchObject({ status: "completed", outcome: "answered" });
  });

  test.each([
    ["it was recorded", { recording: "https://api.callrail.com/v3/a/1/calls/2/recording.json" }],
    ["it lasted", { duration: 24 }],
    ["it went to voicemail", { voicemail: true }],
    ["the caller hung up", { call_type: "abandoned" }],
  ])("A02, W02: a call is over at once where %s", (_title, changes) => {
    const { facts } = firstOf(recordOf(apiCall({}, { ...placeholder, ...changes }), startMs + 30_000));
    expect(["no_answer", "completed", "canceled"]).toContain(facts.status);
  });

  test("A02, E12: the number's name stands for no source that was not asked for", () => {
    const { source: _source, ...unasked } = apiCall({}, { source_name: "Website", utm_source: "newsletter" });
    expect(firstOf(recordOf(unasked)).facts.source?.name).toBeNull();
    expect(callOf(webhookEvents(), ...recordOf(unasked)).source).toMatchObject({ name: "Google Ads", medium: "CPC" });
    expect(firstOf(record({ source: null, source_name: "Website" })).facts.source).toMatchObject({ name: "Website" });
  });

  test.each([
    ["medium", "medium", "utm_medium"],
    ["campaign", "campaign", "utm_campaign"],
    ["term", "keywords", "utm_term"],
    ["referrer", "referring_url", "referrer_domain"],
  ] as const)("A02, E12: nothing stands for a %s that was not asked for", (name, asked, other) => {
    const { [asked]: _asked, ...unasked } = apiCall({}, { [other]: "another" });
    expect(firstOf(recordOf(unasked)).facts.source?.[name]).toBeNull();
    expect(firstOf(record({ [asked]: null, [other]: "another" })).facts.source?.[name]).toBe("another");
  });

  test("E01: an outbound call goes from the tracking number to the customer", () => {
    expect(firstOf(record({ direction: "outbound", call_type: "outbound" })).facts).toMatchObject({
      direction: "outbound",
      from: { e164: "+14155550100" },
      to: { e164: "+14155550199" },
    });
  });

  test("E01: the options of the provider hold for the API as well", () => {
    const call = readCall(apiCall({}, { answered: false, call_type: "abandoned" }));
    const [event] = call === undefined ? [] : callRecord(call, { ...rules, abandonedAs: "no_answer" }, laterMs).events;
    expect(event?.facts.status).toBe("no_answer");
  });
});
