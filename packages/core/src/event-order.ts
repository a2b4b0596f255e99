import type { CallEvent, CallEventType } from "./call-event.ts";

/**
 * How far a call has come when something of this type is said. What is said later in a call's life outranks what
 * was said earlier in it, whenever it arrives.
 */
const stages: { readonly [Type in CallEventType]: number } = {
  "call.queued": 1,
  "call.ringing": 2,
  "call.answered": 3,
  "call.progressed": 4,
  "call.ended": 5,
  // Whether somebody picked up the dialled leg is known better than by the leg that dialled, which only "completed".
  "call.dialed": 6,
  "call.recorded": 7,
  "call.analyzed": 8,
  "call.updated": 9,
};

/** When it happened; where the vendor does not say, when it was heard of. */
export function timeOf(event: Pick<CallEvent, "occurredAt" | "receivedAt">): string {
  return event.occurredAt ?? event.receivedAt;
}

/**
 * The canonical order of a call's events: machines before people, then stage, time, webhooks before APIs, which
 * were read later and of which the newest reading counts, the vendor's counter and the id.
 * It rests on what the events say. Only where a vendor gives an event no time does it rest on when that event was first
 * heard of, which is then the one thing that tells a newer word from an older one.
 */
export function compareEvents(left: CallEvent, right: CallEvent): number {
  if (left.source !== right.source) {
    if (left.source === "manual") return 1;
    if (right.source === "manual") return -1;
  }
  const byStage = stages[left.type] - stages[right.type];
  if (byStage !== 0) return byStage;
  const leftTime = timeOf(left);
  const rightTime = timeOf(right);
  if (leftTime !== rightTime) return leftTime < rightTime ? -1 : 1;
  // A webhook tells of its moment; what an API says of the same moment was read later.
  if (left.source !== right.source) return left.source === "webhook" ? -1 : 1;
  // An API may have corrected what it said of the same moment before: a price, an analysis.
  if (left.source === "api" && left.receivedAt !== right.receivedAt) return left.receivedAt < right.receivedAt ? -1 : 1;
  const bySequence = (left.sequence ?? -1) - (right.sequence ?? -1);
  if (bySequence !== 0) return bySequence;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/** The distinct events in canonical order. */
export function orderEvents(events: readonly CallEvent[]): readonly CallEvent[] {
  if (events.length < 2) return events;
  const byId = new Map<string, CallEvent>();
  for (const event of events) {
    const known = byId.get(event.id);
    // Heard of twice: the first time counts.
    if (known === undefined || event.receivedAt < known.receivedAt) byId.set(event.id, event);
  }
  return [...byId.values()].toSorted(compareEvents);
}
