import { maxAttempts, pauseAfterMs } from "./backoff.ts";
import type { Job, JobSettlement } from "./job.ts";
import { describeError, type Logger } from "./logger.ts";

/** What a job waits for is not there yet. To be tried again like a failure, and nothing to be told of in a log. */
export class NotYet extends Error {}

/** Runs one job; throws to have it tried again. */
export type RunJob = (job: Job) => Promise<void>;

export interface RunJobOptions {
  readonly run: RunJob;
  /** How long one attempt may take. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly logger: Logger;
  /** Jobs whose earlier attempt still runs in this process, although its time was over. */
  readonly busy: Set<string>;
}

/** One attempt at a claimed job, and how it is to be settled. Never throws. */
export async function attemptJob(job: Job, leaseToken: string, options: RunJobOptions): Promise<JobSettlement> {
  const { now, logger } = options;
  const claim = { tenantId: job.tenantId, id: job.id, leaseToken };
  try {
    // Claimed again and again without an end: it takes its process down with it.
    if (job.attempts > maxAttempts) throw new Error("every attempt ended with its process");
    await runInTime(job, options);
    return { ...claim, result: { type: "done" } };
  } catch (cause) {
    const error = describeError(cause);
    const pauseMs = pauseAfterMs(job.attempts);
    if (!(cause instanceof NotYet) || pauseMs === undefined) {
      logger.error({ jobId: job.id, attempts: job.attempts, dead: pauseMs === undefined, error }, "Job failed");
    }
    return {
      ...claim,
      result: pauseMs === undefined ? { type: "dead", error } : { type: "retry", runAtMs: now() + pauseMs, error },
    };
  }
}

async function runInTime(job: Job, { run, timeoutMs, busy }: RunJobOptions): Promise<void> {
  if (busy.has(job.id)) throw new Error("the attempt before still runs");
  busy.add(job.id);
  const work = run(job).finally(() => busy.delete(job.id));
  // When the time is over nobody waits for it any more.
  work.catch(() => undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the attempt took more than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
