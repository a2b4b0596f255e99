import type { CallFacts } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { fixtureWith, type Members } from "./fixtures/index.ts";
import { changed, eventOf, factsOf, translate } from "./fixtures/translating.ts";

const conversation = { provider: "elevenlabs", id: "conv_1", kind: "session" };
const callSid = "CA0123456789abcdef0123456789abcdef";
const leg = { provider: "twilio", id: callSid, kind: "leg" };
const phone = (e164: string) => ({ e164, raw: e164 });

describe("a conversation", () => {
  test("W06 W08: post_call_transcription becomes one analyzed call", () => {
    expect(translate(fixtureWith("transcription.json"))).toEqual({
      kind: "post_call_transcription",
      events: [
        {
          type: "call.analyzed",
          occurredAt: "2026-09-21T14:15:00.000Z",
          references: [conversation, leg],
          facts: {
            status: "completed",
            outcome: null,
            direction: "inbound",
            from: phone("+14155550199"),
            to: phone("+14155550100"),
            startedAt: "2026-09-21T14:13:20.000Z",
            answeredAt: "2026-09-21T14:13:22.000Z",
            endedAt: "2026-09-21T14:14:21.000Z",
            durationSeconds: 61,
            endReason: { code: "remote_hangup", raw: "Call ended by remote party" },
            agent: { id: "agent_1", name: "Front desk", kind: "ai" },
            recordings: [
              {
                provider: "elevenlabs",
                id: "conv_1",
                state: "available",
                url: null,
                channels: null,
                durationSeconds: null,
                expiresAt: null,
              },
            ],
            transcript: {
              text: "Agent: Hello, how can I help?\nCustomer: Please call me back.",
              turns: [
                { role: "agent", text: "Hello, how can I help?", startSeconds: 0, endSeconds: null },
                { role: "customer", text: "Please call me back.", startSeconds: 4, endSeconds: null },
              ],
            },
            analysis: {
              title: "Callback request",
              summary: "Caller asked for a callback.",
              sentiment: null,
              successful: true,
              criteria: [{ id: "got_number", result: "success", rationale: "Number given" }],
              data: { callback_time: "tomorrow 10:00" },
            },
            conversion: { converted: true, reason: "call_successful" },
            cost: { amount: "0.09", currency: "USD" },
            metadata: { costCredits: 120 },
          },
        },
      ],
    });
  });

  test("an outbound call goes from the agent's number to the customer's", () => {
    const facts = factsOf({ metadata: { phone_call: { direction: "outbound" } } });
    expect(facts).toMatchObject({ direction: "outbound", from: phone("+14155550100"), to: phone("+14155550199") });
  });

  test("a number on a SIP trunk that is no E.164 keeps its writing", () => {
    expect(factsOf({ metadata: { phone_call: { type: "sip_trunking", agent_number: "2001" } } }).to).toEqual({
      e164: null,
      raw: "2001",
    });
  });

  test("trap 4: a conversation in a widget has no phone call; what the variables know is used", () => {
    const widget = { phone_call: null };
    expect(factsOf({ metadata: widget, conversation_initiation_client_data: null })).toMatchObject({
      direction: null,
      from: null,
      to: null,
    });
    const variables = { system__caller_id: "+14155550111", system__called_number: "+14155550122" };
    expect(
      factsOf({ metadata: widget, conversation_initiation_client_data: { dynamic_variables: variables } }),
    ).toMatchObject({ from: phone("+14155550111"), to: phone("+14155550122") });
  });

  test("a text message conversation takes its direction and numbers from the channel", () => {
    const sms = { direction: "inbound", agent_phone_number: "+14155550100", sms_user_phone_number: "+14155550188" };
    expect(factsOf({ metadata: { phone_call: null, sms } })).toMatchObject({
      direction: "inbound",
      from: phone("+14155550188"),
      to: phone("+14155550100"),
    });
    expect(factsOf({ metadata: { phone_call: null, whatsapp: { direction: "outbound" } } }).direction).toBe("outbound");
  });

  test.each<[title: string, metadata: unknown, variables: Members, references: unknown]>([
    ["a phone call of Twilio", { type: "twilio", call_sid: callSid }, {}, [conversation, leg]],
    ["a phone call without type", { type: undefined, call_sid: callSid }, {}, [conversation, leg]],
    ["a Twilio number on a SIP trunk", { type: "sip_trunking", call_sid: callSid }, {}, [conversation, leg]],
    ["only the variables", null, { system__call_sid: callSid }, [conversation, leg]],
    ["an Exotel call", { type: "exotel", call_sid: "7f3b0c2d" }, {}, [conversation]],
    ["an empty CallSid", { type: "twilio", call_sid: "" }, { system__call_sid: "" }, [conversation]],
    ["a placeholder", { type: "twilio", call_sid: "unknown" }, { system__call_sid: "none" }, [conversation]],
    ["a CallSid of the wrong type", { type: "twilio", call_sid: 7 }, { system__call_sid: 7 }, [conversation]],
    [
      "a SIP dialog",
      { type: "sip_trunking", call_sid: "SCL_1", call_id: "a84b4c76e667@192.0.2.7" },
      {},
      [conversation, { provider: "elevenlabs", id: "sip:a84b4c76e667@192.0.2.7", kind: "session" }],
    ],
    [
      "a SIP dialog without a plausible id",
      { type: "sip_trunking", call_sid: "SCL_1", call_id: "?" },
      {},
      [conversation],
    ],
  ])("A08: the call is joined with its carrier's by %s", (_title, phoneCall, variables, references) => {
    const dynamic_variables = { system__call_sid: undefined, ...variables };
    const data = { metadata: { phone_call: phoneCall }, conversation_initiation_client_data: { dynamic_variables } };
    expect(eventOf(changed("transcription.json", data)).references).toEqual(references);
  });

  test("a bare conversation of an unknown status states none", () => {
    const bare = { ...(fixtureWith("transcription.json")["data"] as Members), status: "archived" };
    expect(eventOf(bare)).toMatchObject({ type: "call.progressed", facts: { status: null, endedAt: null } });
  });

  const noVariables = { dynamic_variables: { system__call_sid: undefined } };
  const withoutPhone = { metadata: { phone_call: null }, conversation_initiation_client_data: noVariables };
  const unconnected = { ...withoutPhone, metadata: { phone_call: null, call_duration_secs: 0 } };

  test.each<[data: Members, type: string]>([
    [{}, "call.analyzed"],
    [{ analysis: null }, "call.analyzed"],
    // What was said; how the leg ended may be told otherwise.
    [{ status: "failed", analysis: null }, "call.analyzed"],
    [{ status: "failed", analysis: null, has_audio: false, metadata: { call_duration_secs: 0 } }, "call.analyzed"],
    [{ status: "failed", ...withoutPhone }, "call.analyzed"],
    [{ status: "failed", has_audio: false, ...unconnected }, "call.progressed"],
    [{ metadata: { phone_call: { call_result: "no_answer" } } }, "call.progressed"],
    [{ status: "processing" }, "call.progressed"],
    [{ status: "in-progress" }, "call.progressed"],
    [{ status: "initiated" }, "call.queued"],
  ])("the event's type says how far the call is (%#)", (data, type) => {
    expect(translate(changed("transcription.json", data)).events.at(-1)?.type).toBe(type);
  });

  test("A08: one that failed on a leg says how it ended apart from what was said in it", () => {
    const whole = eventOf(fixtureWith("transcription.json"));
    const { events } = translate(changed("transcription.json", { status: "failed" }));
    const { status: _status, outcome, endedAt, durationSeconds, endReason, ...said } = whole.facts;
    expect(events).toEqual([
      { ...whole, type: "call.ringing", facts: { status: "failed", outcome, endedAt, durationSeconds, endReason } },
      { ...whole, facts: said },
    ]);
  });

  test("a running conversation has no end and no length yet", () => {
    expect(factsOf({ status: "in-progress", metadata: { termination_reason: "x" } })).toMatchObject({
      endedAt: null,
      durationSeconds: null,
      endReason: null,
      startedAt: "2026-09-21T14:13:20.000Z",
    });
  });

  test.each<[title: string, metadata: Members, facts: CallFacts]>([
    [
      "fractions are rounded",
      { call_duration_secs: 60.6 },
      { durationSeconds: 61, endedAt: "2026-09-21T14:14:21.000Z" },
    ],
    ["a negative length is unknown", { call_duration_secs: -3 }, { durationSeconds: null, endedAt: null }],
    [
      "a start of zero is unknown",
      { start_time_unix_secs: 0 },
      { startedAt: null, endedAt: null, durationSeconds: 61 },
    ],
    ["an accepted time of null is unknown", { accepted_time_unix_secs: null }, { answeredAt: null }],
  ])("times and lengths: %s", (_title, metadata, facts) => {
    expect(factsOf({ metadata })).toMatchObject(facts);
  });

  test.each<[ending: unknown, error: unknown, endReason: unknown]>([
    ["", null, null],
    [null, null, null],
    ["Call ended by remote party", null, { code: "remote_hangup", raw: "Call ended by remote party" }],
    ["end_call tool was called.", null, { code: "agent_hangup", raw: "end_call tool was called." }],
    ["Client disconnected: 1005", null, { code: "client_disconnected", raw: "Client disconnected: 1005" }],
    ["Conversation exceeded max duration", null, { code: "max_duration", raw: "Conversation exceeded max duration" }],
    [
      "This request exceeds your quota limit",
      null,
      { code: "quota_exceeded", raw: "This request exceeds your quota limit" },
    ],
    ["Ended after silence", null, { code: "silence", raw: "Ended after silence" }],
    ["Something new", null, { code: "other", raw: "Something new" }],
    [
      "Missing required dynamic variables",
      { code: 1008, reason: "missing" },
      { code: "error_1008", raw: "Missing required dynamic variables" },
    ],
    ["", { code: 1008, reason: "missing" }, { code: "error_1008", raw: "missing" }],
    ["", { code: 1011, reason: null }, { code: "error_1011", raw: "1011" }],
  ])("the reason of the end is kept as written: %j %j", (termination_reason, error, endReason) => {
    expect(factsOf({ metadata: { termination_reason, error } }).endReason).toEqual(endReason);
  });

  test.each<[title: string, data: Members, recordings: unknown]>([
    ["without audio", { has_audio: false }, null],
    ["in an older payload", { has_audio: undefined }, null],
    ["with audio", {}, [{ state: "available", expiresAt: null, url: null }]],
    [
      "with audio that will be deleted",
      { metadata: { deletion_settings: { deletion_time_unix_secs: 1800000000, delete_audio: true } } },
      [{ state: "available", expiresAt: "2027-01-15T08:00:00.000Z" }],
    ],
    [
      "with audio that will stay",
      { metadata: { deletion_settings: { deletion_time_unix_secs: 1800000000, delete_audio: false } } },
      [{ state: "available", expiresAt: null }],
    ],
    [
      "with deleted audio",
      { has_audio: false, metadata: { deletion_settings: { deleted_audio_at_time_unix_secs: 1790000000 } } },
      [{ state: "expired" }],
    ],
  ])("A14 trap 17: the recording of a conversation %s", (_title, data, recordings) => {
    const facts = factsOf(data);
    if (recordings === null) expect(facts.recordings).toBeNull();
    else expect(facts.recordings).toMatchObject(recordings as object[]);
  });

  test.each<[title: string, metadata: Members, cost: unknown, kept: unknown]>([
    ["dollars", { cost_fiat: 6.78e-5 }, { amount: "0.0000678", currency: "USD" }, { costCredits: 120 }],
    ["credits alone", { cost_fiat: undefined, cost: 0.0 }, null, { costCredits: 0 }],
    ["nothing", { cost_fiat: null, cost: null }, null, null],
  ])("trap 13: cost is dollars only: %s", (_title, metadata, cost, kept) => {
    expect(factsOf({ metadata, conversation_initiation_client_data: null })).toMatchObject({ cost, metadata: kept });
  });

  test("trap 3: what the app handed over is metadata, without the system's own variables and secrets", () => {
    const facts = factsOf({
      user_id: null,
      metadata: { cost: null, batch_call: { batch_call_id: "btcal_1", batch_call_recipient_id: "rcp_1" } },
      conversation_initiation_client_data: {
        user_id: "crm-77",
        dynamic_variables: { name: "Ana", vip: true, tries: 2, gone: null, secret__token: "t0p", system__time: "now" },
      },
    });
    expect(facts.metadata).toEqual({
      dynamicVariables: { name: "Ana", vip: true, tries: 2 },
      userId: "crm-77",
      batchCallId: "btcal_1",
      batchCallRecipientId: "rcp_1",
    });
  });

  test("the OpenTelemetry format names the call and says that it is over", () => {
    expect(translate(fixtureWith("transcription-otel.json"))).toEqual({
      kind: "post_call_transcription_otel",
      events: [
        expect.objectContaining({
          type: "call.analyzed",
          references: [conversation],
          facts: expect.objectContaining({ status: "completed", transcript: null }),
        }),
      ],
    });
  });

  test("a bare conversation says the same of the call as the webhook, and ends when the call did", () => {
    const webhook = eventOf(fixtureWith("transcription.json"));
    const bare = eventOf(fixtureWith("transcription.json")["data"]);
    expect(bare).toEqual({ ...webhook, occurredAt: "2026-09-21T14:14:21.000Z" });
  });

  test("every envelope in a list is read", () => {
    const list = [fixtureWith("transcription.json"), fixtureWith("failure-twilio.json"), { type: "voice_removed" }];
    const { kind, events } = translate(list);
    expect(kind).toBe("post_call_transcription");
    expect(events.map((event) => event.type)).toEqual(["call.analyzed", "call.ended"]);
    expect(translate([])).toEqual({ kind: "empty", events: [] });
  });
});
