import type { CallEventDraft } from "@offhook/core";
import { expect } from "vitest";

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Fails the test for an event that core or a storage could not take. */
export function expectValidEvent(event: CallEventDraft): void {
  expect(event.references.length).toBeGreaterThan(0);
  for (const reference of event.references) expect(reference.id).not.toBe("");
  const { startedAt, answeredAt, endedAt, durationSeconds, talkSeconds, ringSeconds } = event.facts;
  for (const time of [event.occurredAt, startedAt, answeredAt, endedAt])
    if (time != null) expect(time).toMatch(isoTime);
  for (const seconds of [durationSeconds, talkSeconds, ringSeconds]) {
    if (seconds != null) expect(Number.isInteger(seconds) && seconds >= 0).toBe(true);
  }
  // Facts must survive being written down.
  expect(JSON.parse(JSON.stringify(event.facts))).toEqual(stripUndefined(event.facts));
}

function stripUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, stripUndefined(member)]),
  );
}
