import {
  StorageError,
  type EventOf,
  type RecordOf,
  type Stored,
  type Subject,
  type SubjectChange,
} from "@offhook/core";
import { keyText } from "./key-text.ts";
import { packed, packedRows } from "./packed.ts";
import { namedRow, namedRows, namesOf, placeOf, type Name, type NamedRow } from "./reference-rows.ts";
import type { Session } from "./session.ts";
import { rowOf } from "./subject-rows.ts";
import { rowValues, subjectStatements, type KeyedRow, type SubjectStatements } from "./subject-statements.ts";

/** Finds a record with its events. */
type SubjectFinder<S extends Subject> = (
  session: Session,
  tenantId: string,
  reference: Name,
) => Promise<Stored<S> | undefined>;

/** The calls or leads of one transaction. Keys are 64-bit numbers, which the driver gives as text. */
export interface SubjectWork<S extends Subject> {
  load(tenantId: string, references: readonly Name[]): Promise<readonly Stored<S>[]>;
  save(changes: readonly SubjectChange<S>[]): Promise<void>;
  remove(stored: readonly Stored<S>[]): void;
  /** Sends what was put off to the end. */
  finish(): void;
}

export interface SubjectTable<S extends Subject> {
  readonly find: SubjectFinder<S>;
  begin(session: Session): SubjectWork<S>;
}

export function subjectTable<S extends Subject>(schema: string, subject: S): SubjectTable<S> {
  const statements = subjectStatements(schema, subject);
  return {
    async find(session, tenantId, { provider, id }) {
      const rows = await session.run(statements.find, [keyText(tenantId), keyText(provider), keyText(id)]);
      const [first] = rows;
      if (first === undefined) return undefined;
      return {
        record: parseRecord<S>(first.record),
        events: rows.flatMap(({ event }) => (event === null ? [] : [parseEvent<S>(event)])),
      };
    },
    begin: (session) => new SubjectTransaction<S>(session, statements),
  };
}

// Written below, from the same types.
const parseRecord = <S extends Subject>(text: string): RecordOf<S> => JSON.parse(text) as RecordOf<S>;
const parseEvent = <S extends Subject>(text: string): EventOf<S> => JSON.parse(text) as EventOf<S>;

class SubjectTransaction<S extends Subject> implements SubjectWork<S> {
  readonly #session: Session;
  readonly #statements: SubjectStatements;
  /** What is known of where references lead, by place. */
  readonly #leads = new Map<string, string>();
  /** Keys of references that were added by loading and lead to no record yet. */
  readonly #reserved = new Map<string, NamedRow>();
  readonly #keys = new Map<Stored<S>, string>();

  constructor(session: Session, statements: SubjectStatements) {
    this.#session = session;
    this.#statements = statements;
  }

  /**
   * Adds the references that are new, which makes others that look for them wait, and locks the records that the known
   * ones lead to. Whoever held a record may have merged it away meanwhile: then the whole transaction runs again.
   */
  async load(tenantId: string, references: readonly Name[]): Promise<readonly Stored<S>[]> {
    const rows = namedRows(references.map((reference) => namedRow(tenantId, reference)));
    if (rows.length === 0) return [];
    const known = new Map(rows.map((row) => [row.place, row]));
    for (const { provider, id, key } of await this.#session.run(this.#statements.reserve, namesOf(tenantId, rows))) {
      const place = placeOf(keyText(tenantId), provider, id);
      const row = known.get(place);
      if (row !== undefined) this.#reserve(row, key);
      known.delete(place);
    }
    // Most deliveries speak of what nobody has heard of.
    if (known.size === 0) return [];
    return (await this.#tryLoad(tenantId, known, false)) ?? (await this.#tryLoad(tenantId, known, true)) ?? [];
  }

  /**
   * Undefined when a reference leads nowhere, because somebody deleted its record by hand.
   * @param isLocking locks the references first, so that it can take over those that lead nowhere.
   */
  async #tryLoad(
    tenantId: string,
    known: ReadonlyMap<string, NamedRow>,
    isLocking: boolean,
  ): Promise<readonly Stored<S>[] | undefined> {
    const names = namesOf(tenantId, [...known.values()]);
    if (isLocking) this.#session.send(this.#statements.lockReferences, names);
    // Each statement sees what was committed before it began, so the order of sending is part of the proof.
    const [records, keys, events] = await Promise.all([
      this.#session.run(this.#statements.lockRecords, names),
      this.#session.run(this.#statements.selectKeys, names),
      this.#session.run(this.#statements.selectEvents, names),
    ]);
    const locked = new Map(records.map(({ key, record }) => [key, record]));
    let leadsNowhere = false;
    // Locking more now would be out of order, and could make two transactions wait for each other.
    if (keys.length < known.size) this.#session.conflict("PostgreSQL: a reference was removed meanwhile");
    for (const { provider, id, key, has_record: hasRecord } of keys) {
      const row = known.get(placeOf(keyText(tenantId), provider, id));
      if (row === undefined) continue;
      if (locked.has(key)) this.#leads.set(row.place, key);
      else if (hasRecord) this.#session.conflict("PostgreSQL: a record was merged meanwhile");
      else if (isLocking || this.#reserved.has(key)) this.#reserve(row, key);
      else leadsNowhere = true;
    }
    if (leadsNowhere) return undefined;
    const eventsOf = new Map<string, EventOf<S>[]>();
    for (const { key, event } of events) {
      const list = eventsOf.get(key);
      if (list === undefined) eventsOf.set(key, [parseEvent<S>(event)]);
      else list.push(parseEvent<S>(event));
    }
    // A reference may have come to lead elsewhere while this waited for the record.
    const led = new Set(keys.map(({ key }) => key));
    return [...locked].flatMap(([key, record]) => {
      if (!led.has(key)) return [];
      const stored: Stored<S> = { record: parseRecord<S>(record), events: eventsOf.get(key) ?? [] };
      this.#keys.set(stored, key);
      return [stored];
    });
  }

  #reserve(row: NamedRow, key: string): void {
    this.#leads.set(row.place, key);
    this.#reserved.set(key, row);
  }

