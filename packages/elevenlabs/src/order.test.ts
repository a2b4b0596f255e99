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
/** All that is said of a conversation whose leg may go on. */
const ofLeg = (data: Members) => translate(changed("transcription.json", data)).events.map((draft) => [draft] as const);
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
    const failed = ofLeg({ status: "failed", analysis: null, ...data });
    expect(callAfter([...audio, ...failed]).status).toBe("failed");
  });

  test.each(["2026-09-21T14:14:22.000Z", "2026-09-21T14:13:30.000Z"])(
    "A08: a leg of Twilio's that was completed at %s stays so, although the conversation on it failed",
    (at) => {
      const failed = ofLeg({ status: "failed", analysis: null });
      for (const more of [[], audio]) {
        expect(callAfter([leg("completed", at), ...failed, ...more])).toMatchObject({
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
      const failed = ofLeg({ status: "failed", analysis: null, has_audio: false, ...data });
      expect(callAfter([[reason(type)], ...failed])).toMatchObject({ status: "busy", endReason: { code: "busy" } });
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

describe("A08: a leg that goes on without the agent", () => {
  const references = [{ provider: "twilio", id: "CA0123456789abcdef0123456789abcdef", kind: "leg" as const }];
  const passedOn: Members = {
    transcript: [
      { role: "agent", message: "I put you through.", time_in_call_secs: 0 },
      {
        role: "agent",
        message: null,
        time_in_call_secs: 60,
        tool_results: [{ type: "system", result: { result_type: "transfer_to_number_twilio_success" } }],
      },
    ],
    metadata: { termination_reason: "transfer_to_number tool was called", phone_call: { call_result: "answered" } },
  };
  const failed: Members = {
    status: "failed",
    analysis: null,
    metadata: { termination_reason: "", error: { code: 1011, reason: "internal" } },
  };
  const answered: readonly [CallEventDraft, string] = [
    {
      type: "call.answered",
      occurredAt: "2026-09-21T14:13:21.000Z",
      references,
      facts: { status: "in_progress", answeredAt: "2026-09-21T14:13:21.000Z" },
    },
    "twilio",
  ];
  const endedAt = "2026-09-21T14:25:20.000Z";
  const endOf = (status: CallStatus): readonly [CallEventDraft, string] => [
    {
      type: "call.ended",
      occurredAt: endedAt,
      references,
      facts: { status, endedAt, durationSeconds: 720, endReason: { code: "sip_200", raw: "200" } },
    },
    "twilio",
  ];
  const dialed: readonly [CallEventDraft, string] = [
    { type: "call.dialed", occurredAt: endedAt, references, facts: { status: "in_progress", outcome: "missed" } },
    "twilio",
  ];

  test.each<[title: string, data: Members]>([
    ["was passed on to a person", passedOn],
    ["failed", failed],
    [
      "failed before the analysis",
      { ...failed, status: "done", metadata: { error: { code: 1 }, call_duration_secs: 0 } },
    ],
  ])("ends as the carrier says, where the conversation on it %s", (_title, data) => {
    for (const status of ["completed", "failed"] as const) {
      const call = callAfter([answered, endOf(status), dialed, ...ofLeg(data)]);
      expect(call).toMatchObject({
        status,
        outcome: "missed",
        endedAt,
        durationSeconds: 720,
        endReason: { code: "sip_200" },
        agent: { id: "agent_1" },
        cost: { amount: "0.09" },
      });
      expect(call.transcript?.turns.length).toBeGreaterThan(0);
    }
  });

  test.each<[title: string, data: Members, end: object]>([
    ["was passed on to a person", passedOn, { status: "completed", outcome: "answered", endReason: { code: "other" } }],
    ["failed", failed, { status: "failed", outcome: "unknown", endReason: { code: "error_1011" } }],
  ])("ended with the conversation, where that %s and no carrier ever speaks", (_title, data, end) => {
    for (const more of [[], audio, [[detection("human")] as const]]) {
      expect(callAfter([...ofLeg(data), ...more])).toMatchObject({
        ...end,
        endedAt: "2026-09-21T14:14:21.000Z",
        durationSeconds: 61,
      });
    }
  });

  test.each(["twilio", "sip", "exotel"])("is known by the success of the transfer tool for %s", (carrier) => {
    const tool = (type: string): Members => ({
      transcript: [{ role: "agent", message: null, tool_results: [null, {}, { result: { result_type: type } }] }],
    });
    const typesOf = (data: Members) => ofLeg(data).map(([{ type }]) => type);
    expect(typesOf(tool(`transfer_to_number_${carrier}_success`))).toEqual(["call.ringing", "call.analyzed"]);
    for (const other of ["transfer_to_number_error", "transfer_to_agent_success", "end_call_success"]) {
      expect(typesOf(tool(other))).toEqual(["call.analyzed"]);
    }
  });

  test("is known by the use of the tool where the webhook is sent without turns", () => {
    const used = (transcript: unknown): Members => ({
      transcript,
      metadata: { features_usage: { transfer_to_number: { enabled: true, used: true } } },
    });
    for (const transcript of [undefined, null, []]) expect(ofLeg(used(transcript))).toHaveLength(2);
    // It may have failed, as the turns say.
    expect(ofLeg(used([{ role: "user", message: "Hello" }]))).toHaveLength(1);
  });

  test("is no matter where no carrier's leg is named", () => {
    expect(ofLeg({ ...passedOn, ...withoutPhone })).toHaveLength(1);
    expect(ofLeg({ ...failed, ...withoutPhone })).toHaveLength(1);
  });
});
