import { Background, Reminder } from "./background.ts";
import type { DrainOptions, DrainResult, JobRunner, JobRunnerOptions } from "./job-runner.ts";
import type { Job, JobSettlement } from "./job.ts";
import { newId } from "./new-id.ts";
import { nextTurn } from "./next-turn.ts";
import { attemptJob } from "./run-job.ts";
import { settledWithin } from "./settled-within.ts";

/** Jobs that run at the same time in one drain. */
const concurrency = 32;
const leaseMarginMs = 30_000;
/** How long `stop` waits for jobs that run. */
const stopTimeoutMs = 10_000;

/**
 * Runs the jobs that were written together with their cause, after the commit: at least once, retried with growing
 * pauses, then kept as dead. `drain` runs what is due; `wake` does so by itself where a process lives on.
 */
export class Outbox implements JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #busy = new Set<string>();
  readonly #drains = new Set<Promise<DrainResult>>();
  readonly #background: Background;
  #stopped = false;
  /** How attempts ended that are not settled yet; kept here, because settling may fail and is then tried again. */
  readonly #ended: JobSettlement[] = [];

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    const { now, logger } = options;
    this.#background = new Background({
      drain: (reminder) => this.#track(this.#drain(Infinity, reminder)),
      now,
      logger,
    });
  }

  async drain({ timeoutMs }: DrainOptions = {}): Promise<DrainResult> {
    const stopAtMs = timeoutMs === undefined ? Infinity : this.#options.now() + timeoutMs;
    return this.#track(this.#drain(stopAtMs, new Reminder()));
  }

  wake(): void {
    this.#background.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#background.stop();
    await settledWithin(this.#drains, stopTimeoutMs);
  }

  async #track(drain: Promise<DrainResult>): Promise<DrainResult> {
    this.#drains.add(drain);
    try {
      return await drain;
    } finally {
      this.#drains.delete(drain);
    }
  }

  async #drain(stopAtMs: number, reminder: Reminder): Promise<DrainResult> {
    const running = new Set<Promise<void>>();
    try {
      return await this.#runDue(stopAtMs, reminder, running);
    } catch (error) {
      // What runs is not forgotten: its results are settled by the next drain.
      await Promise.all(running);
      throw error;
    }
  }

  async #runDue(stopAtMs: number, reminder: Reminder, running: Set<Promise<void>>): Promise<DrainResult> {
    const { now } = this.#options;
    let mayHaveDue = true;
    let isNextUncertain = false;
    let nextRunAtMs: number | null = null;
    let done = 0;
    let failed = 0;
    for (;;) {
      if (reminder.isSet) {
        reminder.clear();
        mayHaveDue = true;
      }
      const mayStart = !this.#stopped && now() < stopAtMs;
      if (this.#ended.length > 0) {
        for (const { result } of await this.#settle()) {
          if (result.type === "done") done += 1;
          else failed += 1;
          if (result.type === "retry") nextRunAtMs = Math.min(nextRunAtMs ?? Infinity, result.runAtMs);
        }
      } else if (mayHaveDue && mayStart && running.size < concurrency) {
        mayHaveDue = false;
        // What our own running jobs' leases say of the next due time is not what is asked.
        isNextUncertain = running.size > 0;
        // Webhooks come in meanwhile, also where the storage works in this very thread.
        await nextTurn();
        const claimed = await this.#claim(concurrency - running.size);
        nextRunAtMs = claimed.nextRunAtMs;
        for (const job of claimed.jobs) {
          mayHaveDue = true;
          const attempt = this.#attempt(job, claimed.leaseToken, stopAtMs);
          running.add(attempt);
          void attempt.then(() => running.delete(attempt));
        }
      } else if (running.size > 0) {
        await Promise.race([...running, reminder.reminded]);
      } else if (isNextUncertain && mayStart) {
        isNextUncertain = false;
        mayHaveDue = true;
      } else {
        return { done, failed, nextRunAtMs };
      }
    }
  }

  /** Settles what has ended; what cannot be settled now stays for the next time. */
  async #settle(): Promise<readonly JobSettlement[]> {
    const settlements = this.#ended.splice(0);
    try {
      await this.#options.storage.settleJobs(settlements);
      return settlements;
    } catch (error) {
      this.#ended.unshift(...settlements);
      throw error;
    }
  }

  async #attempt(job: Job, leaseToken: string, stopAtMs: number): Promise<void> {
    const { run, jobTimeoutMs: timeoutMs, now, logger } = this.#options;
    const limits = { stopAtMs };
    this.#ended.push(await attemptJob(job, leaseToken, { run, timeoutMs, limits, now, logger, busy: this.#busy }));
  }

  async #claim(limit: number): Promise<{ jobs: readonly Job[]; nextRunAtMs: number | null; leaseToken: string }> {
    const { storage, tenantId, now, jobTimeoutMs } = this.#options;
    const nowMs = now();
    const leaseToken = newId("lease", nowMs);
    const leaseUntilMs = nowMs + jobTimeoutMs + leaseMarginMs;
    return { leaseToken, ...(await storage.claimJobs({ tenantId, limit, nowMs, leaseUntilMs, leaseToken })) };
  }
}