  async save(changes: readonly SubjectChange<S>[]): Promise<void> {
    const keys = await this.#keysOf(changes);
    const inserted: KeyedRow[] = [];
    const updated: KeyedRow[] = [];
    const merged: { readonly source: string; readonly target: string; readonly firstN: number }[] = [];
    const events: { readonly key: string; readonly n: number; readonly tenantId: string; readonly event: string }[] =
      [];
    const pointed = new Map<string, NamedRow & { readonly key: string }>();
    const dropped: NamedRow[] = [];
    for (const [index, { record, newEvents, replaces }] of changes.entries()) {
      const key = keys[index] ?? "";
      const row = { ...rowOf(record), key };
      (replaces.length === 0 ? inserted : updated).push(row);
      let n = 0;
      for (const [place, stored] of replaces.entries()) {
        if (place > 0) merged.push({ source: this.#keyOf(stored), target: key, firstN: n });
        n += stored.events.length;
      }
      for (const event of newEvents) {
        events.push({ key, n, tenantId: row.tenantId, event: JSON.stringify(event) });
        n += 1;
      }
      const kept = new Set<string>();
      for (const reference of record.references) {
        const named = namedRow(record.tenantId, reference);
        kept.add(named.place);
        if (this.#leads.get(named.place) === key) continue;
        pointed.set(named.place, { ...named, key });
        this.#point(named, key);
      }
      for (const stored of replaces) dropped.push(...this.#rowsOf(stored).filter(({ place }) => !kept.has(place)));
    }
    this.#moveEvents(merged);
    this.#writeRecords(inserted, updated);
    this.#dropReferences(dropped);
    if (pointed.size > 0) {
      const rows = [...pointed.values()].toSorted((left, right) => (left.place < right.place ? -1 : 1));
      this.#session.send(
        this.#statements.pointReferences,
        packedRows(rows, [(row) => row.tenantId, (row) => row.provider, (row) => row.id, (row) => row.key]),
      );
    }
    if (events.length > 0) {
      this.#session.send(
        this.#statements.insertEvents,
        packedRows(events, [(row) => row.key, (row) => row.n, (row) => row.tenantId, (row) => row.event]),
      );
    }
  }

  remove(stored: readonly Stored<S>[]): void {
    if (stored.length === 0) return;
    const keys = packed(stored.map((each) => this.#keyOf(each)));
    this.#session.send(this.#statements.deleteEvents, [keys]);
    this.#session.send(this.#statements.deleteRecords, [keys]);
    this.#dropReferences(stored.flatMap((each) => this.#rowsOf(each)));
  }

  finish(): void {
    this.#dropReferences([...this.#reserved.values()]);
  }

  /** A record that replaces others takes the row of the first; a new one the key that one of its references has. */
  async #keysOf(changes: readonly SubjectChange<S>[]): Promise<readonly string[]> {
    const keys = changes.map(({ record, replaces }) => {
      const [first] = replaces;
      if (first !== undefined) return this.#keyOf(first);
      for (const reference of record.references) {
        const key = this.#leads.get(namedRow(record.tenantId, reference).place);
        if (key !== undefined && this.#reserved.delete(key)) return key;
      }
      return undefined;
    });
    const missing = keys.filter((key) => key === undefined).length;
    const fresh = missing === 0 ? [] : [...(await this.#session.run(this.#statements.newKeys, [missing]))];
    return keys.map((key) => key ?? fresh.pop()?.key ?? "");
  }

  #keyOf(stored: Stored<S>): string {
    const key = this.#keys.get(stored);
    if (key !== undefined) return key;
    throw new StorageError("storage_failed", "PostgreSQL: expected records that load gave in this transaction");
  }

  /** Notes that a reference leads to a record, also when it was added for another. */
  #point(row: NamedRow, key: string): void {
    const before = this.#leads.get(row.place);
    if (before !== undefined) this.#reserved.delete(before);
    this.#leads.set(row.place, key);
  }

  #rowsOf({ record }: Stored<S>): NamedRow[] {
    const { tenantId } = record;
    return record.references.map((reference: Name) => namedRow(tenantId, reference));
  }

  #moveEvents(merged: readonly { readonly source: string; readonly target: string; readonly firstN: number }[]): void {
    if (merged.length === 0) return;
    this.#session.send(
      this.#statements.moveEvents,
      packedRows(merged, [(row) => row.source, (row) => row.target, (row) => row.firstN]),
    );
    this.#session.send(this.#statements.deleteRecords, [packed(merged.map(({ source }) => source))]);
  }

  #writeRecords(inserted: readonly KeyedRow[], updated: readonly KeyedRow[]): void {
    if (inserted.length > 0) this.#session.send(this.#statements.insertRecords, packedRows(inserted, rowValues));
    if (updated.length > 0) this.#session.send(this.#statements.updateRecords, packedRows(updated, rowValues));
  }

  #dropReferences(dropped: readonly NamedRow[]): void {
    if (dropped.length === 0) return;
    const rows = namedRows(dropped);
    for (const { place } of rows) this.#leads.delete(place);
    this.#session.send(
      this.#statements.deleteReferences,
      packedRows(rows, [(row) => row.tenantId, (row) => row.provider, (row) => row.id]),
    );
  }
}
