import type { CallEvent, CallEventDraft, CallFacts } from "./call-event.ts";
import { isTerminal } from "./fold-rules.ts";

/**
 * What a vendor says of a part of a call that is over, for one whose leg may go on without it, such as a conversation that
 * was handed over: its end is told apart from the rest, and gives way to what the leg's own carrier says.
 */
export function yieldingEnd(event: CallEventDraft): CallEventDraft[] {
  const { status, outcome, endedAt, durationSeconds, endReason, ...rest } = event.facts;
  // Below every stage at which a carrier tells of a leg that was answered. An analysis still outranks an end.
  const type = event.type === "call.analyzed" ? "call.ringing" : "call.queued";
  return [
    { ...event, type, facts: { status, outcome, endedAt, durationSeconds, endReason } },
    { ...event, facts: rest },
  ];
}

/**
 * The events, without the ends that give way. A vendor whose part of a call is over, while the leg that it was on may go
 * on, states a terminal status at a stage below the answer. That is the call's end only where the leg's own carrier has
 * not said that it was answered, or ended.
 */
export function withoutYieldingEnds(events: readonly CallEvent[]): readonly CallEvent[] {
  if (!events.some(isYielding) || !events.some(isOfCarrier)) return events;
  return events.map((event) => (isYielding(event) ? { ...event, facts: withoutEnd(event.facts) } : event));
}

const states = ({ facts }: CallEvent): boolean => facts.status != null && isTerminal(facts.status);

const isYielding = (event: CallEvent): boolean =>
  (event.type === "call.queued" || event.type === "call.ringing") && states(event);

/** Of the life of the leg, not of a recording or a prompt on it: carriers may be set up to tell only of these. */
const isOfCarrier = (event: CallEvent): boolean =>
  (event.type === "call.answered" || states(event)) &&
  event.references.some(({ kind, provider }) => kind === "leg" && provider === event.provider);

/** An outcome stays: what the carrier says of it outranks it anyhow, and often it says nothing. */
function withoutEnd(facts: CallFacts): CallFacts {
  const { status: _status, endReason: _endReason, endedAt: _endedAt, durationSeconds: _seconds, ...rest } = facts;
  return rest;
}
