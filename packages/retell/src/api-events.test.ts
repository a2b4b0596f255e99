import { foldCall, type Call, type CallEvent, type CallEventDraft } from "@offhook/core";
import { permutations } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { callRecord } from "./api-events.ts";
import { readCall } from "./api-records.ts";
import {
  analyzedCall,
  callNamed,
  endedCall,
  life,
  listed,
  ongoingCall,
  unconnectedCall,
  without,
  type Json,
} from "./fixtures/api-records.ts";
import { fixture, translate } from "./fixtures/translated.ts";

const leg = { provider: "twilio", id: "CA00000000000000000000000000000000", kind: "leg" };

function told(drafts: readonly CallEventDraft[], source: "webhook" | "api", minute: number): CallEvent[] {
  return drafts.map((draft, index) => ({
    ...draft,
    id: `evt_${source}_${minute}_${index}`,
    tenantId: "default",
    provider: "retell",
    source,
    receivedAt: new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString(),
    deliveryId: null,
  }));
}

const webhooks = (bodies: readonly string[]): CallEvent[] =>
  bodies.flatMap((body, index) => told(translate(body).events, "webhook", index));

function recordOf(json: Json): CallEventDraft[] {
  const call = readCall(json);
  if (call === undefined) throw new TypeError("expected a call");
  return [...callRecord(call).events];
}

const ofApi = (json: Json, minute = 59): CallEvent[] => told(recordOf(json), "api", minute);

/** All that counts as news: not who said it, nor how often. */
function said(events: readonly CallEvent[]): Partial<Call> {
  const { version: _version, provenance: _provenance, updatedAt: _updatedAt, ...rest } = foldCall(events);
  return rest;
}

const body = (event: string, call: Json): string => JSON.stringify({ event, call });
const bodies = life.map(({ body: each }) => each);

describe("import after webhooks", () => {
  test("A02 A07: of a whole life, nothing changes", () => {
    const known = said(webhooks(bodies));
    expect(known).toMatchObject({
      status: "completed",
      answeredAt: "2026-11-20T10:00:00.000Z",
      analysis: { sentiment: "positive" },
    });
    expect(said([...webhooks(bodies), ...ofApi(analyzedCall)])).toEqual(known);
    expect(said([...webhooks(bodies), ...ofApi(listed(analyzedCall))])).toEqual(known);
  });

  test("A02: before or after, in whatever order, it is the same call", () => {
    const events = [...webhooks(bodies.slice(3)), ...ofApi(analyzedCall), ...ofApi(ongoingCall, 58)];
    const expected = JSON.stringify(foldCall(events));
    for (const order of permutations(events.slice(0, 5))) {
      expect(JSON.stringify(foldCall([...order, ...events.slice(5)]))).toBe(expected);
    }
  });

  test.each([
    ["that goes on", ["call_started"], ongoingCall],
    ["that ended", ["call_started", "call_ended"], endedCall],
  ])("A02: of a call %s, nothing changes", (_title, events, call) => {
    const known = webhooks(bodies.filter((each) => events.some((event) => each.includes(`"event":"${event}"`))));
    expect(known).toHaveLength(events.length);
    expect(said([...known, ...ofApi(call)])).toEqual(said(known));
  });

  test("A07: of a call that nobody answered, nothing changes", () => {
    const call = unconnectedCall("call_test_9", { call_cost: { combined_cost: 0 } });
    const known = webhooks([
      body("call_ended", call),
      body("call_analyzed", { ...call, call_analysis: { call_successful: false } }),
    ]);
    expect(said([...known, ...ofApi({ ...call, call_analysis: { call_successful: false } })])).toEqual(said(known));
    expect(said([...known, ...ofApi(call)])).toEqual(said(known));
  });

  test("A07: of one that has no time at all, nothing changes, however often it is read", () => {
    const call = without(unconnectedCall("call_test_9"), "end_timestamp");
    const known = webhooks([body("call_ended", call)]);
    expect(said([...known, ...ofApi(call), ...ofApi(call, 60)])).toEqual(said(known));
  });

  test("A07: an analysis that was made again, and a cost that was corrected, take effect when they are listed", () => {
    const again = listed({
      ...analyzedCall,
      call_analysis: { call_summary: "Ana moved to Friday.", user_sentiment: "Neutral", call_successful: false },
      call_cost: { combined_cost: 4.5 },
    });
    const first = [...webhooks(bodies), ...ofApi(analyzedCall, 58)];
    expect(said(first)).toMatchObject({ cost: { amount: "0.0263" }, analysis: { sentiment: "positive" } });
    const expected = {
      cost: { amount: "0.045", currency: "USD" },
      analysis: { summary: "Ana moved to Friday.", sentiment: "neutral", successful: false },
      transcript: said(first).transcript,
    };
    expect(said([...first, ...ofApi(again, 59)])).toMatchObject(expected);
    // Whatever the order in which the readings are stored.
    expect(said([...ofApi(again, 59), ...first.toReversed()])).toMatchObject(expected);
    // And back again.
    expect(said([...first, ...ofApi(again, 59), ...ofApi(listed(analyzedCall), 60)])).toEqual(said(first));
  });

  test("A14: signed addresses, which are others each time, change nothing", () => {
    const signedBy = (signature: string): Json => ({
      ...analyzedCall,
      opt_in_signed_url: true,
      recording_url: `https://d1d33audaiiiuu.cloudfront.net/1f/recording.wav?Signature=${signature}`,
      recording_multi_channel_url: `https://d1d33audaiiiuu.cloudfront.net/1f/multi.wav?Signature=${signature}`,
    });
    const known = webhooks([body("call_ended", signedBy("first"))]);
    expect(said(known).recordings?.[0]).toMatchObject({
      url: expect.stringContaining("Signature=first"),
      expiresAt: "2026-11-21T10:01:01.791Z",
    });
    expect(said([...known, ...ofApi(signedBy("second"))]).recordings).toEqual(said(known).recordings);
    expect(said(ofApi(signedBy("second"))).recordings?.[0]).toMatchObject({
      state: "available",
      url: null,
      expiresAt: null,
    });
  });

  test("A14: a call of which nothing is kept loses nothing", () => {
    const call = { ...analyzedCall, data_storage_setting: "basic_attributes_only" };
    const known = webhooks([body("call_analyzed", call)]);
    const kept = without(call, "transcript", "transcript_object", "recording_url", "recording_multi_channel_url");
    expect(said([...known, ...ofApi(kept)])).toEqual({ ...said(known), answeredAt: "2026-11-20T10:00:00.000Z" });
  });

  test("A02: a status that is only guessed does not undo one that is known", () => {
    const call = unconnectedCall("call_test_9");
    const known = webhooks([body("call_ended", call)]);
    expect(said([...known, ...ofApi(without(call, "disconnection_reason"))]).status).toBe("no_answer");
    expect(said(ofApi(without(call, "disconnection_reason"))).status).toBe("failed");
  });
});

