import { updateOf } from "./delivery-update.ts";
import type { Delivery, DeliveryStatus } from "./delivery.ts";
import { StorageError } from "./errors.ts";
import { MemoryCheckpoints, type PutCheckpoints } from "./memory-checkpoints.ts";
import { MemoryFeed } from "./memory-feed.ts";
import { MemoryJobs } from "./memory-jobs.ts";
import { matches, pageOf } from "./memory-lists.ts";
import { referenceKey } from "./references.ts";
import type {
  EventOf,
  ListQuery,
  Page,
  RecordOf,
  Storage,
  StorageTransaction,
  Stored,
  Subject,
  SubjectChange,
} from "./storage.ts";

type Records<S extends Subject> = Map<string, Stored<S>>;

/** Keeps everything in memory: for tests, examples and edge functions that forward. Nothing survives the process. */
export function memoryStorage(): Storage {
  // Keyed by tenant and reference; every reference of a record leads to the same object.
  const calls: Records<"call"> = new Map();
  const leads: Records<"lead"> = new Map();
  const deliveries = new Map<string, Delivery>();
  const identities = new Map<string, string>();
  const jobs = new MemoryJobs();
  const feed = new MemoryFeed();
  const checkpoints = new MemoryCheckpoints();
  let writing: Promise<unknown> = Promise.resolve();
  let closed = false;

  const recordsOf = <S extends Subject>(subject: S): Records<S> =>
    // The subject decides which of the two it is, which TypeScript cannot follow.
    (subject === "call" ? calls : leads) as unknown as Records<S>;

  /** Collects the effects of one transaction and runs them only when its work succeeded. */
  function transactionOver(effects: (() => void)[]): StorageTransaction {
    const added = new Map<string, string>();
    const put: PutCheckpoints = new Map();
    effects.push(() => checkpoints.store(put));
    return {
      async insertDeliveries(batch) {
        return batch.map((delivery) => {
          const key = delivery.identity === null ? undefined : identityKey(delivery, delivery.identity);
          const first = key === undefined ? undefined : (added.get(key) ?? identities.get(key));
          if (first === undefined) {
            if (key !== undefined) added.set(key, delivery.id);
            effects.push(() => {
              deliveries.set(tenantKey(delivery.tenantId, delivery.id), delivery);
              if (key !== undefined) identities.set(key, delivery.id);
            });
          } else {
            effects.push(() => {
              const known = deliveries.get(tenantKey(delivery.tenantId, first));
              if (known === undefined) return;
              deliveries.set(tenantKey(delivery.tenantId, first), { ...known, duplicates: known.duplicates + 1 });
            });
          }
          return first;
        });
      },
      async load(subject, tenantId, references) {
        const found = new Set<Stored<typeof subject>>();
        for (const reference of references) {
          const stored = recordsOf(subject).get(tenantKey(tenantId, referenceKey(reference)));
          if (stored !== undefined) found.add(stored);
        }
        return [...found];
      },
      async save(subject, changes) {
        for (const change of changes) effects.push(() => saveChange(subject, change));
      },
      async insertJobs(batch) {
        for (const job of batch) effects.push(() => jobs.insert(job));
      },
      async insertChanges(batch) {
        for (const change of batch) effects.push(() => feed.append(change));
      },
      async remove(subject, removed) {
        for (const { record } of removed) {
          for (const reference of record.references) {
            const key = tenantKey(record.tenantId, referenceKey(reference));
            effects.push(() => void recordsOf(subject).delete(key));
          }
        }
      },
      async updateDeliveries(updates) {
        let corrected = 0;
        for (const { delivery, keepBody } of updates) {
          const key = tenantKey(delivery.tenantId, delivery.id);
          const present = deliveries.get(key);
          if (present === undefined || (keepBody && present.bodyRemovedAt !== null)) continue;
          corrected += 1;
          effects.push(() => {
            const known = deliveries.get(key);
            if (known === undefined) return;
            deliveries.set(key, { ...known, ...updateOf(delivery), body: keepBody ? known.body : new Uint8Array() });
          });
        }
        return corrected;
      },
      async putCheckpoints(batch) {
        // Writes run one after the other: what is stored stays so until the effects have run.
        return checkpoints.put(put, batch);
      },
    };
  }

  function saveChange<S extends Subject>(subject: S, { record, newEvents, replaces }: SubjectChange<S>): void {
    const events: EventOf<S>[] = [...replaces.flatMap((stored): readonly EventOf<S>[] => stored.events), ...newEvents];
    const stored: Stored<S> = { record, events };
    for (const reference of record.references) {
      recordsOf(subject).set(tenantKey(record.tenantId, referenceKey(reference)), stored);
    }
  }

  const ensureOpen = (): void => {
    if (closed) throw new StorageError("storage_unavailable", "Memory storage: expected to be open, got closed");
  };

  return {
    async open() {
      closed = false;
    },
    async close() {
      await writing.catch(() => undefined);
      closed = true;
    },
    async write(work) {
      const turn = writing
        .catch(() => undefined)
        .then(async () => {
          ensureOpen();
          const effects: (() => void)[] = [];
          const result = await work(transactionOver(effects));
          for (const effect of effects) effect();
          return result;
        });
      writing = turn;
      return turn;
    },
    async get(subject, tenantId, reference) {
      ensureOpen();
      return recordsOf(subject).get(tenantKey(tenantId, referenceKey(reference)));
    },
    async list<S extends Subject>(subject: S, query: ListQuery): Promise<Page<RecordOf<S>>> {
      ensureOpen();
      const records = [...new Set(recordsOf(subject).values())].map((stored): RecordOf<S> => stored.record);
      return pageOf(
        records.filter((record) => record.tenantId === query.tenantId && matches(record, query)),
        query,
        (record) => record.createdAt,
      );
    },
    async getDelivery(tenantId, id) {
      ensureOpen();
      return deliveries.get(tenantKey(tenantId, id));
    },
    async listDeliveries(query) {
      ensureOpen();
      const found = [...deliveries.values()].filter(
        (delivery) =>
          delivery.tenantId === query.tenantId &&
          (query.provider === undefined || delivery.provider === query.provider) &&
          (query.status === undefined || delivery.status === query.status),
      );
      // The id begins with the time of arrival.
      const page = pageOf(
        found,
        query,
        (delivery) => delivery.receivedAt,
        () => "",
      );
      return { ...page, data: page.data.map(({ body: _body, ...summary }) => summary) };
    },
    async claimJobs(claim) {
      ensureOpen();
      return jobs.claim(claim);
    },
    async settleJobs(settlements) {
      ensureOpen();
      for (const settlement of settlements) jobs.settle(settlement);
    },
    async health(tenantId) {
      ensureOpen();
      const own = <S extends Subject>(subject: S): Stored<S>[] =>
        [...new Set(recordsOf(subject).values())].filter((stored) => stored.record.tenantId === tenantId);
      const ownCalls = own("call");
      const byStatus: { [Status in DeliveryStatus]: number } = { applied: 0, unmapped: 0, failed: 0, rejected: 0 };
      for (const delivery of deliveries.values()) if (delivery.tenantId === tenantId) byStatus[delivery.status] += 1;
      return {
        engine: "memory",
        calls: ownCalls.length,
        leads: own("lead").length,
        events: ownCalls.reduce((sum, stored) => sum + stored.events.length, 0),
        agents: new Set(ownCalls.map((stored) => stored.record.agent?.id ?? null).filter((id) => id !== null)).size,
        deliveries: byStatus,
        jobs: jobs.count(tenantId),
      };
    },
    async listJobs(query) {
      ensureOpen();
      return jobs.list(query);
    },
    async retryJobs(retry) {
      ensureOpen();
      return jobs.retry(retry);
    },
    async listChanges(query) {
      ensureOpen();
      return feed.list(query);
    },
    async expire({ tenantId, bodiesBefore, changesBefore, now, limit }) {
      ensureOpen();
      let bodies = 0;
      for (const [key, delivery] of deliveries) {
        if (bodies === limit) break;
        if (delivery.tenantId !== tenantId || delivery.receivedAt >= bodiesBefore || delivery.bodyRemovedAt !== null) {
          continue;
        }
        deliveries.set(key, { ...delivery, body: new Uint8Array(), bodyRemovedAt: now });
        bodies += 1;
      }
      return { bodies, changes: feed.expire(tenantId, changesBefore, limit) };
    },
    async getCheckpoint(tenantId, name) {
      ensureOpen();
      return checkpoints.get(tenantId, name);
    },
  };
}

// A tenant's name may hold any character but this one.
const tenantKey = (tenantId: string, key: string): string => `${tenantId}\u0000${key}`;
const identityKey = (delivery: Delivery, identity: string): string =>
  tenantKey(delivery.tenantId, `${delivery.provider}:${identity}`);
