import type { DatabaseSync } from "node:sqlite";
import type { ClaimedJobs, Job, JobClaim, JobSettlement } from "@offhook/core";
import { prepare } from "./connection.ts";
import { keyText } from "./key-text.ts";

/** What is read of a job. */
export interface JobRow {
  readonly state: Job["state"];
  readonly run_at_ms: number;
  readonly attempts: number;
  readonly lease_token: string | null;
  readonly lease_until_ms: number | null;
  readonly last_error: string | null;
  readonly created_at_ms: number;
  readonly job: string;
}

export const jobColumns = "state, run_at_ms, attempts, lease_token, lease_until_ms, last_error, created_at_ms, job";

/** What never changes, as JSON. */
type JobFacts = Pick<Job, "id" | "kind" | "payload">;

export function toJob(tenantId: string, row: JobRow): Job {
  return {
    // Written by insertJobsInto.
    ...(JSON.parse(row.job) as JobFacts),
    tenantId,
    state: row.state,
    runAtMs: row.run_at_ms,
    attempts: row.attempts,
    leaseToken: row.lease_token,
    leaseUntilMs: row.lease_until_ms,
    // Written by errorText.
    lastError: row.last_error === null ? null : (JSON.parse(row.last_error) as string),
    createdAtMs: row.created_at_ms,
  };
}

/** When a job can be claimed. */
const dueAt = (job: Job): number => (job.state === "running" ? (job.leaseUntilMs ?? 0) : job.runAtMs);

const errorText = (error: string | null): string | null => (error === null ? null : JSON.stringify(error));

export function insertJobsInto(database: DatabaseSync): (job: Job) => void {
  const insert = database.prepare(
    `insert into jobs (tenant_id, id, kind, state, due_ms, run_at_ms, attempts, lease_token, lease_until_ms, last_error,
       created_at_ms, job)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  );
  return (job) => {
    const { id, kind, payload, state, runAtMs, attempts, leaseToken, leaseUntilMs, lastError, createdAtMs } = job;
    const facts: JobFacts = { id, kind, payload };
    insert.run(
      keyText(job.tenantId),
      keyText(id),
      keyText(kind),
      state,
      dueAt(job),
      runAtMs,
      attempts,
      leaseToken,
      leaseUntilMs,
      errorText(lastError),
      createdAtMs,
      JSON.stringify(facts),
    );
  };
}

/** When the first job can be claimed; null when none waits. */
export function firstDueOn(database: DatabaseSync): (tenantId: string) => number | null {
  const select = selectDue(database);
  return (tenantId) => select.get(keyText(tenantId), 0)?.due_ms ?? null;
}

const selectDue = (database: DatabaseSync) =>
  prepare<{ readonly due_ms: number }>(
    database,
    "select due_ms from jobs where tenant_id = ? and state <> 'dead' order by due_ms, id limit 1 offset ?",
  );

/** Claiming; runs in a transaction, so that nobody claims in between. */
export function claimJobsOn(database: DatabaseSync): (claim: JobClaim) => ClaimedJobs {
  const select = prepare<JobRow>(
    database,
    `select ${jobColumns} from jobs
     where tenant_id = ? and state <> 'dead' and due_ms <= ? order by due_ms, id limit ?`,
  );
  const selectNext = selectDue(database);
  const claimOne = database.prepare(
    `update jobs set state = 'running', attempts = attempts + 1, lease_token = ?, lease_until_ms = ?, due_ms = ?
     where tenant_id = ? and id = ?`,
  );
  return ({ tenantId, limit, nowMs, leaseUntilMs, leaseToken }) => {
    const tenantKey = keyText(tenantId);
    const jobs = select.all(tenantKey, nowMs, limit).map((row): Job => {
      const job = toJob(tenantId, row);
      return { ...job, state: "running", attempts: job.attempts + 1, leaseToken, leaseUntilMs };
    });
    // The claimed ones are the first in this order.
    const nextRunAtMs = selectNext.get(tenantKey, jobs.length)?.due_ms ?? null;
    for (const job of jobs) claimOne.run(leaseToken, leaseUntilMs, leaseUntilMs, tenantKey, keyText(job.id));
    return { jobs, nextRunAtMs };
  };
}

export function settleJobOn(database: DatabaseSync): (settlement: JobSettlement) => void {
  const done = database.prepare("delete from jobs where tenant_id = ? and id = ? and lease_token = ?");
  const dead = database.prepare(
    `update jobs set state = 'dead', lease_token = null, lease_until_ms = null, last_error = ?
     where tenant_id = ? and id = ? and lease_token = ?`,
  );
  const retry = database.prepare(
    `update jobs set state = 'waiting', lease_token = null, lease_until_ms = null, last_error = ?, run_at_ms = ?,
       due_ms = ?, attempts = coalesce(?, attempts)
     where tenant_id = ? and id = ? and lease_token = ?`,
  );
  return ({ tenantId, id, leaseToken, result }) => {
    const held = [keyText(tenantId), keyText(id), leaseToken] as const;
    if (result.type === "done") done.run(...held);
    else if (result.type === "dead") dead.run(errorText(result.error), ...held);
    else {
      const { runAtMs, error, attempts = null } = result;
      retry.run(errorText(error), runAtMs, runAtMs, attempts, ...held);
    }
  };
}
