import { hexDigits, type SampleContext } from "../sample.ts";

export type Fields = { readonly [name: string]: unknown };

export const seconds = (context: SampleContext): number => Math.floor(context.startMs / 1000);
export const agentId = "agent_8801k2front0desk0000000000000";
export const agentName = "Front desk";
/** How long a conversation takes. Seconds. */
export const callSeconds = 61;
export const conversationId = (context: SampleContext): string => `conv_${hexDigits(context.key, 26)}`;

export const ids = (context: SampleContext): Fields => ({
  agent_id: agentId,
  conversation_id: conversationId(context),
});

export const envelope = (context: SampleContext, type: string, afterSeconds: number, data: Fields): Fields => ({
  type,
  event_timestamp: seconds(context) + afterSeconds,
  data: { ...ids(context), ...data },
});

/** One turn with everything that ElevenLabs puts around a message. */
export const turn = (role: "agent" | "user", message: string | null, at: number, extra: Fields = {}): Fields => ({
  role,
  agent_metadata:
    role === "agent" ? { agent_id: agentId, branch_id: null, workflow_node_id: null, version_id: null } : null,
  message,
  multivoice_message: null,
  tool_calls: [],
  tool_results: [],
  feedback: null,
  llm_override: null,
  time_in_call_secs: at,
  conversation_turn_metrics:
    role === "agent"
      ? {
          metrics: {
            convai_llm_service_ttfb: { elapsed_time: 0.4211 },
            convai_llm_service_ttf_sentence: { elapsed_time: 0.6127 },
            convai_tts_service_ttfb: { elapsed_time: 0.1894 },
          },
        }
      : { metrics: { convai_asr_trailing_service_latency: { elapsed_time: 0.0731 } } },
  rag_retrieval_info: null,
  llm_usage:
    role === "agent"
      ? {
          model_usage: {
            "gemini-2.5-flash": {
              input: { tokens: 812, price: 0.00024 },
              input_cache_read: { tokens: 0, price: 0 },
              output_total: { tokens: 31, price: 6.78e-5 },
            },
          },
        }
      : null,
  interrupted: false,
  original_message: null,
  source_medium: "audio",
  ...extra,
});

export const systemTool = (name: string, resultType: string): Fields => ({
  tool_calls: [
    {
      type: "system",
      request_id: `${name}_7f2c`,
      tool_name: name,
      params_as_json: '{"reason": "done"}',
      tool_has_been_called: true,
      tool_details: null,
    },
  ],
  tool_results: [
    {
      request_id: `${name}_7f2c`,
      tool_name: name,
      result_value: '{"status":"success"}',
      is_error: false,
      tool_has_been_called: true,
      tool_latency_secs: 0.0004,
      dynamic_variable_updates: [],
      type: "system",
      result: { result_type: resultType, status: "success", reason: null },
    },
  ],
});

export const phoneCall = (context: SampleContext): Fields => ({
  type: "twilio",
  direction: "inbound",
  phone_number_id: "phnum_4301k2main0line000000000000",
  agent_number: context.to,
  external_number: context.from,
  stream_sid: `MZ${hexDigits(context.key, 32)}`,
  call_sid: context.callSid,
});

export const metadata = (context: SampleContext, extra: Fields = {}): Fields => ({
  start_time_unix_secs: seconds(context),
  accepted_time_unix_secs: seconds(context) + 2,
  call_duration_secs: callSeconds,
  queue_wait_secs: 0.0,
  cost: 412,
  cost_fiat: 0.0931,
  deletion_settings: {
    deletion_time_unix_secs: null,
    deleted_logs_at_time_unix_secs: null,
    deleted_audio_at_time_unix_secs: null,
    deleted_transcript_at_time_unix_secs: null,
    delete_transcript_and_pii: true,
    delete_audio: true,
  },
  feedback: { type: null, overall_score: null, likes: 0, dislikes: 0, rating: null, comment: null },
  authorization_method: "authorization_header",
  charging: {
    dev_discount: false,
    is_burst: false,
    tier: "pro",
    llm_usage: { irreversible_generation: { model_usage: {} }, initiated_generation: { model_usage: {} } },
    llm_price: 0.0021,
    llm_charge: 9,
    call_charge: 403,
    free_minutes_consumed: 0,
    free_llm_dollars_consumed: 0,
  },
  phone_call: phoneCall(context),
  batch_call: null,
  termination_reason: "Call ended by remote party",
  error: null,
  warnings: [],
  main_language: "en",
  rag_usage: null,
  text_only: false,
  features_usage: {
    language_detection: { enabled: false, used: false },
    transfer_to_agent: { enabled: false, used: false },
    transfer_to_number: { enabled: true, used: false },
    voicemail_detection: { enabled: true, used: false },
    is_livekit: false,
  },
  conversation_initiation_source: "twilio",
  conversation_initiation_source_version: null,
  initiator_id: null,
  timezone: "America/Los_Angeles",
  initiation_trigger: { trigger_type: "default" },
  ...extra,
});

