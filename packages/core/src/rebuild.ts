import { lacking } from "./abilities.ts";
import type { Reference } from "./call.ts";
import { groupByReference } from "./components.ts";
import { foldSafely } from "./fold-safely.ts";
import { isSameJson } from "./json.ts";
import { referenceKey } from "./references.ts";
import type { EventOf, RecordOf, StorageTransaction, Stored, Subject, SubjectChange } from "./storage.ts";
import type { Changed } from "./tell.ts";

export interface Rebuilding<S extends Subject> {
  readonly tenantId: string;
  readonly subject: S;
  readonly fold: (events: readonly EventOf<S>[]) => RecordOf<S>;
  /** What the events that go and those that come speak of. */
  readonly references: readonly Reference[];
  /** Events that are not said any more. */
  readonly isDropped: (event: EventOf<S>) => boolean;
  /** Events that are said instead. */
  readonly added: readonly EventOf<S>[];
  /** Tells this rebuilding from others. */
  readonly cause: string;
}

export interface Rebuilt<S extends Subject> {
  readonly changed: readonly Changed<S>[];
  /** The events that were dropped, as they were stored. */
  readonly dropped: readonly EventOf<S>[];
}

/**
 * Makes records what they would be if only the events that remain and those that are added had ever been said:
 * joined, parted, renamed or gone. What would stay as it is is not written.
 *
 * @throws ConfigurationError `option_invalid` where something has to go and the storage cannot remove.
 */
export async function rebuild<S extends Subject>(
  transaction: StorageTransaction,
  { tenantId, subject, fold, references, isDropped, added, cause }: Rebuilding<S>,
): Promise<Rebuilt<S>> {
  if (references.length === 0) return { changed: [], dropped: [] };
  const loaded = await transaction.load(subject, tenantId, references);
  const stated = loaded.flatMap(({ events }): readonly EventOf<S>[] => events);
  const kept = stated.filter((event) => !isDropped(event));
  const stale = new Set<Stored<S>>(loaded);
  const changes: SubjectChange<S>[] = [];
  for (const { newEvents } of groupByReference<S>([], [...kept, ...added])) {
    const events = [...newEvents.values()];
    const record = foldSafely(fold, events);
    const same = loaded.find((stored) => stored.record.id === record.id && isAsStored(stored, record, events));
    if (same === undefined) changes.push({ record, newEvents: events, replaces: [] });
    else stale.delete(same);
  }
  if (stale.size > 0) {
    if (transaction.remove === undefined) throw lacking("remove");
    await transaction.remove(subject, [...stale]);
  }
  if (changes.length > 0) await transaction.save(subject, changes);
  return {
    changed: [...changes.map(changedOf), ...[...stale].filter(isGone).map(goneOf)],
    dropped: stated.filter(isDropped),
  };

  /** The part that goes on with an old record: the one with its id, or else the first that has something of it. */
  function heirOf({ record }: Stored<S>): SubjectChange<S> | undefined {
    const own = new Set(record.references.map(referenceKey));
    return (
      changes.find((change) => change.record.id === record.id) ??
      changes.find((change) => change.record.references.some((each: Reference) => own.has(referenceKey(each))))
    );
  }

  function changedOf(change: SubjectChange<S>): Changed<S> {
    const { record } = change;
    // Whoever else comes out of an old record is new: nobody was told of it before.
    const before = [...stale].filter((stored) => heirOf(stored) === change);
    return {
      subject,
      before: before.map((stored): RecordOf<S> => stored.record),
      after: record,
      cause: `${cause}:${record.id}`,
    };
  }

  function isGone({ record }: Stored<S>): boolean {
    return !changes.some((change) => change.record.id === record.id);
  }

  function goneOf({ record }: Stored<S>): Changed<S> {
    return { subject, before: [record], after: undefined, cause: `${cause}:${record.id}` };
  }
}

function isAsStored<S extends Subject>(stored: Stored<S>, record: RecordOf<S>, events: readonly EventOf<S>[]): boolean {
  if (stored.events.length !== events.length || !isSameJson(stored.record, record)) return false;
  const byId = new Map(stored.events.map((event) => [event.id, event]));
  return events.every((event) => isSameJson(byId.get(event.id), event));
}
