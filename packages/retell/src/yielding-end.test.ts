import { foldCall, type Call, type CallEvent, type CallEventDraft, type CallStatus } from "@offhook/core";
import { permutations } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { callRecord } from "./api-events.ts";
import { readCall } from "./api-records.ts";
import { analyzedCall, endedCall, ongoingCall, without, type Json } from "./fixtures/api-records.ts";
import { translate } from "./fixtures/translated.ts";

const legId = "CA00000000000000000000000000000000";
const references = [{ provider: "twilio", id: legId, kind: "leg" as const }];
const endedAt = "2026-11-20T10:12:00.000Z";

type Told = Pick<CallEvent, "provider" | "source"> & CallEventDraft;

const carriers = (draft: Omit<CallEventDraft, "references">): Told => ({
  ...draft,
  references,
  provider: "twilio",
  source: "webhook",
});

const endOf = (status: CallStatus, at = endedAt): Told =>
  carriers({
    type: "call.ended",
    occurredAt: at,
    facts: { status, endedAt, durationSeconds: 720, endReason: { code: "sip_200", raw: "200" } },
  });
const dialed = carriers({ type: "call.dialed", occurredAt: endedAt, facts: { outcome: "missed" } });

const webhook = (event: string, call: Json): readonly Told[] =>
  translate(JSON.stringify({ event, call })).events.map((draft) => ({
    ...draft,
    provider: "retell",
    source: "webhook",
  }));

function record(json: Json): readonly Told[] {
  const call = readCall(json);
  if (call === undefined) throw new TypeError("expected a call");
  return callRecord(call).events.map((draft) => ({ ...draft, provider: "retell", source: "api" }));
}

/** The call after what was told, which must be the same in every order of arrival. */
function callAfter(told: readonly Told[]): Call {
  const calls = [...permutations(told.map((draft, index) => ({ draft, index })))].map((order) =>
    foldCall(
      order.map(({ draft, index }, place) => ({
        ...draft,
        id: `evt_${index}`,
        tenantId: "default",
        receivedAt: new Date(Date.UTC(2026, 10, 21) + place * 1000).toISOString(),
        deliveryId: null,
      })),
    ),
  );
  const [call] = calls;
  if (call === undefined) throw new TypeError("expected a call");
  for (const other of calls) expect(other).toEqual(call);
  return call;
}

const lost = { call_status: "error", disconnection_reason: "error_llm_websocket_lost_connection" };

const endings: readonly (readonly [title: string, members: Json])[] = [
  ["failed after it was reached", lost],
  ["failed without a reason", { call_status: "error", disconnection_reason: undefined }],
  ["was transferred", { disconnection_reason: "call_transfer", transfer_destination: "+14155550111" }],
  ["went to a fallback number", { disconnection_reason: "no_concurrency_fallback" }],
  ["was taken over", { disconnection_reason: "call_take_over" }],
];

describe("A08: a leg that goes on without the agent", () => {
  describe.each(endings)("whose session %s", (_title, members) => {
    const ended = { ...endedCall, ...members };
    const analyzed = { ...analyzedCall, ...members };

    test.each<[told: string, events: readonly Told[]]>([
      ["by the end", webhook("call_ended", ended)],
      ["by the end and the analysis", [...webhook("call_ended", ended), ...webhook("call_analyzed", analyzed)]],
      ["by the API, before the analysis", record(ended)],
      ["by the API", record(analyzed)],
    ])("ends as the carrier says: told %s", (_how, events) => {
      // Its clock may be behind.
      for (const at of [endedAt, "2026-11-20T09:59:00.000Z"]) {
        const call = callAfter([endOf("completed", at), dialed, ...events]);
        expect(call).toMatchObject({
          id: `call_twilio_${legId}`,
          status: "completed",
          outcome: "missed",
          endedAt,
          durationSeconds: 720,
          endReason: { code: "sip_200" },
          agent: { name: "Front desk" },
          cost: { amount: "0.0263" },
        });
        expect(call.transcript?.turns.length).toBeGreaterThan(0);
        expect(call.recordings.length).toBeGreaterThan(0);
      }
    });
  });

  test.each<[title: string, members: Json, end: object]>([
    ["failed", lost, { status: "failed", endReason: { code: "error_llm_websocket_lost_connection" } }],
    ["was transferred", { disconnection_reason: "call_transfer" }, { status: "completed", outcome: "answered" }],
  ])("ended with the session, where that %s and no carrier ever speaks", (_title, members, end) => {
    const ended = { ...endedCall, ...members };
    const analyzed = { ...analyzedCall, ...members };
    for (const told of [
      [...webhook("call_started", ongoingCall), ...webhook("call_ended", ended)],
      [...webhook("call_ended", ended), ...webhook("call_analyzed", analyzed)],
      record(analyzed),
      record(ended),
    ]) {
      expect(callAfter(told)).toMatchObject({ ...end, endedAt: "2026-11-20T10:01:01.791Z", durationSeconds: 62 });
    }
  });

  test("what the analysis knows of the end outranks the end itself, whichever comes first", () => {
    const mailbox = { ...analyzedCall, ...lost, call_analysis: { in_voicemail: true } };
    const told = [...webhook("call_ended", { ...endedCall, ...lost }), ...webhook("call_analyzed", mailbox)];
    expect(callAfter(told)).toMatchObject({ status: "completed", outcome: "voicemail" });
    expect(callAfter([...told, endOf("failed")])).toMatchObject({ status: "failed", outcome: "voicemail" });
  });

  test("tells its end apart from what was said in it, and only where a leg is named", () => {
    const typesOf = (told: readonly Told[]): readonly string[] => told.map(({ type }) => type);
    expect(typesOf(webhook("call_ended", { ...endedCall, ...lost }))).toEqual(["call.queued", "call.ended"]);
    expect(typesOf(webhook("call_analyzed", { ...analyzedCall, ...lost }))).toEqual(["call.ringing", "call.analyzed"]);
    const alone = without({ ...analyzedCall, ...lost }, "telephony_identifier");
    expect(typesOf(webhook("call_analyzed", alone))).toEqual(["call.analyzed"]);
    expect(typesOf(record(alone))).toEqual(["call.analyzed"]);
    for (const reason of ["user_hangup", "agent_hangup", "dial_failed", "transfer_cancelled"]) {
      expect(typesOf(webhook("call_ended", { ...endedCall, disconnection_reason: reason }))).toEqual(["call.ended"]);
    }
  });
});
