import { StorageError, type StorageTransaction, type Subject } from "@offhook/core";
import type { ChangeFeed } from "./change-feed.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { DeliveryTable } from "./delivery-table.ts";
import type { Jobs } from "./jobs.ts";
import { keyText } from "./key-text.ts";
import { packedRows, unpackedRows } from "./packed.ts";
import { toStorageError } from "./postgres-error.ts";
import { prepared, type Session } from "./session.ts";
import type { SubjectTable, SubjectWork } from "./subject-table.ts";

/** A transaction for `work`, and what ends it. */
export interface OpenTransaction {
  readonly transaction: Required<StorageTransaction>;
  /** Tenants whose feed got something. */
  readonly changedTenants: ReadonlySet<string>;
  /**
   * Sends what was put off to the end.
   * @throws what a method was rejected with, also where nobody looked.
   */
  readonly finish: () => Promise<void>;
  /** From now on every method refuses: what comes late would run outside the transaction. */
  readonly end: () => void;
}

/** What a transaction writes to. */
export interface Tables {
  readonly deliveries: DeliveryTable;
  readonly calls: SubjectTable<"call">;
  readonly leads: SubjectTable<"lead">;
  readonly jobs: Jobs;
  readonly feed: ChangeFeed;
  readonly checkpoints: Checkpoints;
}

/** Rows among which a tenant's count of events is spread: writes that come together seldom take the same one. */
const countSlots = 64;

export function transactionsOver(schema: string, tables: Tables): (session: Session) => OpenTransaction {
  const countEvents = prepared(
    `insert into ${schema}.event_counts as c (tenant_id, slot, events)
     select * from ${unpackedRows({ tenant_id: "text", slot: "int", events: "bigint" })}
     on conflict (tenant_id, slot) do update set events = c.events + excluded.events`,
  );

  return (session) => {
    const calls = tables.calls.begin(session);
    const leads = tables.leads.begin(session);
    // The subject decides which of the two it is, which TypeScript cannot follow.
    const workOn = <S extends Subject>(subject: S) => (subject === "call" ? calls : leads) as unknown as SubjectWork<S>;
    const eventCounts = new Map<string, number>();
    const changedTenants = new Set<string>();
    const pending: Promise<unknown>[] = [];
    let ended = false;

    function attempt<Result>(action: () => Result | Promise<Result>): Promise<Result> {
      const result = (async () => {
        try {
          if (ended) {
            throw new StorageError("storage_failed", "PostgreSQL: transaction: expected to be open, got ended");
          }
          return await action();
        } catch (error) {
          throw toStorageError(error);
        }
      })();
      pending.push(result);
      result.catch(() => undefined);
      return result;
    }

    function count(subject: Subject, tenantId: string, events: number): void {
      if (subject === "call") eventCounts.set(tenantId, (eventCounts.get(tenantId) ?? 0) + events);
    }

    return {
      changedTenants,
      transaction: {
        insertDeliveries: (deliveries) => attempt(() => tables.deliveries.insert(session, deliveries)),
        load: (subject, tenantId, references) => attempt(() => workOn(subject).load(tenantId, references)),
        save: (subject, changes) =>
          attempt(async () => {
            await workOn(subject).save(changes);
            for (const { record, newEvents } of changes) count(subject, record.tenantId, newEvents.length);
          }),
        insertJobs: (jobs) => attempt(() => tables.jobs.insert(session, jobs)),
        insertChanges: (changes) =>
          attempt(() => {
            tables.feed.insert(session, changes);
            for (const { tenantId } of changes) changedTenants.add(tenantId);
          }),
        remove: (subject, stored) =>
          attempt(() => {
            workOn(subject).remove(stored);
            for (const { record, events } of stored) count(subject, record.tenantId, -events.length);
          }),
        updateDeliveries: (updates) => attempt(() => tables.deliveries.update(session, updates)),
        putCheckpoints: (checkpoints) => attempt(() => tables.checkpoints.put(session, checkpoints)),
      },
      async finish() {
        await Promise.all(pending);
        calls.finish();
        leads.finish();
        const counted = [...eventCounts].filter(([, events]) => events !== 0);
        if (counted.length === 0) return;
        const slot = Math.floor(Math.random() * countSlots);
        // Last, because others may wait for these rows until the commit.
        session.send(
          countEvents,
          packedRows(
            counted.toSorted(([left], [right]) => (left < right ? -1 : 1)),
            [([tenantId]) => keyText(tenantId), () => slot, ([, events]) => events],
          ),
        );
      },
      end() {
        ended = true;
      },
    };
  };
}
