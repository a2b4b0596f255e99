import type { Job, JobSettlement } from "./job.ts";
import { describeError, type Logger } from "./logger.ts";
import { newId } from "./new-id.ts";
import { attemptJob, type RunJob } from "./run-job.ts";
import type { Storage } from "./storage.ts";

export interface OutboxOptions {
  readonly storage: Storage;
  readonly tenantId: string;
  readonly run: RunJob;
  /** How long one attempt may take. Its lease is longer, so that nobody else starts it meanwhile. */
  readonly jobTimeoutMs: number;
  readonly now: () => number;
  readonly logger: Logger;
}

export interface DrainOptions {
  /** Start no more jobs after this long. Milliseconds; default: until none is due. */
  readonly timeoutMs?: number;
}

export interface DrainResult {
  readonly done: number;
  readonly failed: number;
  /** When the next job falls due; null when none waits. Milliseconds since 1970. */
  readonly nextRunAtMs: number | null;
}

/** Jobs that run at the same time in one drain. */
const concurrency = 32;
const leaseMarginMs = 30_000;
/** How often a process looks for jobs that another one left behind. */
const pollMs = 30_000;
/** How long `stop` waits for jobs that run. */
const stopTimeoutMs = 10_000;

/**
 * Runs the jobs that were written together with their cause, after the commit: at least once, retried with growing
 * pauses, then kept as dead. `drain` runs what is due; `wake` does so by itself where a process lives on.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #busy = new Set<string>();
  readonly #drains = new Set<Promise<DrainResult>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  /** True while a drain of our own runs, which `wake` only has to remind. */
  #running = false;
  #remind: () => void = () => undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Runs the jobs that are due. @throws StorageError when the storage does not answer. */
  async drain({ timeoutMs }: DrainOptions = {}): Promise<DrainResult> {
    const stopAtMs = timeoutMs === undefined ? Infinity : this.#options.now() + timeoutMs;
    const drain = this.#drain(stopAtMs, new Promise(() => undefined));
    this.#drains.add(drain);
    return drain.finally(() => this.#drains.delete(drain));
  }

  /** There may be jobs. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#running) this.#remind();
    else void this.#runOn();
  }

  /** Starts nothing more, and waits a while for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopTimeoutMs);
    });
    await Promise.race([Promise.allSettled(this.#drains), late]);
    clearTimeout(timer);
  }

  async #runOn(): Promise<void> {
    this.#running = true;
    let nextRunAtMs: number | null = null;
    let pauseMs = pollMs;
    try {
      // The answer goes out before the effects begin.
      await new Promise((resolve) => setTimeout(resolve, 0));
      for (let more = true; more && !this.#stopped;) {
        more = false;
        const reminded = new Promise<void>((resolve) => {
          this.#remind = () => {
            more = true;
            resolve();
          };
        });
        const drain = this.#drain(Infinity, reminded);
        this.#drains.add(drain);
        ({ nextRunAtMs } = await drain.finally(() => this.#drains.delete(drain)));
      }
      if (nextRunAtMs !== null) pauseMs = Math.min(Math.max(nextRunAtMs - this.#options.now(), 10), pollMs);
    } catch (error) {
      this.#options.logger.error({ error: describeError(error) }, "Outbox could not be drained");
    } finally {
      this.#running = false;
    }
    if (!this.#stopped) this.#sleep(pauseMs);
  }

  #sleep(pauseMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), pauseMs);
    // A process that has nothing else to do may end: the jobs are in the storage. Only Node has unref.
    if (typeof this.#timer === "object" && "unref" in this.#timer) this.#timer.unref();
  }

  /** @param reminded resolves when there may be more jobs than at the last claim. */
  async #drain(stopAtMs: number, reminded: Promise<void>): Promise<DrainResult> {
    const { storage, now } = this.#options;
    const running = new Set<Promise<void>>();
    const ended: JobSettlement[] = [];
    const remember = async (): Promise<void> => {
      await reminded;
      mayHaveDue = true;
    };
    const reminder = remember();
    let mayHaveDue = true;
    let isNextUncertain = false;
    let nextRunAtMs: number | null = null;
    let done = 0;
    let failed = 0;
    for (;;) {
      if (ended.length > 0) {
        const settlements = ended.splice(0);
        await storage.settleJobs(settlements);
        for (const { result } of settlements) {
          if (result.type === "done") done += 1;
          else failed += 1;
          if (result.type === "retry") nextRunAtMs = Math.min(nextRunAtMs ?? Infinity, result.runAtMs);
        }
      } else if (mayHaveDue && running.size < concurrency && !this.#stopped && now() < stopAtMs) {
        mayHaveDue = false;
        // What our own running jobs' leases say of the next due time is not what is asked.
        isNextUncertain = running.size > 0;
        const claimed = await this.#claim(concurrency - running.size);
        nextRunAtMs = claimed.nextRunAtMs;
        for (const job of claimed.jobs) {
          mayHaveDue = true;
          const attempt = this.#attempt(job, claimed.leaseToken, ended);
          void attempt.then(() => running.delete(attempt));
          running.add(attempt);
        }
      } else if (running.size > 0) {
        await Promise.race([...running, ...(mayHaveDue ? [] : [reminder])]);
      } else if (isNextUncertain && !this.#stopped && now() < stopAtMs) {
        isNextUncertain = false;
        mayHaveDue = true;
      } else {
        return { done, failed, nextRunAtMs };
      }
    }
  }

  async #attempt(job: Job, leaseToken: string, ended: JobSettlement[]): Promise<void> {
    const { run, jobTimeoutMs: timeoutMs, now, logger } = this.#options;
    ended.push(await attemptJob(job, leaseToken, { run, timeoutMs, now, logger, busy: this.#busy }));
  }

  async #claim(limit: number): Promise<{ jobs: readonly Job[]; nextRunAtMs: number | null; leaseToken: string }> {
    const { storage, tenantId, now, jobTimeoutMs } = this.#options;
    const nowMs = now();
    const leaseToken = newId("lease", nowMs);
    const leaseUntilMs = nowMs + jobTimeoutMs + leaseMarginMs;
    return { leaseToken, ...(await storage.claimJobs({ tenantId, limit, nowMs, leaseUntilMs, leaseToken })) };
  }
}
