import type { CallOutcome, CallStatus } from "@offhook/core";

/** What a conversation says of the call that carried it. */
export interface ConversationState {
  readonly over: boolean;
  readonly status: CallStatus | null;
  readonly outcome: CallOutcome | null;
}

export interface ConversationSigns {
  readonly status: string | null | undefined;
  /** `phone_call.call_result`. */
  readonly result: string | null | undefined;
  /** The message is only sent once the call is over. */
  readonly afterCall: boolean;
  readonly voicemail: boolean;
  /** An error, and not a second of conversation. */
  readonly broken: boolean;
}

type State = Pick<ConversationState, "status" | "outcome">;

const voicemail: State = { status: "completed", outcome: "voicemail" };

const results: { readonly [result: string]: State } = {
  answered: { status: "completed", outcome: "answered" },
  voicemail,
  busy: { status: "busy", outcome: null },
  no_answer: { status: "no_answer", outcome: null },
  failed: { status: "failed", outcome: null },
};

// "done" also ends a call that a mailbox took, so it says nothing of the outcome.
const statuses: { readonly [status: string]: CallStatus } = {
  initiated: "queued",
  "in-progress": "in_progress",
  processing: "completed",
  done: "completed",
  failed: "failed",
};

/** Status and outcome of a conversation; the first sign that fits. */
export function stateOfConversation(signs: ConversationSigns): ConversationState {
  const status = lookUp(statuses, signs.status);
  const running = status === "queued" || status === "in_progress";
  const over = !running && (signs.afterCall || status !== undefined);
  if (!over) return { over, status: status ?? null, outcome: signs.voicemail ? "voicemail" : null };
  const state =
    lookUp(results, signs.result) ??
    (signs.voicemail
      ? voicemail
      : { status: signs.broken ? ("failed" as const) : (status ?? "completed"), outcome: null });
  return { over, ...state };
}

const failureReasons: { readonly [reason: string]: CallStatus } = {
  busy: "busy",
  "no-answer": "no_answer",
  no_answer: "no_answer",
};

const twilioStatuses: { readonly [status: string]: CallStatus } = {
  busy: "busy",
  "no-answer": "no_answer",
  canceled: "canceled",
  failed: "failed",
};

const sipStatuses: { readonly [code: string]: CallStatus } = {
  "408": "no_answer",
  "480": "no_answer",
  "486": "busy",
  "487": "no_answer",
  "600": "busy",
  "603": "busy",
};

export interface FailureSigns {
  readonly reason: string | null | undefined;
  readonly twilioStatus: string | null | undefined;
  readonly sipCode: string | null;
}

/** Status of a call that was never connected; where the reason says nothing, by what the carrier said. */
export function statusOfFailure({ reason, twilioStatus, sipCode }: FailureSigns): CallStatus {
  return (
    lookUp(failureReasons, reason) ?? lookUp(twilioStatuses, twilioStatus) ?? lookUp(sipStatuses, sipCode) ?? "failed"
  );
}

function lookUp<Value>(table: { readonly [name: string]: Value }, name: string | null | undefined): Value | undefined {
  return name !== null && name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
