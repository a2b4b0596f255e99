import { pauseAfterMs } from "./backoff.ts";
import type { Job, JobSettlement } from "./job.ts";
import type { Logger } from "./logger.ts";
import { newId } from "./new-id.ts";
import type { Storage } from "./storage.ts";

/** Runs one job; throws to have it tried again. */
export type RunJob = (job: Job) => Promise<void>;

export interface OutboxOptions {
  readonly storage: Storage;
  readonly tenantId: string;
  readonly run: RunJob;
  readonly now: () => number;
  readonly logger: Logger;
}

export interface DrainOptions {
  /** Stop taking jobs after this long. Default: until none is due. */
  readonly timeoutMs?: number;
}

export interface DrainResult {
  readonly done: number;
  readonly failed: number;
  /** When the next job falls due; null when none waits. Milliseconds since 1970. */
  readonly nextRunAtMs: number | null;
}

const claimSize = 32;
const leaseMs = 60_000;

/**
 * Runs the jobs that were written together with their cause, after the commit: at least once, retried with growing
 * pauses, then kept as dead.
 */
export async function drainOutbox(options: OutboxOptions, { timeoutMs }: DrainOptions = {}): Promise<DrainResult> {
  const { storage, tenantId, now } = options;
  const stopAtMs = timeoutMs === undefined ? Infinity : now() + timeoutMs;
  let done = 0;
  let failed = 0;
  for (;;) {
    const nowMs = now();
    const leaseToken = newId("lease", nowMs);
    const claim = { tenantId, limit: claimSize, nowMs, leaseUntilMs: nowMs + leaseMs, leaseToken };
    const { jobs, nextRunAtMs } = await storage.claimJobs(claim);
    if (jobs.length === 0) return { done, failed, nextRunAtMs };
    const settlements = await Promise.all(jobs.map((job) => settle(options, job, leaseToken)));
    await storage.settleJobs(settlements);
    const finished = settlements.filter(({ result }) => result.type === "done").length;
    done += finished;
    failed += settlements.length - finished;
    if (now() >= stopAtMs) return { done, failed, nextRunAtMs };
  }
}

async function settle(
  { tenantId, run, now, logger }: OutboxOptions,
  job: Job,
  leaseToken: string,
): Promise<JobSettlement> {
  const claim = { tenantId, id: job.id, leaseToken };
  try {
    await run(job);
    return { ...claim, result: { type: "done" } };
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const pauseMs = pauseAfterMs(job.attempts);
    logger.error({ jobId: job.id, attempts: job.attempts, dead: pauseMs === undefined, error: message }, "Job failed");
    return {
      ...claim,
      result:
        pauseMs === undefined
          ? { type: "dead", error: message }
          : { type: "retry", runAtMs: now() + pauseMs, error: message },
    };
  }
}

/** Drains by itself where a process lives on: at once after a commit, and when a retry falls due. */
export class OutboxRunner {
  readonly #options: OutboxOptions;
  #draining: Promise<void> | undefined;
  #wokenMeanwhile = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** There may be jobs. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#draining !== undefined) {
      this.#wokenMeanwhile = true;
      return;
    }
    this.#draining = this.#drain();
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // The answer goes out before the effects begin.
    await new Promise((resolve) => setTimeout(resolve, 0));
    let pauseMs: number | undefined;
    try {
      const { nextRunAtMs } = await drainOutbox(this.#options);
      if (nextRunAtMs !== null) pauseMs = nextRunAtMs - this.#options.now();
    } catch (error) {
      this.#options.logger.error({ error: String(error) }, "Outbox could not be drained");
      pauseMs = 5_000;
    }
    this.#draining = undefined;
    if (this.#stopped) return;
    if (this.#wokenMeanwhile) {
      this.#wokenMeanwhile = false;
      this.wake();
    } else if (pauseMs !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.wake(), Math.min(Math.max(pauseMs, 10), 60_000));
      // A process that has nothing else to do may end: the jobs are in the storage. Only Node has unref.
      if (typeof this.#timer === "object" && "unref" in this.#timer) this.#timer.unref();
    }
  }
}
