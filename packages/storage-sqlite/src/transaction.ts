import type { DatabaseSync } from "node:sqlite";
import {
  StorageError,
  type Delivery,
  type Job,
  type StorageTransaction,
  type Stored,
  type Subject,
} from "@offhook/core";
import { prepare } from "./connection.ts";
import { deliveryFacts, identityValue } from "./delivery-rows.ts";
import { insertJobsInto } from "./jobs.ts";
import { identityKey, keyWriter } from "./key-index.ts";
import { keyText } from "./key-text.ts";
import { toStorageError } from "./sqlite-error.ts";
import { subjectWriter, type SubjectWriter } from "./subject-table.ts";

/** A transaction for `work`, and what ends it. */
export interface OpenTransaction {
  readonly transaction: StorageTransaction;
  /** Writes what was put off to the end. */
  readonly finish: () => void;
  /** From now on every method refuses: what comes late would run outside the transaction. */
  readonly end: () => void;
}

/** The statements of transactions, prepared once per connection. */
export function transactionsOn(database: DatabaseSync): () => OpenTransaction {
  const index = keyWriter(database);
  const subjects = { call: subjectWriter(database, "call", index), lead: subjectWriter(database, "lead", index) };
  const insertJob = insertJobsInto(database);
  const insertDelivery = database.prepare(
    `insert into deliveries (tenant_id, id, provider, identity, status, received_at, duplicates, facts, body)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const countDuplicate = prepare<{ readonly id: string }>(
    database,
    "update deliveries set duplicates = duplicates + 1 where key = ? returning id",
  );
  const countEvents = database.prepare(
    `insert into event_counts (tenant_id, events) values (?, ?)
     on conflict do update set events = events + excluded.events`,
  );

  // The subject decides which of the two it is, which TypeScript cannot follow.
  const writerOf = <S extends Subject>(subject: S) => subjects[subject] as unknown as SubjectWriter<S>;

  function insert(delivery: Delivery): string | undefined {
    const { id, tenantId, provider, identity, status, receivedAt, duplicates, body } = delivery;
    const key = identity === null ? undefined : identityKey(tenantId, provider, identity);
    const before = key === undefined ? undefined : index.find(key);
    if (before !== undefined) return countDuplicate.get(before)?.id;
    const { lastInsertRowid } = insertDelivery.run(
      keyText(tenantId),
      id,
      provider,
      identityValue(identity),
      status,
      receivedAt,
      duplicates,
      deliveryFacts(delivery),
      body.length === 0 ? null : body,
    );
    if (key !== undefined) index.add(key, Number(lastInsertRowid));
    return undefined;
  }

  return () => {
    const keys = new Map<Stored<Subject>, number>();
    const newEvents = new Map<string, number>();
    let ended = false;
    index.refresh();

    /** Runs one method at once; the promise is for the contract. */
    function attempt<Result>(action: () => Result): Promise<Result> {
      try {
        if (ended) throw new StorageError("storage_failed", "SQLite: transaction: expected to be open, got ended");
        return Promise.resolve(action());
      } catch (error) {
        return Promise.reject(toStorageError(error));
      }
    }

    return {
      transaction: {
        insertDeliveries: (deliveries) => attempt(() => deliveries.map(insert)),
        load: <S extends Subject>(
          subject: S,
          tenantId: string,
          references: Parameters<StorageTransaction["load"]>[2],
        ) =>
          attempt(() => {
            const writer = writerOf(subject);
            const found = new Map<number, Stored<S>>();
            for (const reference of references) {
              const key = writer.keyOf(tenantId, reference);
              if (key === undefined || found.has(key)) continue;
              const stored = writer.read(key);
              if (stored === undefined) continue;
              found.set(key, stored);
              keys.set(stored, key);
            }
            return [...found.values()];
          }),
        save: (subject, changes) =>
          attempt(() => {
            const writer = writerOf(subject);
            for (const change of changes) {
              writer.save(change, keys);
              if (subject !== "call") continue;
              const { tenantId } = change.record;
              newEvents.set(tenantId, (newEvents.get(tenantId) ?? 0) + change.newEvents.length);
            }
          }),
        insertJobs: (jobs: readonly Job[]) =>
          attempt(() => {
            for (const job of jobs) insertJob(job);
          }),
      },
      finish() {
        index.finish();
        for (const [tenantId, events] of newEvents) countEvents.run(keyText(tenantId), events);
      },
      end() {
        ended = true;
      },
    };
  };
}
