import { lacking } from "./abilities.ts";
import { ConfigurationError } from "./errors.ts";
import { newJob, type Job } from "./job.ts";
import { nextTurn } from "./next-turn.ts";
import type { RunJob } from "./run-job.ts";
import type { Expired, Storage } from "./storage.ts";

/** How long things are kept. Calls, leads and their events stay for ever. */
export interface RetentionOptions {
  /** Raw bodies of deliveries. Days; Infinity: for ever. Default 30. */
  readonly bodyDays?: number;
  /** Entries of the live feed: how long a follower may be away and miss nothing. Days. Default 1. */
  readonly changeDays?: number;
}

export const retentionJobKind = "retention";

const dayMs = 24 * 60 * 60_000;
const limit = 1_000;
/** How long one run goes on; what is left is for the next. Well within a job's time. */
const runMs = 20_000;

export interface RetentionContext {
  readonly storage: Storage;
  readonly tenantId: string;
  readonly retention: Required<RetentionOptions>;
  readonly now: () => number;
}

/** @throws ConfigurationError `option_invalid` for what is no number of days. */
export function checkRetention({ bodyDays = 30, changeDays = 1 }: RetentionOptions = {}): Required<RetentionOptions> {
  for (const [name, value] of Object.entries({ bodyDays, changeDays })) {
    if (typeof value === "number" && value > 0) continue;
    throw new ConfigurationError(
      "option_invalid",
      `retention.${name}: expected a positive number of days, got ${String(value)}`,
    );
  }
  return { bodyDays, changeDays };
}

/**
 * Lets go of what is past its time.
 * @param stopAtMs where it stops even though there is more.
 * @returns how much went, and whether that was all.
 */
export async function expire(
  { storage, tenantId, retention, now }: RetentionContext,
  stopAtMs = Infinity,
): Promise<Expired & { readonly complete: boolean }> {
  if (storage.expire === undefined) throw lacking("expire");
  const nowMs = now();
  let bodies = 0;
  let changes = 0;
  for (;;) {
    const expired = await storage.expire({
      tenantId,
      bodiesBefore: timeBefore(nowMs, retention.bodyDays),
      changesBefore: timeBefore(nowMs, retention.changeDays),
      now: new Date(nowMs).toISOString(),
      limit,
    });
    bodies += expired.bodies;
    changes += expired.changes;
    const complete = expired.bodies < limit && expired.changes < limit;
    if (complete || now() >= stopAtMs) return { bodies, changes, complete };
    await nextTurn();
  }
}

/** Never before 1970: `Infinity` days have no date. */
const timeBefore = (nowMs: number, days: number): string =>
  new Date(Math.max(nowMs - days * dayMs, Date.UTC(1970, 0))).toISOString();

/**
 * The run of the next day: however many processes ask for it, and however often, it waits once. One that has run has
 * left the one after it, so that a process that starts anew makes nothing run twice.
 */
export function retentionJob(tenantId: string, nowMs: number): Job {
  const day = new Date(nowMs + dayMs).toISOString().slice(0, "YYYY-MM-DD".length);
  return newJob({
    id: `${retentionJobKind}:${day}`,
    tenantId,
    kind: retentionJobKind,
    payload: {},
    nowMs,
    delayMs: dayMs,
  });
}

/** Runs the jobs of kind `retention`, each of which leaves one for the next day, or for what it could not finish. */
export function retentionRunner(context: RetentionContext): RunJob {
  const { storage, tenantId, now } = context;
  return async () => {
    const tomorrow = retentionJob(tenantId, now());
    // First, so that a day that fails for good takes no other day with it.
    await storage.write((transaction) => transaction.insertJobs([tomorrow]));
    const { complete } = await expire(context, now() + runMs);
    if (complete) return;
    const nowMs = now();
    const more: Job = { ...tomorrow, id: `${retentionJobKind}:${nowMs}`, runAtMs: nowMs };
    await storage.write((transaction) => transaction.insertJobs([more]));
  };
}
