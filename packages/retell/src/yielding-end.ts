import type { CallEventDraft } from "@offhook/core";

/**
 * Tells the end of a session apart from what was said in it, for one whose leg may go on without it. It is the call's
 * only where the leg's carrier says neither that it was answered nor that it ended, as core's fold knows by its stage.
 */
export function yieldingEnd(event: CallEventDraft): CallEventDraft[] {
  const { status, outcome, endedAt, durationSeconds, endReason, ...rest } = event.facts;
  return [
    {
      ...event,
      // Below every stage at which a carrier tells of a leg that was answered. The analysis still outranks the end.
      type: event.type === "call.analyzed" ? "call.ringing" : "call.queued",
      facts: { status, outcome, endedAt, durationSeconds, endReason },
    },
    { ...event, facts: rest },
  ];
}
