import type { CallEvent } from "./call-event.ts";
import type { Call } from "./call.ts";
import { callChanges, leadChanges, type ChangeType } from "./changes.ts";
import type { Delivery } from "./delivery.ts";
import { PayloadError } from "./errors.ts";
import { foldLead } from "./fold-lead.ts";
import { foldCall } from "./fold.ts";
import type { HandlePayload, WantedChanges } from "./handlers.ts";
import type { Job } from "./job.ts";
import type { Lead, LeadEvent } from "./lead.ts";
import { referenceKey, uniteReferences } from "./references.ts";
import type { EventOf, RecordOf, StorageTransaction, Stored, Subject, SubjectChange } from "./storage.ts";

/** A delivery as journaled, with what it means. */
export interface JournalEntry {
  readonly delivery: Delivery;
  readonly calls: readonly CallEvent[];
  readonly leads: readonly LeadEvent[];
}

/** What became of a journaled delivery. */
export interface Applied {
  /** Of the delivery that was there first. */
  readonly deliveryId: string;
  readonly duplicate: boolean;
}

export interface ApplyOptions {
  readonly tenantId: string;
  readonly nowMs: number;
  /** Who wants to hear of which change; a change that nobody wants to hear of makes no job. */
  readonly wanted: WantedChanges;
}

/**
 * Journals a batch of deliveries and brings the calls and leads they speak of up to date, inside one transaction.
 * A delivery that the journal already has does nothing more.
 */
export async function applyEntries(
  transaction: StorageTransaction,
  entries: readonly JournalEntry[],
  options: ApplyOptions,
): Promise<{ readonly applied: readonly Applied[]; readonly jobs: number }> {
  const known = await transaction.insertDeliveries(entries.map((entry) => entry.delivery));
  const applied: Applied[] = [];
  const calls: CallEvent[] = [];
  const leads: LeadEvent[] = [];
  entries.forEach((entry, index) => {
    // Storages written without types may say null.
    const first = known[index] ?? undefined;
    applied.push({ deliveryId: first ?? entry.delivery.id, duplicate: first !== undefined });
    if (first !== undefined) return;
    calls.push(...entry.calls);
    leads.push(...entry.leads);
  });
  const jobs = [
    ...(await applyEvents(transaction, "call", calls, foldCall, callJobs, options)),
    ...(await applyEvents(transaction, "lead", leads, foldLead, leadJobs, options)),
  ];
  if (jobs.length > 0) await transaction.insertJobs(jobs);
  return { applied, jobs: jobs.length };
}

type JobsOf<S extends Subject> = (change: SubjectChange<S>, options: ApplyOptions) => Job[];

const callJobs: JobsOf<"call"> = ({ record, newEvents, replaces }, options) =>
  handlerJobs(
    callChanges(
      replaces.map((stored): Call => stored.record),
      record,
    ),
    record.id,
    newEvents,
    options,
  );

const leadJobs: JobsOf<"lead"> = ({ record, newEvents, replaces }, options) =>
  handlerJobs(leadChanges(replaces.map((stored): Lead => stored.record)), record.id, newEvents, options);

/** One job for each change and each who wants to hear of it, so that one who fails repeats nobody else's work. */
function handlerJobs(
  changes: readonly ChangeType[],
  recordId: string,
  newEvents: readonly { readonly id: string }[],
  { tenantId, nowMs, wanted }: ApplyOptions,
): Job[] {
  // The newest event makes the id unique among later changes of the same kind, and stable for this one.
  const cause = newEvents.at(-1)?.id ?? recordId;
  return changes.flatMap((change) =>
    (wanted.get(change) ?? []).map((consumer): Job => ({
      id: `${change}:${cause}:${consumer}`,
      tenantId,
      kind: "handle",
      payload: { change, recordId, cause, consumer } satisfies HandlePayload,
      state: "waiting",
      runAtMs: nowMs,
      attempts: 0,
      leaseToken: null,
      leaseUntilMs: null,
      lastError: null,
      createdAtMs: nowMs,
    })),
  );
}

/** Events and stored records that turned out to be about one thing. */
interface Group<S extends Subject> {
  /** Set when this group went up in another one. */
  into?: Group<S>;
  readonly stored: Set<Stored<S>>;
  readonly newEvents: Map<string, EventOf<S>>;
}

async function applyEvents<S extends Subject>(
  transaction: StorageTransaction,
  subject: S,
  events: readonly EventOf<S>[],
  fold: (events: readonly EventOf<S>[]) => RecordOf<S>,
  jobsOf: JobsOf<S>,
  options: ApplyOptions,
): Promise<Job[]> {
  if (events.length === 0) return [];
  const references = uniteReferences(events.map((event) => event.references));
  const loaded = await transaction.load(subject, options.tenantId, references);
  const changes: SubjectChange<S>[] = [];
  const jobs: Job[] = [];
  for (const { stored, newEvents } of groupByReference(loaded, events)) {
    if (newEvents.size === 0) continue;
    const replaces = [...stored];
    const added = [...newEvents.values()];
    const record = foldSafely(fold, [...replaces.flatMap((each): readonly EventOf<S>[] => each.events), ...added]);
    const change: SubjectChange<S> = { record, newEvents: added, replaces };
    changes.push(change);
    jobs.push(...jobsOf(change, options));
  }
  if (changes.length > 0) await transaction.save(subject, changes);
  return jobs;
}

/** @throws PayloadError `mapper_failed` for events that no rule can take, which a mapper without types can make. */
function foldSafely<S extends Subject>(
  fold: (events: readonly EventOf<S>[]) => RecordOf<S>,
  events: readonly EventOf<S>[],
): RecordOf<S> {
  try {
    return fold(events);
  } catch (cause) {
    throw new PayloadError("mapper_failed", "Fold: expected facts of their types, got others", { cause });
  }
}

/** The connected components of the graph that references span between stored records and new events. */
function groupByReference<S extends Subject>(
  loaded: readonly Stored<S>[],
  events: readonly EventOf<S>[],
): Set<Group<S>> {
  const byReference = new Map<string, Group<S>>();
  const groups = new Set<Group<S>>();

  /** The one group of everything that holds any of the references. */
  const groupOf = (references: EventOf<S>["references"]): Group<S> => {
    let group: Group<S> | undefined;
    for (const reference of references) {
      let other = byReference.get(referenceKey(reference));
      while (other?.into !== undefined) other = other.into;
      if (other === undefined || other === group) continue;
      if (group === undefined) {
        group = other;
        continue;
      }
      for (const stored of other.stored) group.stored.add(stored);
      for (const [id, event] of other.newEvents) group.newEvents.set(id, event);
      other.into = group;
      groups.delete(other);
    }
    group ??= { stored: new Set(), newEvents: new Map() };
    groups.add(group);
    for (const reference of references) byReference.set(referenceKey(reference), group);
    return group;
  };

  const known = new Set<string>();
  for (const stored of loaded) {
    groupOf(stored.record.references).stored.add(stored);
    for (const event of stored.events) known.add(event.id);
  }
  for (const event of events) {
    const group = groupOf(event.references);
    if (!known.has(event.id)) group.newEvents.set(event.id, event);
  }
  return groups;
}
