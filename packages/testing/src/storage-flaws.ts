import {
  memoryStorage,
  referenceKey,
  type Call,
  type ChangePage,
  type ChangeQuery,
  type Checkpoint,
  type Delivery,
  type DeliveryUpdate,
  type Lead,
  type RecordOf,
  type Storage,
  type StorageTransaction,
  type Stored,
  type Subject,
} from "@offhook/core";
import { able } from "./storage-abilities.ts";

const ableMemory = () => able(memoryStorage(), "listJobs", "retryJobs", "listChanges", "expire", "getCheckpoint");
const ableTransaction = (transaction: StorageTransaction) =>
  able(transaction, "insertChanges", "remove", "updateDeliveries", "putCheckpoints");

type AbleStorage = ReturnType<typeof ableMemory>;
type AbleTransaction = ReturnType<typeof ableTransaction>;

/** A storage that works, but for some methods. */
export function withMethods(change: (storage: AbleStorage) => Partial<Storage>): Storage {
  const storage = ableMemory();
  return { ...storage, ...change(storage) };
}

/** A storage that works, but for some methods of its transactions. */
export function withTransaction(
  change: (transaction: AbleTransaction, storage: AbleStorage) => Partial<StorageTransaction>,
): Storage {
  return withMethods((storage) => ({
    write: (work) =>
      storage.write((transaction) => work({ ...transaction, ...change(ableTransaction(transaction), storage) })),
  }));
}

type Turn = <Result>(run: () => Promise<Result>) => Promise<Result>;

/** A storage whose writes do not run in the transactions that they ask for. */
export function withWrites(inTurn: Turn, transactionOf: (storage: Storage) => StorageTransaction): Storage {
  return withMethods((storage) => ({ write: (work) => inTurn(() => work(transactionOf(storage))) }));
}

/** One after the other. */
export function inOrder(): Turn {
  let tail: Promise<unknown> = Promise.resolve();
  return (run) => {
    const turn = tail.then(run);
    tail = turn.catch(() => undefined);
    return turn;
  };
}

/** Every method in a transaction of its own; without the abilities. */
export const unbundled = (storage: Storage): StorageTransaction => ({
  insertDeliveries: (batch) => storage.write((transaction) => transaction.insertDeliveries(batch)),
  load: (...parameters) => storage.write((transaction) => transaction.load(...parameters)),
  save: (...parameters) => storage.write((transaction) => transaction.save(...parameters)),
  insertJobs: (jobs) => storage.write((transaction) => transaction.insertJobs(jobs)),
});

export function withoutDuplicates(delivery: Delivery | undefined): Delivery | undefined {
  return delivery && { ...delivery, duplicates: 0 };
}

/** A storage that changes the bodies it is given. */
export function withBodies(change: (body: Uint8Array) => Uint8Array): Storage {
  return withTransaction((transaction) => ({
    insertDeliveries: (batch) =>
      transaction.insertDeliveries(batch.map((each) => ({ ...each, body: change(each.body) }))),
  }));
}

/** A storage that changes the JSON it writes. */
export function withJson(change: (text: string) => string): Storage {
  // What was JSON of a type is taken to be so still; the cases look closer.
  const mangle = <Value>(value: Value): Value => JSON.parse(change(JSON.stringify(value))) as Value;
  return withTransaction((transaction) => ({
    insertDeliveries: (batch) =>
      transaction.insertDeliveries(batch.map(({ body, ...summary }) => ({ ...mangle(summary), body }))),
    save: (subject, changes) =>
      transaction.save(
        subject,
        changes.map(({ record, newEvents, replaces }) => ({
          record: mangle(record),
          newEvents: mangle(newEvents),
          replaces,
        })),
      ),
  }));
}

/** A storage that changes the pages of its lists. */
export function withLists(
  change: (
    page: { readonly data: readonly (Call | Lead)[]; readonly nextCursor: string | null },
    cursor: string | undefined,
  ) => { readonly data: readonly (Call | Lead)[]; readonly nextCursor: string | null },
): Storage {
  return withMethods((storage) => ({
    async list<S extends Subject>(subject: S, query: Parameters<Storage["list"]>[1]) {
      const page = change(await storage.list(subject, query), query.cursor);
      // The change leaves the subject as it is.
      return { ...page, data: page.data as unknown as readonly RecordOf<S>[] };
    },
  }));
}

/** A storage that changes the corrections it is given. */
export function withUpdates(change: (update: DeliveryUpdate) => DeliveryUpdate): Storage {
  return withTransaction((transaction) => ({
    updateDeliveries: (updates) => transaction.updateDeliveries(updates.map(change)),
  }));
}

/** A storage that changes the pages of its feed. */
export function withChanges(change: (page: ChangePage, query: ChangeQuery) => ChangePage): Storage {
  return withMethods((storage) => ({
    listChanges: async (query) => change(await storage.listChanges(query), query),
  }));
}

/** A storage that changes the checkpoints it is given. */
export function withCheckpoints(change: (checkpoint: Checkpoint) => Checkpoint): Storage {
  return withTransaction((transaction) => ({
    putCheckpoints: (checkpoints) => transaction.putCheckpoints(checkpoints.map(change)),
  }));
}

/** A storage that remembers what merges replaced: to be got by its references, or listed. */
export function remembering(change: (replaced: Storage["get"], listed: Storage["list"]) => Partial<Storage>): Storage {
  const ghosts = new Map<string, Stored<Subject>>();
  const storage = memoryStorage();
  const flawed = change(
    async <S extends Subject>(subject: S, tenantId: string, each: { provider: string; id: string }) =>
      // Each case has one subject only.
      (ghosts.get(referenceKey(each)) as unknown as Stored<S> | undefined) ?? storage.get(subject, tenantId, each),
    async <S extends Subject>(subject: S, query: Parameters<Storage["list"]>[1]) => {
      const page = await storage.list(subject, query);
      // As above.
      const records = [...ghosts.values()].map((ghost) => ghost.record) as unknown as readonly RecordOf<S>[];
      return { ...page, data: [...page.data, ...records] };
    },
  );
  return {
    ...storage,
    write: (work) =>
      storage.write((transaction) =>
        work({
          ...transaction,
          async save(subject, changes) {
            for (const ghost of changes.flatMap(({ replaces }) => replaces.slice(1))) {
              for (const each of ghost.record.references) ghosts.set(referenceKey(each), ghost);
            }
            await transaction.save(subject, changes);
          },
        }),
      ),
    ...flawed,
  };
}
