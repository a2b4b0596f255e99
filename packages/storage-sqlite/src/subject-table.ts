import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import {
  referenceKey,
  StorageError,
  type EventOf,
  type RecordOf,
  type Reference,
  type Stored,
  type Subject,
  type SubjectChange,
} from "@offhook/core";
import { prepare } from "./connection.ts";
import { subjectKey, type KeyReader, type KeyWriter } from "./key-index.ts";
import { agentKey, agentWriter } from "./agents.ts";
import { keyText } from "./key-text.ts";
import { phoneWriter } from "./phone-index.ts";

/** How many events one record can have; and 2^33 records keep the keys below 2^53. */
const eventsPerRecord = 2 ** 20;

/** Finds records with their events, on either connection. */
export interface SubjectReader<S extends Subject> {
  keyOf(tenantId: string, reference: Pick<Reference, "provider" | "id">): number | undefined;
  read(key: number): Stored<S> | undefined;
}

export function subjectReader<S extends Subject>(
  database: DatabaseSync,
  subject: S,
  index: KeyReader,
): SubjectReader<S> {
  const selectRecord = prepare<{ readonly record: string }>(database, `select record from ${subject}s where key = ?`);
  const selectEvents = prepare<{ readonly event: string }>(
    database,
    `select event from ${subject}_events where key >= ? and key < ? order by key`,
  );
  return {
    keyOf: (tenantId, reference) => index.find(subjectKey(subject, tenantId, reference)),
    read(key) {
      const row = selectRecord.get(key);
      if (row === undefined) return undefined;
      const first = key * eventsPerRecord;
      return {
        // Written by the writer below, from the same types.
        record: JSON.parse(row.record) as RecordOf<S>,
        events: selectEvents.all(first, first + eventsPerRecord).map(({ event }) => JSON.parse(event) as EventOf<S>),
      };
    },
  };
}

export interface SubjectWriter<S extends Subject> extends SubjectReader<S> {
  /** To be called at the begin of a transaction. */
  refresh(): void;
  /** @param keys of what was loaded in this transaction. */
  save(change: SubjectChange<S>, keys: ReadonlyMap<Stored<Subject>, number>): void;
  /** @param key of what was loaded in this transaction. */
  remove(stored: Stored<S>, keys: ReadonlyMap<Stored<Subject>, number>): void;
  /** To be called at the end of a transaction. */
  finish(): void;
}

