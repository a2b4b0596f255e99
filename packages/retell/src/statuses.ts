import type { AnsweredBy, CallOutcome, CallStatus } from "@offhook/core";

/** How a call ended. */
export interface Ending {
  readonly status: CallStatus;
  readonly outcome: CallOutcome | null;
  readonly answeredBy: AnsweredBy | null;
  /** False where nobody was reached, so that there was no talk. */
  readonly reached: boolean;
  /**
   * The agent is gone, but not the caller: somebody else went on, or TwiML that is kept for failures. When that is over the
   * carrier alone knows.
   */
  readonly legMayGoOn: boolean;
  /** False where only a coarse `call_status` was given, of which a reason would have told more. */
  readonly certain: boolean;
}

const ending = (status: CallStatus, members: Partial<Ending> = {}): Ending => ({
  status,
  outcome: null,
  answeredBy: null,
  reached: true,
  legMayGoOn: false,
  certain: true,
  ...members,
});

const completed = ending("completed");
const handedOver = ending("completed", { legMayGoOn: true });
const failed = ending("failed", { legMayGoOn: true });
const voicemail = ending("completed", { outcome: "voicemail", answeredBy: "machine" });
const neverReached = ending("failed", { reached: false });

/**
 * Every reason that is known to end a call, but for those that start with `error_`.
 * https://docs.retellai.com/reliability/debug-call-disconnect
 */
const endings: ReadonlyMap<string, Ending> = new Map([
  ["dial_busy", ending("busy", { reached: false })],
  ["user_declined", ending("busy", { reached: false })],
  ["dial_no_answer", ending("no_answer", { reached: false })],
  // A web caller who did not join, and a registered call that nobody used.
  ["error_user_not_joined", ending("no_answer", { reached: false })],
  ["registered_call_timeout", ending("canceled", { reached: false })],
  ["dial_failed", neverReached],
  ["invalid_destination", neverReached],
  ["telephony_provider_permission_denied", neverReached],
  ["telephony_provider_unavailable", neverReached],
  ["sip_routing_error", neverReached],
  ["marked_as_spam", neverReached],
  ["voicemail_reached", voicemail],
  // Of older SDKs.
  ["machine_detected", voicemail],
  ["ivr_reached", ending("completed", { answeredBy: "machine" })],
  ["user_hangup", completed],
  ["agent_hangup", completed],
  ["call_transfer", handedOver],
  ["inactivity", completed],
  ["max_duration_reached", completed],
  ["no_concurrency_fallback", handedOver],
  ["transfer_bridged", handedOver],
  ["transfer_cancelled", completed],
  ["manual_stopped", completed],
  ["call_take_over", handedOver],
  ["concurrency_limit_reached", failed],
  ["no_valid_payment", failed],
  ["scam_detected", failed],
]);

const uncertain = {
  notConnected: ending("failed", { reached: false, certain: false }),
  failed: ending("failed", { legMayGoOn: true, certain: false }),
  completed: ending("completed", { certain: false }),
};

/** What a call that is over says of its end. The reason counts before the status, which may still be `registered`. */
export function endingOf(
  reason: string | null | undefined,
  callStatus: string | null | undefined,
  inVoicemail: boolean | null | undefined,
): Ending {
  const stated = statedEnding(reason, callStatus);
  if (inVoicemail !== true || (stated.certain && !stated.reached)) return stated;
  // The analysis may find a mailbox where the person behind the reason hung up.
  return { ...voicemail, legMayGoOn: stated.legMayGoOn };
}

function statedEnding(reason: string | null | undefined, callStatus: string | null | undefined): Ending {
  const known = reason == null ? undefined : endings.get(reason);
  if (known !== undefined) return known;
  if (reason?.startsWith("error_") === true) return failed;
  if (callStatus === "ended") return completed;
  // Busy, not answered or failed.
  if (callStatus === "not_connected") return uncertain.notConnected;
  return callStatus === "error" ? uncertain.failed : uncertain.completed;
}
