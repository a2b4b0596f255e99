import { isoFromMs, parseJson, PayloadError, type JsonValue, type VerifiedDelivery } from "@offhook/core";
import * as z from "zod/mini";

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
const lenient = <Schema extends z.ZodMiniType>(schema: Schema) =>
  // oxlint-disable-next-line promise/valid-params -- this catch is no promise's
  z.catch(z.nullish(schema), undefined);
const text = lenient(z.string());
const number = lenient(z.number());
const boolean = lenient(z.boolean());
const untouched = z.optional(z.unknown());
const identifier = z.string().check(z.refine((value) => value !== ""));

const envelopeSchema = z.object({
  event: identifier,
  call: untouched,
  call_inbound: untouched,
  // Not documented, but seen on inbound requests. Milliseconds.
  event_timestamp: number,
});

const callSchema = z.object({
  call_id: identifier,
  call_type: text,
  call_status: text,
  agent_id: text,
  agent_name: text,
  from_number: text,
  to_number: text,
  direction: text,
  telephony_identifier: lenient(z.object({ twilio_call_sid: text })),
  start_timestamp: number,
  end_timestamp: number,
  transfer_end_timestamp: number,
  duration_ms: number,
  disconnection_reason: text,
  metadata: untouched,
  retell_llm_dynamic_variables: untouched,
  collected_dynamic_variables: untouched,
  transcript: text,
  transcript_object: untouched,
  recording_url: text,
  recording_multi_channel_url: text,
  scrubbed_recording_url: text,
  scrubbed_recording_multi_channel_url: text,
  opt_in_signed_url: boolean,
  data_storage_setting: text,
  opt_out_sensitive_data_storage: boolean,
  call_cost: lenient(z.object({ combined_cost: number })),
  call_analysis: lenient(
    z.object({
      call_summary: text,
      in_voicemail: boolean,
      user_sentiment: text,
      call_successful: boolean,
      custom_analysis_data: untouched,
    }),
  ),
});

/** https://docs.retellai.com/api-references/get-call */
export type RetellCall = z.infer<typeof callSchema>;

const inboundSchema = z.object({ call_id: text, agent_id: text, from_number: text, to_number: text });

/** https://docs.retellai.com/features/inbound-call-webhook */
export type RetellInbound = z.infer<typeof inboundSchema>;

/** Undefined for what names no call. */
export function readCall(json: unknown): RetellCall | undefined {
  const call = callSchema.safeParse(json);
  return call.success ? call.data : undefined;
}

/** @throws PayloadError `payload_invalid` for what is no JSON, names no event, or is an event of a call without its id. */
export function readPayload(delivery: VerifiedDelivery): RetellPayload {
  const envelope = envelopeSchema.safeParse(parseJson(delivery.body));
  if (!envelope.success) {
    throw new PayloadError(
      "payload_invalid",
      'Retell webhook: expected an object with the name of an "event", got none',
    );
  }
  const { event, event_timestamp: sentAtMs } = envelope.data;
  const sentAt = isoFromMs(sentAtMs);
  if (event === "call_inbound") {
    // A caller waits, so a question that cannot be read is answered all the same.
    const inbound = inboundSchema.safeParse(envelope.data.call_inbound);
    return { kind: "call-inbound", event, inbound: inbound.success ? inbound.data : {}, sentAt };
  }
  if (!isCallEvent(event)) return { kind: "other", event };
  const call = readCall(envelope.data.call);
  if (call === undefined) {
    throw new PayloadError("payload_invalid", `Retell event "${event}": expected a "call" with a "call_id", got none`);
  }
  return { kind: "call", event, call, sentAt };
}

/** A JSON object, of which nothing more is known. */
export function isJsonObject(value: unknown): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
