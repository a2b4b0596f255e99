import type { CallOutcome, CallStatus } from "@offhook/core";
import type { CallFields } from "./call-fields.ts";
import { isRecordOccasion, type Occasion } from "./kinds.ts";
import { flagOf, secondsOf } from "./values.ts";

/** The status of a call whose caller hung up before anybody answered. */
export type AbandonedStatus = "canceled" | "no_answer";

export interface CallState {
  readonly status: CallStatus;
  /** Null where nothing is known of it yet. */
  readonly outcome: CallOutcome | null;
}

const ringing: CallState = { status: "ringing", outcome: null };
const inProgress: CallState = { status: "in_progress", outcome: null };
const voicemail: CallState = { status: "completed", outcome: "voicemail" };
const answered: CallState = { status: "completed", outcome: "answered" };
const missed: CallState = { status: "no_answer", outcome: "missed" };
/** It ended; that is all. */
const ended: CallState = { status: "completed", outcome: "unknown" };

/** Where a call stands, from the event and the fields; the first rule that fits. */
export function stateOf(kind: Occasion, fields: CallFields, abandonedAs: AbandonedStatus): CallState {
  // The outcome in these two is a placeholder that says "missed".
  // https://support.callrail.com/hc/en-us/articles/5711246459149-Webhooks
  if (kind === "pre-call") return ringing;
  const isAnswered = flagOf(fields.answered);
  if (kind === "routing-complete") return isAnswered === false ? ringing : inProgress;

  // The API measures a call when it is over. https://apidocs.callrail.com/#calls
  if (fields.call_type === "in_progress" || kind === "unmeasured-record") return inProgress;
  const duration = secondsOf(fields.duration);
  if (duration === null && isAnswered === null && !isRecordOccasion(kind)) return inProgress;
  if (kind === "undecided-record") return isAnswered === false ? ringing : inProgress;
  const callType = fields.call_type ?? "";
  if (flagOf(fields.voicemail) === true || callType === "voicemail" || callType === "voicemail_transcription") {
    return voicemail;
  }
  if (isAnswered === true) return answered;
  if (callType === "missed") return missed;
  // The second is how the documentation spells it. https://apidocs.callrail.com/#calls
  if (callType === "abandoned" || callType === "abandonded") return { status: abandonedAs, outcome: "abandoned" };
  // Forms have no call_type; a call that rang for a while has a duration too.
  if (isAnswered === false) return missed;
  if (callType === "answered") return answered;
  if (duration === null || duration === undefined) return ended;
  return duration > 0 ? answered : missed;
}
