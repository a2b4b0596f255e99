import type { Job, JobClaim, JobQuery, JobRetry, JobSettlement } from "./job.ts";
import { pageOf } from "./memory-lists.ts";
import type { ClaimedJobs, Page, StorageHealth } from "./storage.ts";

/** The jobs of the memory storage. */
export class MemoryJobs {
  readonly #jobs = new Map<string, Job>();

  insert(job: Job): void {
    const key = keyOf(job.tenantId, job.id);
    if (!this.#jobs.has(key)) this.#jobs.set(key, job);
  }

  claim({ tenantId, limit, nowMs, leaseUntilMs, leaseToken }: JobClaim): ClaimedJobs {
    const open = this.#of(tenantId)
      .filter((job) => job.state !== "dead")
      .toSorted((left, right) => dueAt(left) - dueAt(right) || (left.id < right.id ? -1 : 1));
    const jobs: Job[] = [];
    let nextRunAtMs: number | null = null;
    for (const job of open) {
      if (jobs.length < limit && dueAt(job) <= nowMs) {
        const taken: Job = { ...job, state: "running", attempts: job.attempts + 1, leaseToken, leaseUntilMs };
        this.#set(taken);
        jobs.push(taken);
      } else {
        nextRunAtMs ??= dueAt(job);
      }
    }
    return { jobs, nextRunAtMs };
  }

  settle({ tenantId, id, leaseToken, result }: JobSettlement): void {
    const job = this.#jobs.get(keyOf(tenantId, id));
    if (job === undefined || job.leaseToken !== leaseToken) return;
    const free = { ...job, leaseToken: null, leaseUntilMs: null };
    if (result.type === "done") this.#jobs.delete(keyOf(tenantId, id));
    else if (result.type === "dead") this.#set({ ...free, state: "dead", lastError: result.error });
    else {
      const { runAtMs, error: lastError, attempts = job.attempts } = result;
      this.#set({ ...free, state: "waiting", runAtMs, attempts, lastError });
    }
  }

  list(query: JobQuery): Page<Job> {
    const { tenantId, limit, cursor, state, kind } = query;
    const found = this.#of(tenantId).filter(
      (job) => (state === undefined || job.state === state) && (kind === undefined || job.kind === kind),
    );
    return pageOf(found, { limit, cursor }, (job) => new Date(job.createdAtMs).toISOString());
  }

  retry({ tenantId, ids, nowMs }: JobRetry): number {
    const wanted = ids === undefined ? undefined : new Set(ids);
    const dead = this.#of(tenantId).filter((job) => job.state === "dead" && wanted?.has(job.id) !== false);
    for (const job of dead) this.#set({ ...job, state: "waiting", runAtMs: nowMs, attempts: 0 });
    return dead.length;
  }

  count(tenantId: string): StorageHealth["jobs"] {
    const counts = { waiting: 0, running: 0, dead: 0 };
    for (const { state } of this.#of(tenantId)) counts[state] += 1;
    return counts;
  }

  #of(tenantId: string): Job[] {
    return [...this.#jobs.values()].filter((job) => job.tenantId === tenantId);
  }

  #set(job: Job): void {
    this.#jobs.set(keyOf(job.tenantId, job.id), job);
  }
}

// A tenant's name may hold any character but this one.
const keyOf = (tenantId: string, id: string): string => `${tenantId}\u0000${id}`;

/** When a job can next be claimed. */
const dueAt = (job: Job): number => (job.state === "running" ? (job.leaseUntilMs ?? 0) : job.runAtMs);
