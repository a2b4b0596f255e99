import { maxAttempts } from "./backoff.ts";
import { Background, Reminder } from "./background.ts";
import { ConfigurationError } from "./errors.ts";
import type { JobWorker, RelayFactory, RelayOptions } from "./job-engine.ts";
import type { DrainOptions, DrainResult, JobRunner } from "./job-runner.ts";
import type { Job, JobSettlement } from "./job.ts";
import { describeError } from "./logger.ts";
import { newId } from "./new-id.ts";
import { attemptJob } from "./run-job.ts";
import { settledWithin } from "./settled-within.ts";

/** Jobs that are handed over together. */
const batchSize = 512;
/** How long a handover may take before another process tries. */
const leaseMs = 60_000;
/** How long `stop` waits for a handover that is under way. */
const stopTimeoutMs = 10_000;

/** The member of that name of every `JobEngine`. */
export const relay: RelayFactory = (options) => new Relay(options);

/**
 * Hands jobs that fall due to an engine, and runs what the engine gives back. The outbox holds what waits and what is
 * dead, the engine what runs.
 */
class Relay implements JobRunner {
  readonly #options: RelayOptions;
  readonly #background: Background;
  readonly #busy = new Set<string>();
  readonly #drains = new Set<Promise<DrainResult>>();
  #starting: Promise<void> | undefined;
  #stopped = false;
  /** Handovers that are not settled yet; kept here, because settling may fail and is then tried again. */
  #handedOver: JobSettlement[] = [];
  /** After a failure one job is tried, so that the attempts of the others are not used up. */
  #isFailing = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { now, logger } = options;
    this.#background = new Background({ drain: (reminder) => this.#track(Infinity, reminder), now, logger });
  }

  drain({ timeoutMs }: DrainOptions = {}): Promise<DrainResult> {
    return this.#track(timeoutMs === undefined ? Infinity : this.#options.now() + timeoutMs, new Reminder());
  }

  wake(): void {
    this.#background.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#background.stop();
    await settledWithin(this.#drains, stopTimeoutMs);
    if (this.#starting !== undefined) await this.#options.engine.stop();
  }

  async #track(stopAtMs: number, reminder: Reminder): Promise<DrainResult> {
    const drain = this.#drain(stopAtMs, reminder);
    this.#drains.add(drain);
    try {
      return await drain;
    } finally {
      this.#drains.delete(drain);
    }
  }

  async #drain(stopAtMs: number, reminder: Reminder): Promise<DrainResult> {
    const { now } = this.#options;
    if (this.#stopped) return { done: 0, failed: 0, nextRunAtMs: null };
    await this.#start();
    let done = 0;
    for (;;) {
      reminder.clear();
      const { handedOver, nextRunAtMs } = await this.#handOver();
      done += handedOver;
      const mayHaveMore = handedOver > 0 || reminder.isSet;
      if (this.#stopped || now() >= stopAtMs || !mayHaveMore) return { done, failed: 0, nextRunAtMs };
    }
  }

  /** The engine starts with the first need for it; a start that failed is tried again. */
  async #start(): Promise<void> {
    const { engine, runJobs, tenantId, logger } = this.#options;
    this.#starting ??= engine.start({ tenantId, worker: runJobs ? this.#worker() : undefined, logger });
    try {
      await this.#starting;
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
  }

  async #handOver(): Promise<{ readonly handedOver: number; readonly nextRunAtMs: number | null }> {
    const { engine, storage, tenantId, now } = this.#options;
    await this.#settle();
    const nowMs = now();
    const leaseToken = newId("lease", nowMs);
    const { jobs, nextRunAtMs } = await storage.claimJobs({
      tenantId,
      limit: this.#isFailing ? 1 : batchSize,
      nowMs,
      leaseUntilMs: nowMs + leaseMs,
      leaseToken,
    });
    if (jobs.length === 0) return { handedOver: 0, nextRunAtMs };
    try {
      await engine.publish(jobs);
      this.#isFailing = false;
    } catch (cause) {
      this.#isFailing = true;
      const error = describeError(cause);
      await storage.settleJobs(
        // At the time that they had: the engine may have them all the same, and then knows them again.
        jobs.map(({ id, runAtMs }) => ({ tenantId, id, leaseToken, result: { type: "retry", runAtMs, error } })),
      );
      throw cause;
    }
    this.#handedOver.push(...jobs.map(({ id }) => ({ tenantId, id, leaseToken, result: { type: "done" } as const })));
    await this.#settle();
    return { handedOver: jobs.length, nextRunAtMs };
  }

  async #settle(): Promise<void> {
    const settlements = this.#handedOver;
    if (settlements.length === 0) return;
    this.#handedOver = [];
    try {
      await this.#options.storage.settleJobs(settlements);
    } catch (error) {
      this.#handedOver.push(...settlements);
      throw error;
    }
  }

  #worker(): JobWorker {
    const { run, tenantId, jobTimeoutMs: timeoutMs, now, logger } = this.#options;
    return {
      timeoutMs,
      run: async (handed) => {
        if (handed.tenantId !== tenantId) {
          throw new ConfigurationError("option_invalid", "Job engine: expected jobs of one tenant, got another's");
        }
        // Handovers that failed were counted as attempts; the last one is still to be made.
        const job = { ...handed, attempts: Math.min(handed.attempts, maxAttempts) };
        const limits = { stopAtMs: Infinity };
        const { result } = await attemptJob(job, "", { run, timeoutMs, limits, now, logger, busy: this.#busy });
        if (result.type === "retry") {
          const { attempts = job.attempts } = result;
          await this.#takeBack({ ...job, attempts }, "waiting", result.runAtMs, result.error);
        } else if (result.type === "dead") await this.#takeBack(job, "dead", job.runAtMs, result.error);
      },
      bury: (job, error) => this.#takeBack(job, "dead", job.runAtMs, error),
    };
  }

  /** A job that failed goes back to the outbox, whether its handover is settled yet or not. */
  async #takeBack(job: Job, state: "waiting" | "dead", runAtMs: number, error: string): Promise<void> {
    const { storage } = this.#options;
    if (job.leaseToken !== null) {
      // Ends the handover: what settles it afterwards has lost its lease, and does not remove the job.
      const result =
        state === "dead"
          ? ({ type: "dead", error } as const)
          : ({ type: "retry", runAtMs, error, attempts: job.attempts } as const);
      await storage.settleJobs([{ tenantId: job.tenantId, id: job.id, leaseToken: job.leaseToken, result }]);
    }
    const back: Job = { ...job, state, runAtMs, leaseToken: null, leaseUntilMs: null, lastError: error };
    await storage.write((transaction) => transaction.insertJobs([back]));
    this.wake();
  }
}
