import type { CallFields } from "./call-fields.ts";
import { flagOf, known, secondsOf, startOf } from "./values.ts";

/** Events about calls. CallRail names none of its events: the address tells them apart. */
export type CallKind =
  "pre-call" | "routing-complete" | "post-call" | "call-modified" | "outbound-post-call" | "outbound-call-modified";

/** On which occasion a call was told of. */
export type Occasion = CallKind | RecordOccasion;

/**
 * Somebody asked the API, and early or late:
 * - `unmeasured-record`: the call has no duration yet.
 * - `undecided-record`: what is said of the outcome may be a placeholder.
 * - `early-record`: Post-Call may still come, and knows more.
 * - `record`: all of the call as it is now.
 */
export type RecordOccasion = "unmeasured-record" | "undecided-record" | "early-record" | "record";

export const isRecordOccasion = (kind: Occasion): kind is RecordOccasion => !isCallKind(kind);

/** Whether what is read of a call is only how far it has come, as far as the API knows yet. */
export const isProvisional = (kind: Occasion): boolean => isRecordOccasion(kind) && kind !== "record";

/** Events that are not about a call, or that only point at one. */
export type OtherKind =
  "message.received" | "message.sent" | "form.submitted" | "analysis.ready" | "voice-assist-answered";

const callKinds: ReadonlySet<string> = new Set<CallKind>([
  "pre-call",
  "routing-complete",
  "post-call",
  "call-modified",
  "outbound-post-call",
  "outbound-call-modified",
]);

export function isCallKind(kind: string): kind is CallKind {
  return callKinds.has(kind);
}

/** Any object or form, before it is known what it is. */
export type Fields = { readonly [name: string]: unknown };

const has = (fields: Fields, name: string): boolean =>
  fields[name] !== undefined && fields[name] !== null && fields[name] !== "";

/**
 * What a payload is if it is not a call, from fields that only that kind has. An address that was entered for the
 * wrong event in CallRail does not make a call of a text.
 *
 * @param routeKind what the address is for; decides where the fields do not.
 */
export function otherKindOf(fields: Fields, routeKind: string): OtherKind | undefined {
  if (has(fields, "last_interaction_type")) return "analysis.ready";
  if (has(fields, "call_id") && !has(fields, "resource_id") && !has(fields, "id")) return "voice-assist-answered";
  if (has(fields, "message_type") || (has(fields, "content") && has(fields, "source_number"))) {
    if (routeKind === "message.received" || routeKind === "message.sent") return routeKind;
    return fields["agent"] === undefined ? "message.received" : "message.sent";
  }
  if (has(fields, "form_data") || has(fields, "form_url")) return "form.submitted";
  return undefined;
}

/** Whether an object with an id is a call: a future kind of event would have none of these. */
export function looksLikeCall(fields: Fields): boolean {
  return (
    has(fields, "direction") ||
    has(fields, "call_type") ||
    has(fields, "answered") ||
    has(fields, "tracking_phone_number") ||
    has(fields, "trackingnum") ||
    has(fields, "callernum")
  );
}

/**
 * Guesses the event of a call that came to the address without a kind.
 *
 * @param deliveredAtMs when it arrived. Milliseconds since 1970.
 */
export function guessCallKind(fields: CallFields, deliveredAtMs: number): CallKind {
  // Outbound calls have no events before their end, and their changes are not told from the first report.
  const outbound = fields.direction === "outbound" || fields.call_type === "outbound";
  if (Array.isArray(fields.changes) || known(fields.changes) !== null) {
    return outbound ? "outbound-call-modified" : "call-modified";
  }
  if (outbound) return "outbound-post-call";
  if (!isStillRunning(fields, deliveredAtMs - justStartedMs)) return "post-call";
  const isRouted =
    flagOf(fields.answered) === true ||
    fields.call_type === "in_progress" ||
    known(fields.business_phone_number, fields.destinationnum) !== null;
  return isRouted ? "routing-complete" : "pre-call";
}

const placeholderTypes: ReadonlySet<string> = new Set(["", "missed", "answered"]);
const justStartedMs = 60_000;

/**
 * Before a call ends, CallRail says `answered: false`, `call_type: "missed"` and `duration: 0`, just as it does after
 * a call that nobody took (https://support.callrail.com/hc/en-us/articles/5711246459149-Webhooks). What tells
 * the two apart is how long after the start of the call they arrive, and a doubt is decided for the running call:
 * "missed" sends texts to people who are on the phone.
 *
 * So the meaning rests on the time of arrival, which the journal keeps: deriving events again from the journal gives
 * the same ones. The same body arriving again is a duplicate by its content, whatever the time.
 *
 * @param sinceMs calls that began before are over. Milliseconds since 1970.
 */
export function isStillRunning(fields: CallFields, sinceMs: number): boolean {
  if (fields.call_type === "in_progress") return true;
  if (!placeholderTypes.has(fields.call_type ?? "") || flagOf(fields.voicemail) === true) return false;
  if ((secondsOf(fields.duration) ?? 0) > 0) return false;
  // These are attached when the call has ended.
  if (known(fields.recording) !== null || known(fields.transcription) !== null) return false;
  const startedAt = startOf(fields);
  return startedAt === null || Date.parse(startedAt) > sinceMs;
}
