import {
  formToRecord,
  headerOf,
  mediaTypeOf,
  parseForm,
  parseJson,
  PayloadError,
  type VerifiedDelivery,
} from "@offhook/core";
import * as z from "zod/mini";

/** Form fields as Twilio sends them: every value is text, and absent may be missing or empty. */
export type TwilioFields = { readonly [name: string]: string };

/** A request from Twilio, told apart by what it carries: Twilio names no event. */
export type TwilioPayload =
  | { readonly kind: FormKind; readonly fields: TwilioFields }
  | { readonly kind: "event-streams"; readonly events: readonly TwilioStreamEvent[] }
  | { readonly kind: "intelligence-transcript" | "intelligence-result" | "unknown" };

export type FormKind =
  | "status"
  | "voice"
  | "dial"
  | "gather"
  | "record"
  | "amd"
  | "recording"
  | "transcription"
  | "realtime-transcription"
  | "unknown-form";

export interface TwilioStreamEvent {
  readonly type: string;
  readonly fields: TwilioFields;
}

/** @throws PayloadError `payload_invalid` for a body that is not what its content type says. */
export function readPayload(delivery: VerifiedDelivery): TwilioPayload {
  if (delivery.method === "GET") return readFields(formToRecord(parseForm(delivery.query)));
  if (delivery.form !== undefined) return readFields(formToRecord(delivery.form));
  const mediaType = mediaTypeOf(headerOf(delivery.headers, "content-type") ?? "");
  if (mediaType === "application/json") return readJsonPayload(parseJson(delivery.body));
  return readFields(formToRecord(parseForm(delivery.body)));
}

function readFields(fields: TwilioFields): TwilioPayload {
  return { kind: kindOf(fields), fields };
}

const has = (fields: TwilioFields, name: string): boolean => fields[name] !== undefined && fields[name] !== "";

/** From the field sets of each callback; the first that fits. */
function kindOf(fields: TwilioFields): FormKind {
  if (has(fields, "TranscriptionEvent")) return "realtime-transcription";
  if (has(fields, "TranscriptionSid") && (has(fields, "TranscriptionText") || has(fields, "TranscriptionStatus"))) {
    return "transcription";
  }
  if (has(fields, "RecordingStatus") && has(fields, "RecordingSid") && !has(fields, "CallbackSource"))
    return "recording";
  if (fields["CallbackSource"] === "call-progress-events") return "status";
  if (has(fields, "DialCallStatus")) return "dial";
  if (has(fields, "MachineDetectionDuration") && !has(fields, "CallStatus")) return "amd";
  if (has(fields, "Digits") || has(fields, "SpeechResult")) return "gather";
  if (has(fields, "RecordingUrl") && has(fields, "CallStatus") && !isTerminalStatus(fields["CallStatus"]))
    return "record";
  // The callback of a number carries no CallbackSource; it comes when the call has ended, where no TwiML runs.
  if (isTerminalStatus(fields["CallStatus"])) return "status";
  if (has(fields, "CallStatus") && has(fields, "Direction")) return "voice";
  return "unknown-form";
}

const terminalStatuses = new Set(["completed", "busy", "failed", "no-answer", "canceled"]);
const isTerminalStatus = (status: string | undefined): boolean => status !== undefined && terminalStatuses.has(status);

// https://www.twilio.com/docs/events/webhook-quickstart
const cloudEventsSchema = z.array(
  z.looseObject({
    specversion: z.string(),
    type: z.string(),
    data: z.optional(
      z.looseObject({ request: z.optional(z.looseObject({ parameters: z.optional(z.looseObject({})) })) }),
    ),
  }),
);
const intelligenceTranscriptSchema = z.looseObject({ transcript_sid: z.string(), event_type: z.string() });
const intelligenceResultSchema = z.looseObject({ operatorResults: z.array(z.unknown()) });

function readJsonPayload(json: unknown): TwilioPayload {
  const batch = cloudEventsSchema.safeParse(json);
  if (batch.success && batch.data.length > 0) {
    const events = batch.data.map(({ type, data }) => ({ type, fields: textFields(data?.request?.parameters ?? {}) }));
    return { kind: "event-streams", events };
  }
  if (intelligenceTranscriptSchema.safeParse(json).success) return { kind: "intelligence-transcript" };
  if (intelligenceResultSchema.safeParse(json).success) return { kind: "intelligence-result" };
  if (typeof json !== "object" || json === null) {
    throw new PayloadError("payload_invalid", "Twilio JSON: expected an object or a list of events, got a plain value");
  }
  return { kind: "unknown" };
}

/** Only texts; the parameters of a recorded request are form fields. */
function textFields(parameters: { readonly [name: string]: unknown }): TwilioFields {
  const fields: { [name: string]: string } = Object.create(null);
  for (const [name, value] of Object.entries(parameters)) if (typeof value === "string") fields[name] = value;
  return fields;
}