describe("import instead of webhooks", () => {
  test("A02: a record alone is a whole call, equal to that of its webhooks", () => {
    const call = foldCall(ofApi(analyzedCall));
    expect(call).toMatchObject({
      id: `call_twilio_${leg.id}`,
      references: [leg, { provider: "retell", id: analyzedCall["call_id"], kind: "session" }],
      direction: "inbound",
      status: "completed",
      outcome: "answered",
      endReason: { code: "user_hangup", raw: "user_hangup" },
      from: { e164: "+14155550199" },
      to: { e164: "+14155550100" },
      startedAt: "2026-11-20T10:00:00.000Z",
      answeredAt: "2026-11-20T10:00:00.000Z",
      endedAt: "2026-11-20T10:01:01.791Z",
      durationSeconds: 62,
      agent: { name: "Front desk", kind: "ai" },
      analysis: { sentiment: "positive", successful: true, data: { wants_callback: false, new_slot: "thu-16" } },
      cost: { amount: "0.0263", currency: "USD" },
      createdAt: "2026-11-20T10:00:00.000Z",
      updatedAt: "2026-11-20T10:01:01.791Z",
      version: 1,
    });
    const { createdAt: _createdAt, ...rest } = said(ofApi(analyzedCall));
    // The question before the call was four seconds earlier.
    expect(said(webhooks(bodies))).toEqual({ ...rest, createdAt: "2026-11-20T09:59:56.000Z" });
  });

  test("A07: a lost end, and a lost analysis, are filled in", () => {
    const started = webhooks(bodies.slice(0, 3));
    expect(said(started).status).toBe("in_progress");
    expect(said([...started, ...ofApi(analyzedCall)])).toEqual(said(webhooks(bodies)));
    const unanalyzed = webhooks(bodies.slice(0, 5));
    expect(said(unanalyzed).analysis).toBeNull();
    expect(said([...unanalyzed, ...ofApi(analyzedCall)])).toEqual(said(webhooks(bodies)));
  });

  test("A02: an end is as old as it is, while what was analysed may be newer than any webhook", () => {
    const names = [analyzedCall, endedCall, ongoingCall].map((call) =>
      recordOf(call).map(({ type, occurredAt }) => [type, occurredAt]),
    );
    expect(names).toEqual([
      [["call.analyzed", null]],
      [["call.ended", "2026-11-20T10:01:01.791Z"]],
      [["call.answered", "2026-11-20T10:00:00.000Z"]],
    ]);
  });

  test.each([
    ["ongoing", ongoingCall, "in_progress", "2026-11-20T10:00:00.000Z"],
    ["registered", without(ongoingCall, "start_timestamp", "call_status"), "queued", null],
    ["registered, with an end", { ...endedCall, call_status: "registered" }, "completed", "2026-11-20T10:00:00.000Z"],
  ])("A02: a call that is %s", (_title, call, status, answeredAt) => {
    expect(said(ofApi(call))).toMatchObject({ status, answeredAt });
  });

  test("A02: a call that failed before anybody talked was not answered", () => {
    const silent = callNamed("call_1", {
      call_status: "error",
      disconnection_reason: "error_user_not_joined",
      duration_ms: 0,
    });
    expect(said(ofApi(silent))).toMatchObject({ status: "no_answer", answeredAt: null });
    const talked = callNamed("call_1", { call_status: "error", disconnection_reason: "error_retell" });
    expect(said(ofApi(talked))).toMatchObject({
      status: "failed",
      answeredAt: "2026-11-20T10:00:00.000Z",
      durationSeconds: 62,
    });
  });

  test("A02: calls in the browser and older ones are read as their webhooks are", () => {
    for (const name of ["call_ended.web.json", "call_ended.older.json"]) {
      const { call } = JSON.parse(fixture(name)) as { readonly call: Json };
      const { answeredAt, ...rest } = said(ofApi(call));
      expect({ ...rest, answeredAt: null }).toEqual(said(webhooks([fixture(name)])));
      expect(answeredAt).toBe("2026-09-21T14:13:20.000Z");
    }
  });
});