const analysis: Fields = {
  evaluation_criteria_results: {
    got_number: {
      criteria_id: "got_number",
      result: "success",
      rationale: "The caller confirmed the number they called from.",
    },
    stayed_polite: { criteria_id: "stayed_polite", result: "unknown", rationale: "Nothing tested it." },
  },
  data_collection_results: {
    callback_time: {
      data_collection_id: "callback_time",
      value: "tomorrow 10:00",
      json_schema: { type: "string", description: "When to call back" },
      rationale: "The caller said so.",
    },
    party_size: { data_collection_id: "party_size", value: 4, json_schema: { type: "integer" }, rationale: "Said." },
    allergies: {
      data_collection_id: "allergies",
      value: null,
      json_schema: { type: "string" },
      rationale: "Not said.",
    },
  },
  call_successful: "success",
  call_success_score: null,
  transcript_summary: "The caller asked for a table for four and for a callback tomorrow at ten.",
  call_summary_title: "Callback request",
};

const transcript: readonly Fields[] = [
  turn("agent", "Hello, this is the front desk. How can I help?", 0),
  turn("user", "Hi, I would like a table for four on Friday — for Núñez.", 4),
  turn("agent", "Of course. May I call you back on this number tomorrow?", 11),
  turn("user", "Yes, at ten please. Grüße 📞", 17),
  turn("agent", null, 21, systemTool("end_call", "end_call_success")),
];

export const conversation = (context: SampleContext, extra: Fields = {}): Fields => ({
  ...ids(context),
  agent_name: agentName,
  status: "done",
  user_id: "crm-77",
  branch_id: null,
  version_id: null,
  environment: "production",
  transcript,
  metadata: metadata(context),
  analysis,
  conversation_initiation_client_data: {
    conversation_config_override: { agent: null, tts: null, conversation: null },
    custom_llm_extra_body: {},
    user_id: "crm-77",
    source_info: { source: null, version: null },
    dynamic_variables: {
      customer_name: "Ana Núñez",
      is_vip: true,
      system__agent_id: agentId,
      system__call_sid: context.callSid,
      system__caller_id: context.from,
      system__called_number: context.to,
      system__conversation_id: conversationId(context),
      system__time_utc: new Date(context.startMs).toISOString(),
    },
  },
  has_audio: true,
  has_user_audio: true,
  has_response_audio: true,
  ...extra,
});

export const transcription = (context: SampleContext, extra: Fields = {}): Fields =>
  envelope(context, "post_call_transcription", 75, conversation(context, extra));

/** A second of silence as MP3 frames, repeated: the vendor sends the whole call. */
export const audio = (context: SampleContext, frames = 200): Fields =>
  envelope(context, "post_call_audio", 77, {
    full_audio: `//uQxAAA${"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".repeat(frames)}`,
  });

export const initiation = (context: SampleContext, extra: Fields = {}): Fields => ({
  caller_id: context.from,
  agent_id: agentId,
  called_number: context.to,
  call_sid: context.callSid,
  conversation_id: conversationId(context),
  ...extra,
});

export const twilioFailure = (context: SampleContext, reason: string, callStatus: string): Fields =>
  envelope(context, "call_initiation_failure", 31, {
    failure_reason: reason,
    metadata: {
      type: "twilio",
      body: {
        AccountSid: `AC${hexDigits("5a3c", 32)}`,
        ApiVersion: "2010-04-01",
        CallbackSource: "call-progress-events",
        CallDuration: "0",
        CallSid: context.callSid,
        CallStatus: callStatus,
        Called: context.from,
        CalledCountry: "US",
        Caller: context.to,
        CallerCountry: "US",
        Direction: "outbound-api",
        Duration: "0",
        From: context.to,
        SequenceNumber: "2",
        SipResponseCode: "487",
        Timestamp: new Date(context.startMs + 30_000).toUTCString().replace("GMT", "+0000"),
        To: context.from,
      },
    },
  });

export const sipFailure = (context: SampleContext, code: number, number: string | number = context.from): Fields =>
  envelope(context, "call_initiation_failure", 12, {
    failure_reason: "unknown",
    metadata: {
      type: "sip",
      body: {
        from_number: context.to,
        to_number: number,
        sip_status_code: code,
        error_reason: `INVITE failed: sip status: ${code}`,
        call_sid: `SCL_${hexDigits(context.key, 12)}`,
        twirp_code: "unavailable",
        sip_status: String(code),
      },
    },
  });

/** What it says where the legacy flat shape is used: an invention of older integrations, kept working. */
export const legacy = (context: SampleContext): Fields => ({
  event: "conversation.ended",
  ...ids(context),
  start_time_unix_secs: seconds(context),
  call_duration_secs: callSeconds,
  call_successful: "success",
  phone_number: context.to,
  caller_phone: context.from,
});