export function subjectWriter<S extends Subject>(
  database: DatabaseSync,
  subject: S,
  index: KeyWriter,
): SubjectWriter<S> {
  const phones = phoneWriter(database, subject);
  const agents = agentWriter(database);
  const insertRecord = database.prepare(
    `insert into ${subject}s (record, ${columnNames.join(", ")}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  /** By the names of the columns that it sets besides the record: of the many there could be, few occur. */
  const updates = new Map<string, StatementSync>();
  const deleteRecord = database.prepare(`delete from ${subject}s where key = ?`);
  const insertEvent = database.prepare(`insert into ${subject}_events (key, event) values (?, ?)`);
  const deleteEvents = database.prepare(`delete from ${subject}_events where key >= ? and key < ?`);
  const moveEvents = database.prepare(`update ${subject}_events set key = key + ? where key >= ? and key < ?`);

  function keyOfLoaded(stored: Stored<S>, keys: ReadonlyMap<Stored<Subject>, number>): number {
    const key = keys.get(stored);
    if (key !== undefined) return key;
    throw new StorageError("storage_failed", "SQLite: expected records that load gave in this transaction");
  }

  function removeReference(tenantId: string, reference: Reference): void {
    index.remove(subjectKey(subject, tenantId, reference));
  }

  function insert(record: RecordOf<S>, text: string) {
    const key = Number(insertRecord.run(text, ...columnsOf(record)).lastInsertRowid);
    phones.insert(record, key);
    agents.add(record);
    return { key, count: 0 };
  }

  /** Sets what has changed: an index is only touched when the statement names one of its columns. */
  function update(key: number, text: string, before: readonly SQLInputValue[], values: readonly SQLInputValue[]): void {
    const isChanged = (_: unknown, column: number): boolean => values[column] !== before[column];
    const set = ["record", ...columnNames.filter(isChanged)].map((name) => `${name} = ?`).join(", ");
    let statement = updates.get(set);
    if (statement === undefined) {
      statement = database.prepare(`update ${subject}s set ${set} where key = ?`);
      updates.set(set, statement);
    }
    statement.run(text, ...values.filter(isChanged), key);
  }

  /** The first of the replaced rows stays and takes everything over. */
  function replace({ record, replaces }: SubjectChange<S>, keys: ReadonlyMap<Stored<Subject>, number>, text: string) {
    const [first, ...others] = replaces;
    if (first === undefined) return undefined;
    const key = keyOfLoaded(first, keys);
    update(key, text, columnsOf(first.record), columnsOf(record));
    phones.replace(first.record, record, key);
    agents.replace(first.record, record);
    let count = first.events.length;
    for (const other of others) {
      const otherKey = keyOfLoaded(other, keys);
      const from = otherKey * eventsPerRecord;
      moveEvents.run(key * eventsPerRecord + count - from, from, from + eventsPerRecord);
      deleteRecord.run(otherKey);
      phones.remove(other.record, otherKey);
      agents.remove(other.record);
      count += other.events.length;
    }
    return { key, count };
  }

  function saveReferences({ record, replaces }: SubjectChange<S>, row: number): void {
    const { tenantId, references } = record;
    if (replaces.length === 0) {
      for (const reference of references) index.move(subjectKey(subject, tenantId, reference), row);
      return;
    }
    const leading = new Set(replaces[0]?.record.references.map(referenceKey));
    for (const reference of references) {
      if (!leading.has(referenceKey(reference))) index.move(subjectKey(subject, tenantId, reference), row);
    }
    const kept = new Set(references.map(referenceKey));
    for (const reference of replaces.flatMap((stored): readonly Reference[] => stored.record.references)) {
      if (!kept.has(referenceKey(reference))) removeReference(tenantId, reference);
    }
  }

  return {
    ...subjectReader(database, subject, index),
    save(change, keys) {
      const { record, newEvents } = change;
      const text = JSON.stringify(record);
      const { key, count } = replace(change, keys, text) ?? insert(record, text);
      saveReferences(change, key);
      let eventKey = key * eventsPerRecord + count;
      if (count + newEvents.length > eventsPerRecord) {
        throw new StorageError("storage_failed", `SQLite: ${record.id}: expected at most ${eventsPerRecord} events`);
      }
      for (const event of newEvents) {
        insertEvent.run(eventKey, JSON.stringify(event));
        eventKey += 1;
      }
    },
    remove(stored, keys) {
      const key = keyOfLoaded(stored, keys);
      const { tenantId, references } = stored.record;
      for (const reference of references) removeReference(tenantId, reference);
      const first = key * eventsPerRecord;
      deleteEvents.run(first, first + eventsPerRecord);
      deleteRecord.run(key);
      phones.remove(stored.record, key);
      agents.remove(stored.record);
    },
    refresh: () => phones.refresh(),
    finish: () => phones.finish(),
  };
}

const columnNames = [
  "tenant_id",
  "id",
  "created_at",
  "status",
  "direction",
  "providers",
  "from_e164",
  "to_e164",
  "agent_id",
];

/** What lists filter and sort by, in the order of the names. Provider names hold no colon. */
function columnsOf(record: RecordOf<Subject>): SQLInputValue[] {
  const { tenantId, id, createdAt, status, references } = record;
  const [only] = references;
  const providers =
    references.length === 1 && only !== undefined
      ? `:${only.provider}:`
      : `:${[...new Set(references.map((reference) => reference.provider))].toSorted().join(":")}:`;
  const isCall = "direction" in record;
  return [
    keyText(tenantId),
    id,
    createdAt,
    status === null ? null : keyText(status),
    isCall ? record.direction : null,
    providers,
    (isCall ? record.from : record.phone)?.e164 ?? null,
    isCall ? (record.to?.e164 ?? null) : null,
    agentKey(record),
  ];
}
