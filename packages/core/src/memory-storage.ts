import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { Delivery, DeliveryStatus } from "./delivery.ts";
import { StorageError } from "./errors.ts";
import type { Job } from "./job.ts";
import type { Call, Reference } from "./call.ts";
import type { Lead } from "./lead.ts";
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
  const jobs = new Map<string, Job>();
  let writing: Promise<unknown> = Promise.resolve();
  let closed = false;

  const recordsOf = <S extends Subject>(subject: S): Records<S> =>
    // The subject decides which of the two it is, which TypeScript cannot follow.
    (subject === "call" ? calls : leads) as unknown as Records<S>;

  /** Collects the effects of one transaction and runs them only when its work succeeded. */
  function transactionOver(effects: (() => void)[]): StorageTransaction {
    const added = new Map<string, string>();
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
        for (const job of batch) {
          const key = tenantKey(job.tenantId, job.id);
          effects.push(() => void (jobs.has(key) || jobs.set(key, job)));
        }
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
    async claimJobs({ tenantId, limit, nowMs, leaseUntilMs, leaseToken }) {
      ensureOpen();
      const open = [...jobs.values()]
        .filter((job) => job.tenantId === tenantId && job.state !== "dead")
        .toSorted((left, right) => dueAt(left) - dueAt(right) || (left.id < right.id ? -1 : 1));
      const claimed: Job[] = [];
      let nextRunAtMs: number | null = null;
      for (const job of open) {
        if (claimed.length < limit && dueAt(job) <= nowMs) {
          const taken: Job = { ...job, state: "running", attempts: job.attempts + 1, leaseToken, leaseUntilMs };
          jobs.set(tenantKey(tenantId, job.id), taken);
          claimed.push(taken);
        } else {
          nextRunAtMs ??= dueAt(job);
        }
      }
      return { jobs: claimed, nextRunAtMs };
    },
    async settleJobs(settlements) {
      ensureOpen();
      for (const { tenantId, id, leaseToken, result } of settlements) {
        const key = tenantKey(tenantId, id);
        const job = jobs.get(key);
        if (job === undefined || job.leaseToken !== leaseToken) continue;
        const free = { ...job, leaseToken: null, leaseUntilMs: null };
        if (result.type === "done") jobs.delete(key);
        else if (result.type === "dead") jobs.set(key, { ...free, state: "dead", lastError: result.error });
        else jobs.set(key, { ...free, state: "waiting", runAtMs: result.runAtMs, lastError: result.error });
      }
    },
    async health(tenantId) {
      ensureOpen();
      const own = <S extends Subject>(subject: S): Stored<S>[] =>
        [...new Set(recordsOf(subject).values())].filter((stored) => stored.record.tenantId === tenantId);
      const ownCalls = own("call");
      const byStatus: { [Status in DeliveryStatus]: number } = { applied: 0, unmapped: 0, failed: 0, rejected: 0 };
      for (const delivery of deliveries.values()) if (delivery.tenantId === tenantId) byStatus[delivery.status] += 1;
      const byState = { waiting: 0, running: 0, dead: 0 };
      for (const job of jobs.values()) if (job.tenantId === tenantId) byState[job.state] += 1;
      return {
        engine: "memory",
        calls: ownCalls.length,
        leads: own("lead").length,
        events: ownCalls.reduce((sum, stored) => sum + stored.events.length, 0),
        agents: new Set(ownCalls.map((stored) => stored.record.agent?.id ?? null).filter((id) => id !== null)).size,
        deliveries: byStatus,
        jobs: byState,
      };
    },
  };
}

// A tenant's name may hold any character but this one.
const tenantKey = (tenantId: string, key: string): string => `${tenantId}\u0000${key}`;
const identityKey = (delivery: Delivery, identity: string): string =>
  tenantKey(delivery.tenantId, `${delivery.provider}:${identity}`);

/** When a job can next be claimed. */
const dueAt = (job: Job): number => (job.state === "running" ? (job.leaseUntilMs ?? 0) : job.runAtMs);

function matches(record: Call | Lead, query: ListQuery): boolean {
  const { provider, status, direction, phone } = query;
  if (provider !== undefined && !record.references.some((reference: Reference) => reference.provider === provider)) {
    return false;
  }
  if (status !== undefined && record.status !== status) return false;
  if (direction !== undefined && (!("direction" in record) || record.direction !== direction)) return false;
  if (phone === undefined) return true;
  return "from" in record ? record.from?.e164 === phone || record.to?.e164 === phone : record.phone?.e164 === phone;
}

/** The page of rows below the cursor, newest first: by the sort time, then by id. */
function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  query: Pick<ListQuery, "limit" | "cursor" | "from" | "to">,
  timeOf: (row: Row) => string,
  sortTimeOf = timeOf,
): Page<Row> {
  const { from, to, limit } = query;
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const isAfter = (row: Row): boolean => {
    if (after === undefined) return true;
    const time = sortTimeOf(row);
    return time < after.time || (time === after.time && row.id < after.id);
  };
  const sorted = rows
    .filter(
      (row) => (from === undefined || timeOf(row) >= from) && (to === undefined || timeOf(row) < to) && isAfter(row),
    )
    .toSorted((left, right) => {
      const [leftTime, rightTime] = [sortTimeOf(left), sortTimeOf(right)];
      if (leftTime !== rightTime) return leftTime < rightTime ? 1 : -1;
      return left.id < right.id ? 1 : -1;
    });
  const data = sorted.slice(0, limit);
  const last = data.at(-1);
  return {
    data,
    nextCursor:
      sorted.length > limit && last !== undefined ? encodeCursor({ time: sortTimeOf(last), id: last.id }) : null,
  };
}
