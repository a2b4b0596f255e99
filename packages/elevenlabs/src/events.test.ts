import { describe, expect, test } from "vitest";
import { fixtureBytes, fixtureWith, type Members } from "./fixtures/index.ts";
import { toTranslation } from "./events.ts";
import { readPayloads } from "./payload.ts";
import { changed, eventOf, failureOf, translate } from "./fixtures/translating.ts";

const conversation = { provider: "elevenlabs", id: "conv_1", kind: "session" };
const callSid = "CA0123456789abcdef0123456789abcdef";
const leg = { provider: "twilio", id: callSid, kind: "leg" };
const phone = (e164: string) => ({ e164, raw: e164 });

describe("the small events", () => {
  test("A14: post_call_audio states a recording and carries no sound", () => {
    const { kind, events } = translate(fixtureWith("audio.json"));
    expect(kind).toBe("post_call_audio");
    expect(events).toEqual([
      {
        // Below whatever says how the call went, or that it goes on.
        type: "call.queued",
        occurredAt: "2026-09-21T14:15:02.000Z",
        references: [conversation],
        facts: { status: "completed" },
      },
      {
        type: "call.recorded",
        occurredAt: "2026-09-21T14:15:02.000Z",
        references: [conversation],
        facts: {
          agent: { id: "agent_1", name: null, kind: "ai" },
          recordings: [expect.objectContaining({ id: "conv_1", state: "available", url: null })],
        },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain("//uQ");
  });

  test("call_initiation_failure on Twilio is an outbound call that nobody took", () => {
    expect(translate(fixtureWith("failure-twilio.json"))).toEqual({
      kind: "call_initiation_failure",
      events: [
        {
          type: "call.ended",
          occurredAt: "2026-09-21T14:16:40.000Z",
          references: [
            { ...conversation, id: "conv_2" },
            { ...leg, id: "CA0123456789abcdef0123456789abcd00" },
          ],
          facts: {
            status: "no_answer",
            direction: "outbound",
            from: phone("+14155550100"),
            to: phone("+14155550199"),
            endedAt: "2026-11-20T10:00:00.000Z",
            durationSeconds: 0,
            endReason: { code: "no_answer", raw: "no-answer" },
            agent: { id: "agent_1", name: null, kind: "ai" },
          },
        },
      ],
    });
  });

  test("a failure on a SIP trunk names numbers as text or as numbers", () => {
    expect(failureOf({}, "failure-sip.json")).toMatchObject({
      from: phone("+14155550100"),
      to: { e164: null, raw: "14155550199" },
      endReason: { code: "sip_603", raw: "Decline" },
      endedAt: "2026-09-21T14:18:20.000Z",
    });
  });

  const detection = (data: Members) => ({ type: "answering_machine_detection", event_timestamp: 1790000006, data });

  test.each<[verdict: string, answeredBy: string, outcome: string | null]>([
    ["human", "human", null],
    ["machine_start", "machine", null],
    ["machine_end_beep", "machine", "voicemail"],
    ["machine_end_silence", "machine", "voicemail"],
    ["machine_end_other", "machine", "voicemail"],
    ["fax", "fax", null],
    ["unknown", "unknown", null],
    ["hologram", "unknown", null],
  ])("E02: the machine detection's verdict %s", (verdict, answeredBy, outcome) => {
    for (const name of ["answered_by", "AnsweredBy", "result", "verdict"]) {
      expect(eventOf(detection({ conversation_id: "conv_1", [name]: verdict }))).toEqual({
        type: "call.progressed",
        occurredAt: "2026-09-21T14:13:26.000Z",
        references: [conversation],
        facts: { status: "in_progress", agent: null, answeredBy, outcome },
      });
    }
  });

  test("the machine detection is joined by either name of the CallSid, and kept without any", () => {
    expect(eventOf(detection({ CallSid: callSid, result: "human" })).references).toEqual([leg]);
    expect(eventOf(detection({ call_sid: callSid, result: "human" })).references).toEqual([leg]);
    for (const data of [{}, { result: "human" }, { conversation_id: "conv_1" }, { conversation_id: 7, result: {} }]) {
      expect(translate(detection(data)).events).toEqual([]);
    }
    expect(translate({ type: "answering_machine_detection" }).events).toEqual([]);
  });

  test("W15 E08: the legacy conversation.ended is a completed call with a verdict", () => {
    const { kind, events } = toTranslation(readPayloads(fixtureBytes("el-4.txt")));
    expect(kind).toBe("conversation.ended");
    expect(events).toEqual([
      {
        type: "call.ended",
        occurredAt: "2026-09-21T14:14:21.000Z",
        references: [{ ...conversation, id: "conv_4" }],
        facts: expect.objectContaining({
          status: "completed",
          // Nothing says which way it went.
          direction: null,
          from: phone("+14155550199"),
          to: phone("+14155550100"),
          startedAt: "2026-09-21T14:13:20.000Z",
          endedAt: "2026-09-21T14:14:21.000Z",
          durationSeconds: 61,
          analysis: expect.objectContaining({ successful: true }),
          conversion: { converted: true, reason: "call_successful" },
        }),
      },
    ]);
  });

  test("A07: an item of the API's list is a call without numbers", () => {
    const item = {
      conversation_id: "conv_1",
      agent_id: "agent_1",
      start_time_unix_secs: 1790000000,
      call_duration_secs: 61,
      status: "done",
      call_successful: "failure",
      direction: "inbound",
      termination_reason: "",
    };
    expect(eventOf(item)).toMatchObject({
      type: "call.queued",
      references: [conversation],
      facts: { status: "completed", direction: "inbound", from: null, to: null, analysis: { successful: false } },
    });
  });

  test.each(["transcription.json", "audio.json", "failure-twilio.json"] as const)(
    "S06: %s without any name of the call cannot be read",
    (name) => {
      const nameless = { conversation_id: undefined, metadata: null, conversation_initiation_client_data: null };
      expect(() => translate(changed(name, nameless))).toThrow(expect.objectContaining({ code: "payload_invalid" }));
    },
  );

  test.each(["voice_removal_notice", "voice_removed", "agent_qa", "flows", "post_call_video"])(
    "%s is kept and says nothing of a call",
    (type) => {
      expect(translate({ type, event_timestamp: 1, data: { conversation_id: "conv_1" } })).toEqual({
        kind: type,
        events: [],
      });
    },
  );
});
