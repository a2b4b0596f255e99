import type { DatabaseSync } from "node:sqlite";
import { StorageError, type Job, type StorageTransaction, type Stored, type Subject } from "@offhook/core";
import { putCheckpointsOn } from "./checkpoints.ts";
import { insertChangesInto } from "./feed.ts";
import { insertJobsInto } from "./jobs.ts";
import { insertDeliveryInto, updateDeliveryOn } from "./journal.ts";
import { keyWriter } from "./key-index.ts";
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
  const insertDelivery = insertDeliveryInto(database, index);
  const updateDelivery = updateDeliveryOn(database);
  const insertChanges = insertChangesInto(database);
  const putCheckpoints = putCheckpointsOn(database);
  const countEvents = database.prepare(
    `insert into event_counts (tenant_id, events) values (?, ?)
     on conflict do update set events = events + excluded.events`,
  );

  // The subject decides which of the two it is, which TypeScript cannot follow.
  const writerOf = <S extends Subject>(subject: S) => subjects[subject] as unknown as SubjectWriter<S>;

  return () => {
    const keys = new Map<Stored<Subject>, number>();
    /** By how many each tenant's events of calls grow. */
    const newEvents = new Map<string, number>();
    let ended = false;
    index.refresh();
    subjects.call.refresh();
    subjects.lead.refresh();

    function count(tenantId: string, events: number): void {
      newEvents.set(tenantId, (newEvents.get(tenantId) ?? 0) + events);
    }

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
        insertDeliveries: (deliveries) => attempt(() => deliveries.map(insertDelivery)),
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
              count(change.record.tenantId, change.newEvents.length);
            }
          }),
        insertJobs: (jobs: readonly Job[]) =>
          attempt(() => {
            for (const job of jobs) insertJob(job);
          }),
        insertChanges: (changes) => attempt(() => insertChanges(changes)),
        remove: (subject, removed) =>
          attempt(() => {
            const writer = writerOf(subject);
            for (const stored of removed) {
              writer.remove(stored, keys);
              keys.delete(stored);
              if (subject === "call") count(stored.record.tenantId, -stored.events.length);
            }
          }),
        updateDeliveries: (updates) => attempt(() => updates.filter(updateDelivery).length),
        putCheckpoints: (checkpoints) => attempt(() => putCheckpoints(checkpoints)),
      },
      finish() {
        index.finish();
        subjects.call.finish();
        subjects.lead.finish();
        for (const [tenantId, events] of newEvents) countEvents.run(keyText(tenantId), events);
      },
      end() {
        ended = true;
      },
    };
  };
}
