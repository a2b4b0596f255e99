import { foldCall, type CallEvent, type CallEventDraft } from "@offhook/core";
import { permutations } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { fixtureWith, type Members } from "./fixtures/index.ts";
import { changed, eventOf } from "./fixtures/translating.ts";

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
const audio = eventOf(fixtureWith("audio.json"));

describe("the order of arrival", () => {
  test("trap 5: the mailbox that the machine detection found is not undone by a conversation that is merely done", () => {
    const call = callAfter([[detection("machine_end_beep")], [transcription()], [audio]]);
    expect(call).toMatchObject({ status: "completed", outcome: "voicemail", answeredBy: "machine" });
  });

  test("an explicit result of the call beats the machine detection", () => {
    const answered = transcription({ metadata: { phone_call: { call_result: "answered" } } });
    expect(callAfter([[detection("machine_end_beep")], [answered]]).outcome).toBe("answered");
  });

  test("a failed conversation stays failed when there is audio of it", () => {
    const failed = transcription({ status: "failed", analysis: null });
    expect(callAfter([[audio], [failed]]).status).toBe("failed");
  });

  test("a record of the API taken during the call does not set it back", () => {
    const data = fixtureWith("transcription.json")["data"] as Members;
    const running = eventOf({ ...data, status: "in-progress", analysis: null });
    const processing = eventOf({ ...data, status: "processing", analysis: null });
    const call = callAfter([[running], [processing], [transcription()]]);
    expect(call).toMatchObject({ status: "completed", durationSeconds: 61, analysis: { title: "Callback request" } });
  });

  test("audio alone is a call that is over", () => {
    expect(callAfter([[audio]])).toMatchObject({ id: "call_elevenlabs_conv_1", status: "completed", recordings: [{}] });
  });

  test("A08: what Twilio says of the leg and ElevenLabs of the conversation is one call", () => {
    const references = [
      { provider: "twilio", id: "CA0123456789abcdef0123456789abcdef", kind: "leg" },
    ] as const satisfies CallEventDraft["references"];
    const ended: CallEventDraft = {
      type: "call.ended",
      occurredAt: "2026-09-21T14:14:22.000Z",
      references,
      facts: { status: "completed", durationSeconds: 62, endedAt: "2026-09-21T14:14:22.000Z" },
    };
    const call = callAfter([[ended, "twilio"], [transcription()], [audio]]);
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
