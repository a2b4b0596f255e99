import { isoFromSeconds, isoFromText, parseJson, PayloadError } from "@offhook/core";
import { anything, flag, members, number, object, text, textOrNumber } from "./lenient.ts";

// https://elevenlabs.io/docs/api-reference/conversations/get
const analysis = object({
  call_successful: text,
  transcript_summary: text,
  call_summary_title: text,
  evaluation_criteria_results: anything,
  evaluation_criteria_results_list: anything,
  data_collection_results: anything,
  data_collection_results_list: anything,
});

const metadata = object({
  start_time_unix_secs: number,
  accepted_time_unix_secs: number,
  call_duration_secs: number,
  // Credits, and dollars.
  cost: number,
  cost_fiat: number,
  termination_reason: text,
  error: object({ code: number, reason: text }),
  phone_call: object({
    type: text,
    direction: text,
    agent_number: text,
    external_number: text,
    call_result: text,
    call_sid: text,
    call_id: text,
  }),
  sms: object({ direction: text, agent_phone_number: text, sms_user_phone_number: text }),
  whatsapp: object({ direction: text }),
  batch_call: object({ batch_call_id: text, batch_call_recipient_id: text }),
  features_usage: object({ voicemail_detection: object({ used: flag }), transfer_to_number: object({ used: flag }) }),
  deletion_settings: object({
    deletion_time_unix_secs: number,
    deleted_audio_at_time_unix_secs: number,
    delete_audio: flag,
  }),
});

/** The webhook's `data`, and the API's answer for one conversation. */
export const conversationMembers = {
  conversation_id: text,
  agent_id: text,
  agent_name: text,
  user_id: text,
  status: text,
  transcript: anything,
  metadata,
  analysis,
  conversation_initiation_client_data: object({ dynamic_variables: anything, user_id: text }),
  has_audio: flag,
};

/** What the list of conversations and the legacy `conversation.ended` have in common: everything on one level. */
export const flatMembers = {
  conversation_id: text,
  agent_id: text,
  agent_name: text,
  status: text,
  direction: text,
  start_time_unix_secs: number,
  call_duration_secs: number,
  termination_reason: text,
  call_successful: text,
  transcript_summary: text,
  call_summary_title: text,
  evaluation_criteria_results: anything,
  evaluation_criteria_results_list: anything,
  data_collection_results: anything,
  data_collection_results_list: anything,
  phone_number: text,
  caller_phone: text,
};

const readAudio = members({ conversation_id: text, agent_id: text });

const readFailure = members({
  conversation_id: text,
  agent_id: text,
  failure_reason: text,
  metadata: object({
    // Twilio's status callback, or what the SIP trunk said.
    body: object({
      CallSid: text,
      CallStatus: text,
      From: text,
      To: text,
      Timestamp: text,
      call_sid: text,
      from_number: textOrNumber,
      to_number: textOrNumber,
      sip_status_code: textOrNumber,
      error_reason: text,
    }),
  }),
});

// Undocumented: the names that public code expects.
const readMachineDetection = members({
  conversation_id: text,
  agent_id: text,
  call_sid: text,
  CallSid: text,
  answered_by: text,
  AnsweredBy: text,
  result: text,
  verdict: text,
});

const readRequest = members({
  caller_id: text,
  called_number: text,
  agent_id: text,
  call_sid: text,
  conversation_id: text,
  call_id: text,
});

const readConversation = members(conversationMembers);
const readFlat = members(flatMembers);

export type Conversation = ReturnType<typeof readConversation>;
export type FlatConversation = ReturnType<typeof readFlat>;
export type Audio = ReturnType<typeof readAudio>;
export type InitiationFailure = ReturnType<typeof readFailure>;
export type MachineDetection = ReturnType<typeof readMachineDetection>;
export type InitiationRequest = ReturnType<typeof readRequest>;

/** What one message holds. `kind` is the vendor's name of it, `at` the vendor's time, ISO-8601. */
export type ElevenLabsPayload = { readonly kind: string; readonly at: string | null } & (
  | { readonly shape: "conversation"; readonly data: Conversation; readonly afterCall: boolean }
  | { readonly shape: "flat"; readonly data: FlatConversation; readonly afterCall: boolean }
  | { readonly shape: "audio"; readonly data: Audio }
  | { readonly shape: "failure"; readonly data: InitiationFailure }
  | { readonly shape: "machine-detection"; readonly data: MachineDetection }
  | { readonly shape: "kept" }
);

/**
 * Reads the body of a post-call webhook: the official envelope, a list of them, and the shapes that automation tools
 * and older integrations send.
 *
 * @throws PayloadError `payload_invalid` for what is not JSON, or no object.
 */
