import type { CallEvent } from "./call-event.ts";
import type { Call, CallOutcome, CallStatus } from "./call.ts";
import { orderEvents } from "./event-order.ts";
import { rules, type Decided } from "./fold-rules.ts";
import { sumMoney } from "./money.ts";
import { callIdOf, uniteReferences } from "./references.ts";
import { withoutYieldingEnds } from "./yielding-end.ts";

/** What the status alone says of the outcome, where no event says more. */
const outcomes: { readonly [Status in CallStatus]: CallOutcome } = {
  queued: "unknown",
  ringing: "unknown",
  in_progress: "unknown",
  completed: "answered",
  busy: "missed",
  no_answer: "missed",
  failed: "unknown",
  canceled: "abandoned",
};

type AnyRule = (current: unknown, said: unknown, event: CallEvent) => unknown;

const rulesByName: ReadonlyMap<string, AnyRule> = new Map(Object.entries(rules) as [string, AnyRule][]);

/**
 * The Call that a set of events describes. Pure, synchronous and total: any order and any repetition of the same
 * events gives the same bytes.
 *
 * @param events at least one; all of one call.
 */
export function foldCall(events: readonly CallEvent[]): Call {
  const ordered = withoutYieldingEnds(orderEvents(events));
  const [anyEvent] = ordered;
  if (anyEvent === undefined) throw new RangeError("foldCall: expected at least one event, got none");

  const decided: Partial<Decided> = {};
  const provenance: { [field: string]: string } = {};
  for (const event of ordered) decide(decided, provenance, event);

  const references =
    ordered.length === 1 && anyEvent.references.length === 1
      ? anyEvent.references
      : uniteReferences(ordered.map((event) => event.references));
  const status = decided.status ?? "queued";
  const costs = decided.cost ?? [];
  const times = timesOf(ordered);
  return {
    id: callIdOf(references[0] ?? { provider: anyEvent.provider, id: anyEvent.id }),
    tenantId: anyEvent.tenantId,
    references,
    direction: decided.direction ?? "unknown",
    status,
    outcome: decided.outcome ?? outcomes[status],
    endReason: decided.endReason ?? null,
    from: decided.from ?? null,
    to: decided.to ?? null,
    trackingNumber: decided.trackingNumber ?? null,
    startedAt: decided.startedAt ?? null,
    answeredAt: decided.answeredAt ?? null,
    endedAt: decided.endedAt ?? null,
    durationSeconds: decided.durationSeconds ?? null,
    talkSeconds: decided.talkSeconds ?? null,
    ringSeconds: decided.ringSeconds ?? null,
    agent: decided.agent ?? null,
    campaign: decided.campaign ?? null,
    lead: decided.lead ?? null,
    source: decided.source ?? null,
    recordings: decided.recordings ?? [],
    transcript: decided.transcript ?? null,
    analysis: decided.analysis ?? null,
    answeredBy: decided.answeredBy ?? "unknown",
    // An empty text takes an earlier one away.
    disposition: textOf(decided.disposition),
    cost: sumMoney(costs),
    costs,
    tags: decided.tags === undefined ? [] : [...new Set(decided.tags.flatMap((entry) => entry.tags))],
    note: textOf(decided.note),
    value: decided.value ?? null,
    conversion: decided.conversion ?? null,
    attribution: decided.attribution ?? null,
    parentCallId: decided.parent === undefined ? null : callIdOf(decided.parent),
    metadata: decided.metadata ?? {},
    test: ordered.some((event) => event.test === true),
    // The only event states its fields in one order.
    provenance: ordered.length === 1 ? provenance : inFieldOrder(provenance),
    createdAt: times.first,
    updatedAt: times.last,
    version: ordered.length,
  };
}

const textOf = (text: string | undefined): string | null => (text === undefined || text === "" ? null : text);

/** Lets one event have its say on each field it states. */
function decide(decided: Partial<Decided>, provenance: { [field: string]: string }, event: CallEvent): void {
  const { facts } = event;
  for (const key in facts) {
    // Facts come from mappers; a name that has no rule says nothing.
    const rule = rulesByName.get(key);
    if (rule === undefined) continue;
    const name = key as keyof Decided;
    const said = facts[name];
    if (said === null || said === undefined) continue;
    const current = decided[name];
    // One name leads to the rule, the fact and the decision, which TypeScript cannot follow through a loop.
    const next = rule(current, said, event) as never;
    if (next === current && current !== undefined) continue;
    decided[name] = next;
    provenance[name] = event.id;
  }
}

const fieldNames = Object.keys(rules);

/** One order of keys, whichever event decided first. */
function inFieldOrder(provenance: { readonly [field: string]: string }): { [field: string]: string } {
  const ordered: { [field: string]: string } = {};
  for (const name of fieldNames) if (provenance[name] !== undefined) ordered[name] = provenance[name];
  return ordered;
}

/** When the first and the last thing happened: by the vendors' clocks, and by ours only where none of them says. */
function timesOf(events: readonly CallEvent[]): { first: string; last: string } {
  let first: string | undefined;
  let last: string | undefined;
  const consider = (time: string | null | undefined): void => {
    if (time === null || time === undefined) return;
    if (first === undefined || time < first) first = time;
    if (last === undefined || time > last) last = time;
  };
  for (const { occurredAt, facts } of events) {
    consider(occurredAt);
    consider(facts.startedAt);
    consider(facts.endedAt);
  }
  if (first !== undefined && last !== undefined) return { first, last };
  const heard = events.map((event) => event.receivedAt).toSorted();
  return { first: heard[0] ?? "", last: heard.at(-1) ?? "" };
}
