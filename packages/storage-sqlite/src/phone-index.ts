import type { DatabaseSync } from "node:sqlite";
import type { RecordOf, Subject } from "@offhook/core";
import { prepare } from "./connection.ts";
import { GrowingGenerations } from "./generations.ts";
import { keyText } from "./key-text.ts";

/** A record as the phone index has it: by each of its numbers, in the order of the list. */
interface PhoneEntry {
  readonly tenant_id: string;
  readonly phone: string;
  readonly created_at: string;
  readonly id: string;
}

/** What the filters hold. They may confuse two numbers, but not miss one. */
export const phoneFilterKey = (tenantKey: string, phone: string): string => `${tenantKey}:${phone}`;

/** The distinct numbers of a record. */
function phonesOf(record: RecordOf<Subject>): Set<string> {
  const phones = "direction" in record ? [record.from, record.to] : [record.phone];
  return new Set(phones.map((phone) => phone?.e164 ?? null).filter((phone) => phone !== null));
}

const entriesOf = (record: RecordOf<Subject>): PhoneEntry[] =>
  [...phonesOf(record)].map((phone) => ({
    tenant_id: keyText(record.tenantId),
    phone,
    created_at: record.createdAt,
    id: record.id,
  }));

/** Keeps the phone index in step with the records. */
export interface PhoneWriter {
  refresh(): void;
  insert(record: RecordOf<Subject>, key: number): void;
  remove(record: RecordOf<Subject>, key: number): void;
  /** The row of a key has another record from now on. */
  replace(before: RecordOf<Subject>, after: RecordOf<Subject>, key: number): void;
  finish(): void;
}

export function phoneWriter(database: DatabaseSync, subject: Subject): PhoneWriter {
  const selectPhones = prepare<Pick<PhoneEntry, "tenant_id" | "phone">>(
    database,
    `select distinct tenant_id, phone from ${subject}_phones where generation = ?`,
  );
  const setTimes = database.prepare(
    `update ${subject}_phone_generations set (oldest, newest) =
       (select min(created_at), max(created_at) from ${subject}_phones where generation = ?1)
     where generation = ?1`,
  );
  const generations = new GrowingGenerations({
    database,
    table: `${subject}_phone_generations`,
    keysOf: (generation) =>
      selectPhones.all(generation).map(({ tenant_id, phone }) => phoneFilterKey(tenant_id, phone)),
    onFull: (generation) => void setTimes.run(generation),
  });
  const insertEntry = database.prepare(
    `insert into ${subject}_phones (generation, tenant_id, phone, created_at, id, key) values (?, ?, ?, ?, ?, ?)`,
  );
  const deleteEntry = database.prepare(
    `delete from ${subject}_phones
     where generation = ? and tenant_id = ? and phone = ? and created_at = ? and id = ? and key = ?`,
  );

  function remove(entries: readonly PhoneEntry[], key: number): void {
    for (const { tenant_id, phone, created_at, id } of entries) {
      for (const generation of [generations.current, ...generations.candidates(phoneFilterKey(tenant_id, phone))]) {
        if (deleteEntry.run(generation, tenant_id, phone, created_at, id, key).changes > 0) break;
      }
    }
  }

  function insert(entries: readonly PhoneEntry[], key: number): void {
    for (const { tenant_id, phone, created_at, id } of entries) {
      insertEntry.run(generations.current, tenant_id, phone, created_at, id, key);
      generations.grow();
    }
  }

  return {
    refresh: () => generations.refresh(),
    insert: (record, key) => insert(entriesOf(record), key),
    remove: (record, key) => remove(entriesOf(record), key),
    replace(before, after, key) {
      const isMoved = before.createdAt !== after.createdAt || before.id !== after.id;
      const [kept, wanted] = [phonesOf(before), phonesOf(after)];
      remove(
        entriesOf(before).filter(({ phone }) => isMoved || !wanted.has(phone)),
        key,
      );
      insert(
        entriesOf(after).filter(({ phone }) => isMoved || !kept.has(phone)),
        key,
      );
    },
    finish: () => generations.finish(),
  };
}