export function readPayloads(body: Uint8Array): readonly ElevenLabsPayload[] {
  const json = parseJson(body);
  return Array.isArray(json) ? json.map(readPayload) : [readPayload(json)];
}

/** @throws PayloadError `payload_invalid` for what is not a JSON object. */
export function readInitiation(body: Uint8Array): InitiationRequest {
  const json = parseJson(body);
  if (!isRecord(json)) throw notAnObject();
  return readRequest(json);
}

export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notAnObject(): PayloadError {
  return new PayloadError("payload_invalid", "ElevenLabs body: expected a JSON object, got something else");
}

/** Tells the shapes apart; the first that fits. Records of the API are bare conversations. */
function readPayload(json: unknown): ElevenLabsPayload {
  if (!isRecord(json)) throw notAnObject();
  const { type, event, data } = json;
  if (typeof type === "string") return readEnvelope(type, json);
  if (typeof event === "string" && event.startsWith("conversation.")) {
    const kind = nameOf(event);
    if (event !== "conversation.ended") return { kind, at: null, shape: "kept" };
    return { kind, at: null, shape: "flat", data: readFlat(json), afterCall: true };
  }
  if (isRecord(data) && typeof data["conversation_id"] === "string") {
    if ("full_audio" in data) return readEnvelope("post_call_audio", json);
    if ("failure_reason" in data) return readEnvelope("call_initiation_failure", json);
    return readEnvelope("post_call_transcription", json);
  }
  if (typeof json["conversation_id"] === "string") {
    if (isRecord(json["metadata"])) {
      const conversation = readConversation(json);
      return { kind: "conversation", at: null, shape: "conversation", data: conversation, afterCall: false };
    }
    if (typeof json["status"] === "string" && typeof json["start_time_unix_secs"] === "number") {
      const conversation = readFlat(json);
      return { kind: "conversation_summary", at: null, shape: "flat", data: conversation, afterCall: false };
    }
  }
  if ("caller_id" in json && "called_number" in json && "agent_id" in json) {
    throw new PayloadError(
      "payload_invalid",
      "ElevenLabs: an initiation request came to the address of the post-call webhook: expected it at elevenlabs/initiation, see elevenlabs({ initiation })",
    );
  }
  return { kind: "unknown", at: null, shape: "kept" };
}

type EnvelopeShape = "transcription" | "audio" | "failure" | "machine-detection";

// The names on the wire, and those of the settings where no other name is documented.
// https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks
const envelopeShapes: { readonly [type: string]: EnvelopeShape } = {
  post_call_transcription: "transcription",
  // https://elevenlabs.io/docs/eleven-agents/customization/opentelemetry-traces
  post_call_transcription_otel: "transcription",
  unredacted_transcript: "transcription",
  post_call_audio: "audio",
  unredacted_audio: "audio",
  call_initiation_failure: "failure",
  answering_machine_detection: "machine-detection",
};

function readEnvelope(type: string, json: { readonly [name: string]: unknown }): ElevenLabsPayload {
  const kind = nameOf(type);
  const at = timeOf(json["event_timestamp"]);
  const shape = Object.hasOwn(envelopeShapes, type) ? envelopeShapes[type] : undefined;
  // Workspaces also tell of voices, transcriptions and tests, which say nothing of calls.
  if (shape === undefined) return { kind, at, shape: "kept" };
  const { data } = json;
  if (!isRecord(data)) {
    if (shape === "machine-detection") return { kind, at, shape: "kept" };
    throw new PayloadError("payload_invalid", `ElevenLabs ${kind}: expected an object "data", got none`);
  }
  switch (shape) {
    case "transcription":
      return { kind, at, shape: "conversation", data: readConversation(data), afterCall: true };
    case "audio":
      return { kind, at, shape, data: readAudio(data) };
    case "failure":
      return { kind, at, shape, data: readFailure(data) };
    case "machine-detection":
      return { kind, at, shape, data: readMachineDetection(data) };
  }
}

const plainName = /^[\w.:-]{1,100}$/;
const nameOf = (type: string): string => (plainName.test(type) ? type : "unknown");

const seconds = /^\d{1,12}(?:\.\d+)?$/;

/** Seconds, which the vendor's pages call a string and its samples send as a number. */
function timeOf(timestamp: unknown): string | null {
  if (typeof timestamp === "number") return isoFromSeconds(timestamp);
  if (typeof timestamp !== "string") return null;
  return seconds.test(timestamp) ? isoFromSeconds(Number(timestamp)) : isoFromText(timestamp);
}
