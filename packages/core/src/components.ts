import { referenceKey } from "./references.ts";
import type { EventOf, Stored, Subject } from "./storage.ts";

/** Events and stored records that turned out to be about one thing. */
export interface Group<S extends Subject> {
  /** Set when this group went up in another one. */
  into?: Group<S>;
  readonly stored: Set<Stored<S>>;
  readonly newEvents: Map<string, EventOf<S>>;
}

/** The connected components of the graph that references span between stored records and new events. */
export function groupByReference<S extends Subject>(
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
