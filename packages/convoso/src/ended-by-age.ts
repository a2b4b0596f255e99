import type { CallEventDraft } from "@offhook/core";

/**
 * Longer than anybody talks, and short enough for the next reconciles to read the entry once more, which look back for a
 * day.
 */
const surelyEndedMs = 6 * 60 * 60_000;

/**
 * What an entry of the log says, with the end that an old one must have had. Nothing more is written to an entry whose call
 * nobody disposed of, or which stayed on INCALL, so that it would be queued or in progress for ever.
 *
 * It is said at the stage of a call that goes on: a disposition beats it, whichever of the two is heard first.
 */
export function endedByAge(event: CallEventDraft, nowMs: number): CallEventDraft {
  const { status, startedAt, durationSeconds, recordings } = event.facts;
  const hasEnd = status != null && status !== "in_progress";
  // Without a time it may be of just now.
  if (hasEnd || startedAt == null || nowMs - Date.parse(startedAt) < surelyEndedMs) return event;
  return {
    ...event,
    type: "call.progressed",
    facts: {
      ...event.facts,
      status: "completed",
      outcome: "unknown",
      // Or each of them would be asked for its own, now that it has ended.
      recordings: recordings ?? (durationSeconds === 0 ? [] : null),
    },
  };
}
