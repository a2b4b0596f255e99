import { foldCall, type CallEvent, type CallEventDraft, type CallStatus } from "@offhook/core";
import { permutations } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { fixtureWith, type Members } from "./fixtures/index.ts";
import { changed, eventOf, translate } from "./fixtures/translating.ts";

const event = (draft: CallEventDraft, id: string, receivedAtMs: number, provider = "elevenlabs"): CallEvent => ({
  ...draft,
  id,
  tenantId: "default",
  provider,
  source: "webhook",
  receivedAt: new Date(receivedAtMs).toISOString(),
  deliveryId: id,
});

/** The call after the events, which must be the same in every order of arrival. */
function callAfter(drafts: readonly (readonly [CallEventDraft, provider?: string])[]) {
  const calls = [...permutations(drafts.map((draft, index) => ({ draft, index })))].map((order) =>
    foldCall(
      order.map(({ draft: [draft, provider], index }, place) =>
        event(draft, `evt_${index}`, Date.UTC(2026, 10, 20) + place * 1000, provider),
      ),
    ),
  );
  const [call] = calls;
  if (call === undefined) throw new Error("Expected a call");
  for (const other of calls) expect(JSON.stringify(other)).toBe(JSON.stringify(call));
  return call;
}

const detection = (answered_by: string): CallEventDraft =>
  eventOf({
    type: "answering_machine_detection",
    event_timestamp: 1790000500,
    data: { conversation_id: "conv_1", answered_by },
  });
const transcription = (data: Members = {}): CallEventDraft => eventOf(changed("transcription.json", data));
const audio = translate(fixtureWith("audio.json")).events.map((draft) => [draft] as const);
const withoutPhone: Members = {
  metadata: { phone_call: null },
  conversation_initiation_client_data: { dynamic_variables: { system__call_sid: undefined } },
};

/** What Twilio says of the leg that the conversation was on. */
const leg = (status: CallStatus, at = "2026-09-21T14:14:22.000Z"): readonly [CallEventDraft, string] => [
  {
    type: "call.ended",
    occurredAt: at,
    references: [{ provider: "twilio", id: "CA0123456789abcdef0123456789abcdef", kind: "leg" }],
    facts: { status, durationSeconds: status === "completed" ? 62 : null, endedAt: at },
  },
  "twilio",
];

describe("the order of arrival", () => {
  test("trap 5: the mailbox that the machine detection found is not undone by a conversation that is merely done", () => {
    const call = callAfter([[detection("machine_end_beep")], [transcription()], ...audio]);
    expect(call).toMatchObject({ status: "completed", outcome: "voicemail", answeredBy: "machine" });
  });

  test("an explicit result of the call beats the machine detection", () => {
    const answered = transcription({ metadata: { phone_call: { call_result: "answered" } } });
    expect(callAfter([[detection("machine_end_beep")], [answered]]).outcome).toBe("answered");
  });

  test.each<[title: string, data: Members]>([
    ["on a leg of which nothing is known", {}],
    ["without a phone", withoutPhone],
  ])("a failed conversation %s stays failed when there is audio of it", (_title, data) => {
    const failed = transcription({ status: "failed", analysis: null, ...data });
    expect(callAfter([...audio, [failed]]).status).toBe("failed");
  });

  test.each(["2026-09-21T14:14:22.000Z", "2026-09-21T14:13:30.000Z"])(
    "A08: a leg of Twilio's that was completed at %s stays so, although the conversation on it failed",
    (at) => {
      const failed = transcription({ status: "failed", analysis: null });
      for (const more of [[], audio]) {
        expect(callAfter([leg("completed", at), [failed], ...more])).toMatchObject({
          status: "completed",
          outcome: "answered",
          agent: { id: "agent_1" },
          transcript: { turns: [{}, {}] },
        });
      }
    },
  );

  test("why a call was not connected is not undone by a conversation that has merely failed", () => {
    const reason = (type: "twilio" | "sip"): CallEventDraft =>
      eventOf({
        type: "call_initiation_failure",
        event_timestamp: 1790000031,
        data: { conversation_id: "conv_1", failure_reason: "busy", metadata: { type, body: {} } },
      });
    for (const [type, data] of [
      ["twilio", { metadata: { call_duration_secs: 0 } }],
      ["sip", { ...withoutPhone, metadata: { phone_call: null, call_duration_secs: 0 } }],
    ] as const) {
      const failed = transcription({ status: "failed", analysis: null, has_audio: false, ...data });
      expect(callAfter([[reason(type)], [failed]])).toMatchObject({ status: "busy", endReason: { code: "busy" } });
    }
  });

  test("a record of the API taken during the call does not set it back", () => {
    const data = fixtureWith("transcription.json")["data"] as Members;
    const running = eventOf({ ...data, status: "in-progress", analysis: null });
    const processing = eventOf({ ...data, status: "processing", analysis: null });
    const call = callAfter([[running], [processing], [transcription()]]);
    expect(call).toMatchObject({ status: "completed", durationSeconds: 61, analysis: { title: "Callback request" } });
  });

  test("audio alone is a call that is over", () => {
    expect(callAfter(audio)).toMatchObject({ id: "call_elevenlabs_conv_1", status: "completed", recordings: [{}] });
  });

  test("A08: what Twilio says of the leg and ElevenLabs of the conversation is one call", () => {
    const call = callAfter([leg("completed"), [transcription()], ...audio]);
    expect(call).toMatchObject({
      id: "call_twilio_CA0123456789abcdef0123456789abcdef",
      durationSeconds: 62,
      outcome: "answered",
      agent: { kind: "ai" },
      cost: { amount: "0.09", currency: "USD" },
    });
    expect(call.references).toHaveLength(2);
  });
});
