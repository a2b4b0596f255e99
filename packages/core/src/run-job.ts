import { maxAttempts, pauseAfterMs } from "./backoff.ts";
import type { Job, JobSettlement } from "./job.ts";
import { describeError, type Logger } from "./logger.ts";

interface NotYetOptions {
  /** The least to wait, where that is more than after a failure. Milliseconds. */
  readonly delayMs?: number;
  /** Whether it was tried. What only had to wait its turn is no attempt. Default true. */
  readonly isAttempt?: boolean;
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for("@offhook/core/NotYet");

/** What a job waits for is not there yet. To be tried again like a failure, and nothing to be told of in a log. */
export class NotYet extends Error {
  /** The doors of a CommonJS build have copies of this class each: what one throws another has to know. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }

  readonly [brand] = true;
  readonly delayMs: number;
  readonly isAttempt: boolean;

  constructor(message: string, { delayMs = 0, isAttempt = true, cause }: NotYetOptions = {}) {
    super(message, { cause });
    this.delayMs = delayMs;
    this.isAttempt = isAttempt;
  }
}

/** Runs one job; throws to have it tried again. */
export type RunJob = (job: Job, limits: RunLimits) => Promise<void>;

/** What one attempt has to keep to. */
export interface RunLimits {
  /** When whoever waits for the jobs stops waiting: long work ends a step by then. Milliseconds since 1970. */
  readonly stopAtMs: number;
}

export interface RunJobOptions {
  readonly run: RunJob;
  /** How long one attempt may take. */
  readonly timeoutMs: number;
  readonly limits: RunLimits;
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
    if (cause instanceof NotYet && !cause.isAttempt) {
      const runAtMs = now() + spread(cause.delayMs);
      return { ...claim, result: { type: "retry", runAtMs, error, attempts: job.attempts - 1 } };
    }
    const pauseMs = pauseAfter(job.attempts, cause);
    if (!(cause instanceof NotYet) || pauseMs === undefined) {
      logger.error({ jobId: job.id, attempts: job.attempts, dead: pauseMs === undefined, error }, "Job failed");
    }
    return {
      ...claim,
      result: pauseMs === undefined ? { type: "dead", error } : { type: "retry", runAtMs: now() + pauseMs, error },
    };
  }
}

/** Undefined after the last attempt. */
function pauseAfter(attempts: number, cause: unknown): number | undefined {
  const pauseMs = pauseAfterMs(attempts);
  if (pauseMs === undefined || !(cause instanceof NotYet)) return pauseMs;
  return Math.max(pauseMs, spread(cause.delayMs));
}

const shortestMs = 1_000;

/** Those that wait for the same do not come at once. */
const spread = (delayMs: number): number => Math.round(Math.max(delayMs, shortestMs) * (1 + Math.random() / 10));

async function runInTime(job: Job, { run, timeoutMs, limits, busy }: RunJobOptions): Promise<void> {
  if (busy.has(job.id)) throw new Error("the attempt before still runs");
  busy.add(job.id);
  const work = run(job, limits).finally(() => busy.delete(job.id));
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
