import {
  formToRecord,
  headerOf,
  isRecord,
  mediaTypeOf,
  parseForm,
  parseJson,
  PayloadError,
  type VerifiedDelivery,
} from "@offhook/core";

/** Form fields as Twilio sends them: every value is text, and absent may be missing or empty. */
export type TwilioFields = { readonly [name: string]: string };

/** A request from Twilio, told apart by what it carries: Twilio names no event. */
export type TwilioPayload =
  | TwilioForm
  | { readonly kind: "event-streams"; readonly events: readonly TwilioForm[] }
  | { readonly kind: "intelligence-transcript" | "intelligence-result" | "unknown" };

export interface TwilioForm {
  readonly kind: FormKind;
  readonly fields: TwilioFields;
}

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

/** @throws PayloadError `payload_invalid` for a body that is not what its content type says. */
export function readPayload(delivery: VerifiedDelivery): TwilioPayload {
  if (delivery.method === "GET") return readFields(formToRecord(parseForm(delivery.query)));
  if (delivery.form !== undefined) return readFields(formToRecord(delivery.form));
  const mediaType = mediaTypeOf(headerOf(delivery.headers, "content-type") ?? "");
  if (mediaType === "application/json") return readJsonPayload(parseJson(delivery.body));
  return readFields(formToRecord(parseForm(delivery.body)));
}

function readFields(fields: TwilioFields): TwilioForm {
  return { kind: kindOf(fields), fields };
}

/** The value of a field, or null where Twilio sent it empty or not at all, which means the same. */
export const nonEmpty = (value: string | undefined): string | null =>
  value === undefined || value === "" ? null : value;

const has = (fields: TwilioFields, name: string): boolean => fields[name] !== undefined && fields[name] !== "";

/** From the field sets of each callback; the first that fits. */
function kindOf(fields: TwilioFields): FormKind {
  if (has(fields, "TranscriptionEvent")) return "realtime-transcription";
  if (has(fields, "TranscriptionText")) return "transcription";
  if (has(fields, "TranscriptionStatus") && has(fields, "TranscriptionSid")) return "transcription";
  const isCallback = has(fields, "CallbackSource");
  if (has(fields, "RecordingStatus") && has(fields, "RecordingSid") && !isCallback) return "recording";
  if (isCallback && has(fields, "CallStatus")) return "status";
  if (has(fields, "DialCallStatus")) return "dial";
  if (has(fields, "MachineDetectionDuration") && !has(fields, "CallStatus")) return "amd";
  if (isRecordAction(fields)) return "record";
  if (has(fields, "Digits") || has(fields, "SpeechResult")) return "gather";
  // The callback of a number carries no CallbackSource; it comes when the call has ended, where no TwiML runs.
  if (isTerminalStatus(fields["CallStatus"])) return "status";
  // A request for TwiML always names the direction.
  if (has(fields, "CallStatus")) return has(fields, "Direction") ? "voice" : "status";
  return "unknown-form";
}

/**
 * `<Record>` tells which key ended it, and so looks like `<Gather>` but for the recording. When the caller hung up the
 * call has ended, but only a status callback knows how long it was.
 * https://www.twilio.com/docs/voice/twiml/record
 */
const isRecordAction = (fields: TwilioFields): boolean =>
  has(fields, "RecordingUrl") &&
  has(fields, "CallStatus") &&
  !has(fields, "RecordingStatus") &&
  !has(fields, "CallDuration");

const terminalStatuses = new Set(["completed", "busy", "failed", "no-answer", "canceled"]);
const isTerminalStatus = (status: string | undefined): boolean => status !== undefined && terminalStatuses.has(status);

function readJsonPayload(json: unknown): TwilioPayload {
  if (Array.isArray(json)) {
    // One event that cannot be read must not take the rest of its batch along.
    const events = json.flatMap(readCloudEvent);
    return events.length > 0 ? { kind: "event-streams", events } : { kind: "unknown" };
  }
  if (!isRecord(json)) {
    throw new PayloadError("payload_invalid", "Twilio JSON: expected an object or a list of events, got a plain value");
  }
  if (Array.isArray(json["operatorResults"]) && isRecord(json["intelligenceConfiguration"])) {
    return { kind: "intelligence-result" };
  }
  if (typeof json["transcript_sid"] === "string" && typeof json["event_type"] === "string") {
    return { kind: "intelligence-transcript" };
  }
  return { kind: "unknown" };
}

/**
 * The request that an event tells of, as if it had come by itself. A member of the wrong type counts as missing.
 * https://www.twilio.com/docs/events/webhook-quickstart
 */
function readCloudEvent(event: unknown): TwilioForm[] {
  if (!isRecord(event) || typeof event["specversion"] !== "string") return [];
  const data = recordOf(event["data"]);
  const fields = textFields(recordOf(recordOf(data["request"])["parameters"]));
  // Machine detection, for one, has no time of its own.
  const timestamp = data["timestamp"] ?? event["time"];
  const sid = data["sid"];
  if (!has(fields, "Timestamp") && typeof timestamp === "string") fields["Timestamp"] = timestamp;
  if (!has(fields, "CallSid") && typeof sid === "string") fields["CallSid"] = sid;
  return [readFields(fields)];
}

const recordOf = (value: unknown): { readonly [name: string]: unknown } => (isRecord(value) ? value : {});

/** The parameters of a recorded request are form fields: texts, whatever JSON made of them. */
function textFields(parameters: { readonly [name: string]: unknown }): { [name: string]: string } {
  const fields: { [name: string]: string } = Object.create(null);
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === "string") fields[name] = value;
    else if (typeof value === "number" || typeof value === "boolean") fields[name] = String(value);
  }
  return fields;
}
