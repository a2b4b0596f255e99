import {
  isoFromMs,
  parseJson,
  PayloadError,
  payloadReaders,
  type JsonValue,
  type VerifiedDelivery,
} from "@offhook/core";

/** A webhook of Retell, told apart by its event. https://docs.retellai.com/features/webhook-overview */
export type RetellPayload =
  | { readonly kind: "call"; readonly event: CallEventName; readonly call: RetellCall; readonly sentAt: string | null }
  | {
      readonly kind: "call-inbound";
      readonly event: string;
      readonly inbound: RetellInbound;
      readonly sentAt: string | null;
    }
  /** Chats, alerts, and what Retell adds one day. */
  | { readonly kind: "other"; readonly event: string };

/** What Retell left out, or wrote in another type than documented, is null or missing. @inline */
export type Lenient<Members> = { readonly [Name in keyof Members]?: Members[Name] | null | undefined };

/** A call, with what Offhook reads of it. https://docs.retellai.com/api-references/get-call */
export interface RetellCall extends Lenient<{
  /** `phone_call` or `web_call`. */
  call_type: string;
  /** `registered`, `not_connected`, `ongoing`, `ended` or `error`. */
  call_status: string;
  agent_id: string;
  agent_name: string;
  /** E.164. Calls in the browser have no numbers and no direction. */
  from_number: string;
  to_number: string;
  /** `inbound` or `outbound`. */
  direction: string;
  /** The carrier's name of the call. */
  telephony_identifier: Lenient<{ twilio_call_sid: string }>;
  /** Milliseconds since 1970, as are the next two. */
  start_timestamp: number;
  end_timestamp: number;
  transfer_end_timestamp: number;
  /** Milliseconds of talk. */
  duration_ms: number;
  disconnection_reason: string;
  /** A line for each turn, after `Agent: ` or `User: `. */
  transcript: string;
  /** The mix of both parties. */
  recording_url: string;
  /** One party per channel. */
  recording_multi_channel_url: string;
  /** With personal data removed, as is the next. */
  scrubbed_recording_url: string;
  scrubbed_recording_multi_channel_url: string;
  /** Whether addresses of recordings are signed, and so expire. */
  opt_in_signed_url: boolean;
  /** `everything`, `everything_except_pii` or `basic_attributes_only`. */
  data_storage_setting: string;
  /** Of payloads from before there was a `data_storage_setting`. */
  opt_out_sensitive_data_storage: boolean;
  /** US cents, with a fraction. */
  call_cost: Lenient<{ combined_cost: number }>;
  call_analysis: Lenient<{
    call_summary: string;
    in_voicemail: boolean;
    /** `Negative`, `Positive`, `Neutral` or `Unknown`. */
    user_sentiment: string;
    call_successful: boolean;
  }> & {
    /** By the names that the settings of the agent give. */
    readonly custom_analysis_data?: unknown;
  };
}> {
  readonly call_id: string;
  // As the app, or its agent, gave them.
  readonly metadata?: unknown;
  readonly retell_llm_dynamic_variables?: unknown;
  readonly collected_dynamic_variables?: unknown;
  /** The turns, with the times of their words in seconds, as they were sent. */
  readonly transcript_object?: unknown;
}

const callEvents = [
  "call_started",
  "call_ended",
  "call_analyzed",
  "transcript_updated",
  "transfer_started",
  "transfer_bridged",
  "transfer_cancelled",
  "transfer_ended",
] as const;
export type CallEventName = (typeof callEvents)[number];
const callEventNames: ReadonlySet<string> = new Set(callEvents);
const isCallEvent = (event: string): event is CallEventName => callEventNames.has(event);

// Only what is read. A member of the wrong type counts as missing, so that it costs no more than itself. Objects of
// the app and transcripts stay as they are: looking into each word would cost more than parsing the JSON.
const { text, number, flag, anything, object, identified } = payloadReaders(undefined);
const isNamed = (name: string): boolean => name !== "";

const readEnvelope = identified("event", isNamed, {
  call: anything,
  call_inbound: anything,
  // Not documented, but seen on inbound requests. Milliseconds.
  event_timestamp: number,
});

/** Undefined for what names no call. */
export const readCall: (json: unknown) => RetellCall | undefined = identified("call_id", isNamed, {
  call_type: text,
  call_status: text,
  agent_id: text,
  agent_name: text,
  from_number: text,
  to_number: text,
  direction: text,
  telephony_identifier: object({ twilio_call_sid: text }),
  start_timestamp: number,
  end_timestamp: number,
  transfer_end_timestamp: number,
  duration_ms: number,
  disconnection_reason: text,
  metadata: anything,
  retell_llm_dynamic_variables: anything,
  collected_dynamic_variables: anything,
  transcript: text,
  transcript_object: anything,
  recording_url: text,
  recording_multi_channel_url: text,
  scrubbed_recording_url: text,
  scrubbed_recording_multi_channel_url: text,
  opt_in_signed_url: flag,
  data_storage_setting: text,
  opt_out_sensitive_data_storage: flag,
  call_cost: object({ combined_cost: number }),
  call_analysis: object({
    call_summary: text,
    in_voicemail: flag,
    user_sentiment: text,
    call_successful: flag,
    custom_analysis_data: anything,
  }),
});

const readInbound = object({ call_id: text, agent_id: text, from_number: text, to_number: text });

/** https://docs.retellai.com/features/inbound-call-webhook */
export type RetellInbound = NonNullable<ReturnType<typeof readInbound>>;

/** @throws PayloadError `payload_invalid` for what is no JSON, names no event, or is an event of a call without its id. */
export function readPayload(delivery: VerifiedDelivery): RetellPayload {
  const envelope = readEnvelope(parseJson(delivery.body));
  if (envelope === undefined) {
    throw new PayloadError(
      "payload_invalid",
      'Retell webhook: expected an object with the name of an "event", got none',
    );
  }
  const { event, event_timestamp: sentAtMs } = envelope;
  const sentAt = isoFromMs(sentAtMs);
  if (event === "call_inbound") {
    // A caller waits, so a question that cannot be read is answered all the same.
    return { kind: "call-inbound", event, inbound: readInbound(envelope.call_inbound) ?? {}, sentAt };
  }
  if (!isCallEvent(event)) return { kind: "other", event };
  const call = readCall(envelope.call);
  if (call === undefined) {
    throw new PayloadError("payload_invalid", `Retell event "${event}": expected a "call" with a "call_id", got none`);
  }
  return { kind: "call", event, call, sentAt };
}

/** A JSON object, of which nothing more is known. */
export function isJsonObject(value: unknown): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
