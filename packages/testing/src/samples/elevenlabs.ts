import { hexDigits, sampleContext, type SampleOptions, type SampleRequest } from "../sample.ts";
import {
  seconds,
  conversationId,
  ids,
  envelope,
  turn,
  systemTool,
  phoneCall,
  metadata,
  conversation,
  transcription,
  audio,
  initiation,
  twilioFailure,
  sipFailure,
  legacy,
  type Fields,
} from "./elevenlabs-payloads.ts";

const raw = (name: string, body: string, mapped = true, path = "elevenlabs"): SampleRequest => ({
  provider: "elevenlabs",
  name,
  path,
  method: "POST",
  query: "",
  contentType: "application/json",
  body,
  mapped,
});

const json = (name: string, value: unknown, mapped = true): SampleRequest => raw(name, JSON.stringify(value), mapped);

/** As ElevenLabs writes JSON: blanks after commas and colons, and nothing but ASCII. */
function writtenByPython(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writtenByPython).join(", ")}]`;
  if (typeof value !== "object" || value === null) {
    return JSON.stringify(value).replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
  const members = Object.entries(value).map(([name, member]) => `${writtenByPython(name)}: ${writtenByPython(member)}`);
  return `{${members.join(", ")}}`;
}

const python = (name: string, value: unknown, mapped = true): SampleRequest =>
  raw(name, writtenByPython(value), mapped);

/**
 * One inbound call on a Twilio number, as the post-call webhook tells of it: the machine detection's verdict, the
 * conversation, its audio, and the conversation again as a legacy integration sends it.
 */
export function elevenlabsLife(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    json("answering_machine_detection", envelope(context, "answering_machine_detection", 6, { answered_by: "human" })),
    json("conversation.ended", legacy(context)),
    python("post_call_transcription", transcription(context)),
    python("post_call_audio", audio(context)),
  ];
}

/** The question before a call; needs a provider that has `initiation` configured. */
export function elevenlabsInitiationSample(options?: SampleOptions): SampleRequest {
  const body = JSON.stringify(initiation(sampleContext(options)));
  return raw("conversation_initiation", body, true, "elevenlabs/initiation");
}

/** Every kind and shape that is known to reach the post-call webhook. */
export function elevenlabsSamples(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  const sip = (extra: Fields = {}): Fields => ({
    type: "sip_trunking",
    direction: "inbound",
    phone_number_id: "phnum_4301k2trunk00000000000000",
    agent_number: "2001",
    external_number: context.from,
    call_sid: `SCL_${hexDigits(context.key, 12)}`,
    call_id: `${hexDigits(context.key, 16)}@192.0.2.7`,
    sip_header_dynamic_variables: { sip_contact_id: "77" },
    ...extra,
  });
  const outbound = { ...phoneCall(context), direction: "outbound", agent_number: context.to };
  return [
    ...elevenlabsLife(options),
    json("post_call_transcription, compact", transcription(context)),
    json("post_call_transcription by text time", {
      ...transcription(context),
      event_timestamp: String(seconds(context)),
    }),
    json(
      "post_call_transcription, outbound",
      transcription(context, { metadata: metadata(context, { phone_call: outbound }) }),
    ),
    json(
      "post_call_transcription, voicemail",
      transcription(context, {
        transcript: [
          turn("user", "You have reached the mailbox of", 0),
          turn("agent", null, 3, systemTool("voicemail_detection", "voicemail_detection_success")),
        ],
        metadata: metadata(context, {
          phone_call: outbound,
          termination_reason: "voicemail_detection tool was called.",
        }),
      }),
    ),
    json(
      "post_call_transcription with call_result",
      transcription(context, {
        metadata: metadata(context, { phone_call: { ...outbound, call_result: "no_answer" }, call_duration_secs: 0 }),
      }),
    ),
    json(
      "post_call_transcription, sip",
      transcription(context, { metadata: metadata(context, { phone_call: sip() }) }),
    ),
    json(
      "post_call_transcription, exotel",
      transcription(context, {
        metadata: metadata(context, { phone_call: { ...phoneCall(context), type: "exotel", call_sid: "7f3b0c2d" } }),
        conversation_initiation_client_data: null,
      }),
    ),
    json(
      "post_call_transcription of a widget",
      transcription(context, {
        metadata: metadata(context, { phone_call: null, conversation_initiation_source: "widget" }),
        conversation_initiation_client_data: { dynamic_variables: {} },
      }),
    ),
    json(
      "post_call_transcription, failed",
      transcription(context, {
        status: "failed",
        transcript: [],
        analysis: null,
        has_audio: false,
        metadata: metadata(context, {
          call_duration_secs: 0,
          termination_reason: "Missing required dynamic variables in first message",
          error: { code: 1008, reason: "Missing required dynamic variables in first message" },
        }),
      }),
    ),
    json("post_call_transcription without transcript", transcription(context, { transcript: undefined })),
    json(
      "post_call_transcription of an older account",
      transcription(context, {
        transcript: [{ role: "agent", message: "Hello", tool_calls: null, tool_results: null, time_in_call_secs: 0.0 }],
        analysis: null,
      }),
    ),
    json("post_call_transcription, sparse", envelope(context, "post_call_transcription", 75, { status: "done" })),
    json(
      "post_call_transcription_otel",
      envelope(context, "post_call_transcription_otel", 75, {
        otlp_traces: {
          resourceSpans: [
            {
              resource: {
                attributes: [
                  { key: "service.name", value: { stringValue: "elevenlabs-convai" } },
                  { key: "elevenlabs.conversation_id", value: { stringValue: conversationId(context) } },
                ],
              },
              scopeSpans: [{ scope: { name: "elevenlabs.convai" }, spans: [] }],
            },
          ],
        },
      }),
    ),
    json("unredacted_transcript", envelope(context, "unredacted_transcript", 76, conversation(context))),
    json("unredacted_audio", envelope(context, "unredacted_audio", 78, { full_audio: "//uQxAAA" })),
    json("call_initiation_failure, busy", twilioFailure(context, "busy", "busy")),
    json("call_initiation_failure, no-answer", twilioFailure(context, "no-answer", "no-answer")),
    json("call_initiation_failure, unknown", twilioFailure(context, "unknown", "failed")),
    json("call_initiation_failure, sip", sipFailure(context, 603)),
    json("call_initiation_failure, sip by number", sipFailure(context, 486, 14155550199)),
    json(
      "answering_machine_detection by CallSid",
      envelope(context, "answering_machine_detection", 6, { CallSid: context.callSid, AnsweredBy: "machine_end_beep" }),
    ),
    json("a list of one", [transcription(context)]),
    json("an envelope without type", { data: conversation(context) }),
    json("an envelope without type, audio", { data: { ...ids(context), full_audio: "//uQxAAA" } }),
    json("an envelope without type, failure", { data: { ...ids(context), failure_reason: "busy" } }),
    json("a bare conversation", conversation(context)),
    json(
      "a bare conversation, running",
      conversation(context, { status: "in-progress", analysis: null, has_audio: false }),
    ),
    json("an item of the list", {
      ...ids(context),
      agent_name: "Front desk",
      start_time_unix_secs: seconds(context),
      call_duration_secs: 61,
      message_count: 9,
      status: "done",
      call_successful: "success",
      direction: "inbound",
      termination_reason: "",
    }),
    json("conversation.started", { ...legacy(context), event: "conversation.started" }, false),
    json(
      "answering_machine_detection of nobody",
      { type: "answering_machine_detection", data: { result: "human" } },
      false,
    ),
    json(
      "voice_removal_notice",
      { type: "voice_removal_notice", event_timestamp: seconds(context), data: { voice_id: "voice_1", days: 30 } },
      false,
    ),
    json(
      "speech_to_text_transcription",
      {
        type: "speech_to_text_transcription",
        event_timestamp: seconds(context),
        data: { request_id: "r1", text: "…" },
      },
      false,
    ),
    json("a kind from the future", envelope(context, "post_call_hologram", 80, { hologram: [] }), false),
    json("an object of no known shape", { hello: "world" }, false),
    json("post_call_transcription in Unicode", transcription(context, { agent_name: "Grüße 📞 Büro" })),
  ];
}
