import type { CallEvent } from "./call-event.ts";
import { groupByReference } from "./components.ts";
import type { Delivery } from "./delivery.ts";
import { foldLead } from "./fold-lead.ts";
import { foldSafely } from "./fold-safely.ts";
import { foldCall } from "./fold.ts";
import type { LeadEvent } from "./lead.ts";
import { uniteReferences } from "./references.ts";
import type { EventOf, RecordOf, StorageTransaction, Subject, SubjectChange } from "./storage.ts";
import { tell, type Changed, type TellOptions, type Told } from "./tell.ts";

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

/** What events say of calls and leads. */
interface Events {
  readonly calls: readonly CallEvent[];
  readonly leads: readonly LeadEvent[];
}

/**
 * Journals a batch of deliveries and brings the calls and leads they speak of up to date, inside one transaction.
 * A delivery that the journal already has does nothing more.
 */
export async function applyEntries(
  transaction: StorageTransaction,
  entries: readonly JournalEntry[],
  options: TellOptions,
): Promise<Told & { readonly applied: readonly Applied[] }> {
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
  return { applied, ...(await applyEvents(transaction, { calls, leads }, options)) };
}

/** Brings the calls and leads that events speak of up to date. Events that they have already change nothing. */
async function applyEvents(
  transaction: StorageTransaction,
  { calls, leads }: Events,
  options: TellOptions,
): Promise<Told> {
  return tell(
    transaction,
    [
      ...(await applyTo(transaction, "call", calls, foldCall, options.tenantId)),
      ...(await applyTo(transaction, "lead", leads, foldLead, options.tenantId)),
    ],
    options,
  );
}

async function applyTo<S extends Subject>(
  transaction: StorageTransaction,
  subject: S,
  events: readonly EventOf<S>[],
  fold: (events: readonly EventOf<S>[]) => RecordOf<S>,
  tenantId: string,
): Promise<Changed<S>[]> {
  if (events.length === 0) return [];
  const references = uniteReferences(events.map((event) => event.references));
  const loaded = await transaction.load(subject, tenantId, references);
  const changes: SubjectChange<S>[] = [];
  const changed: Changed<S>[] = [];
  for (const { stored, newEvents } of groupByReference(loaded, events)) {
    if (newEvents.size === 0) continue;
    const replaces = [...stored];
    const added = [...newEvents.values()];
    const record = foldSafely(fold, [...replaces.flatMap((each): readonly EventOf<S>[] => each.events), ...added]);
    changes.push({ record, newEvents: added, replaces });
    changed.push({
      subject,
      before: replaces.map((each): RecordOf<S> => each.record),
      after: record,
      // The newest event tells this change from later ones of the same kind.
      cause: added.at(-1)?.id ?? record.id,
    });
  }
  if (changes.length > 0) await transaction.save(subject, changes);
  return changed;
}
