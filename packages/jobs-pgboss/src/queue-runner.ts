import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@offhook/core";
import type { PgBoss, Job as PgBossJob } from "pg-boss";

/** Names one attempt, so that a late one settles nothing. */
type Attempt = Pick<PgBossJob, "id" | "retryCount">;

export interface QueueRunnerOptions<Row extends Attempt> {
  readonly boss: PgBoss;
  readonly queue: string;
  /** Jobs at the same time. */
  readonly places: number;
  /** How often to look for jobs that nobody announces, in milliseconds. */
  readonly pollMs: number;
  readonly fetch: (limit: number) => Promise<readonly Row[]>;
  /** Rejects to have the job run again later. */
  readonly run: (row: Row) => Promise<void>;
  readonly logger: Logger;
}

/** How long to wait when the database does not answer. */
const retryMs = 5_000;
/** How long `stop` waits for jobs that run. */
const stopTimeoutMs = 10_000;

/**
 * Takes jobs whenever a place is free. pg-boss's own `work` takes and settles whole batches, where a slow job keeps the
 * places of all others, and one by one is slow; here what ended meanwhile is settled together.
 */
export class QueueRunner<Row extends Attempt> {
  readonly #options: QueueRunnerOptions<Row>;
  readonly #running = new Set<Promise<void>>();
  readonly #done: Row[] = [];
  readonly #stopping = new AbortController();
  #bell = new AbortController();
  readonly #rounds: Promise<void>;
  #settling: Promise<void> | undefined;

  constructor(options: QueueRunnerOptions<Row>) {
    this.#options = options;
    this.#rounds = this.#runOn();
  }

  /** There may be jobs. */
  wake(): void {
    this.#bell.abort();
  }

  /** Takes nothing more, and waits a while for what runs; pg-boss hands out the rest again when its time is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#rounds;
    const enough = new AbortController();
    await Promise.race([Promise.all(this.#running), pause(stopTimeoutMs, enough.signal)]);
    enough.abort();
    await this.#settling;
  }

  async #runOn(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#bell = new AbortController();
      let pauseMs = this.#options.pollMs;
      try {
        await this.#take();
      } catch (error) {
        pauseMs = retryMs;
        this.#report(error);
      }
      await pause(pauseMs, this.#bell.signal);
    }
  }

  /** Settles what has ended, together with what ends meanwhile. */
  async #settle(): Promise<void> {
    const { boss, queue } = this.#options;
    try {
      while (this.#done.length > 0) {
        const rows = this.#done.splice(0);
        try {
          await boss.complete(queue, rows);
        } catch (error) {
          this.#report(error);
          // pg-boss hands them out again when their time is over.
          if (this.#stopping.signal.aborted) return;
          this.#done.push(...rows);
          await pause(retryMs, this.#stopping.signal);
        }
      }
    } finally {
      this.#settling = undefined;
    }
  }

  async #take(): Promise<void> {
    const { places, fetch } = this.#options;
    const free = places - this.#running.size;
    if (free === 0) return;
    for (const row of await fetch(free)) {
      const attempt = this.#attempt(row).finally(() => {
        this.#running.delete(attempt);
        this.wake();
      });
      this.#running.add(attempt);
    }
  }

  async #attempt(row: Row): Promise<void> {
    const { boss, queue, run } = this.#options;
    try {
      await run(row);
    } catch (error) {
      this.#report(error);
      // If this fails too, its time runs out.
      await boss.fail(queue, row, { message: describe(error) }).catch((cause: unknown) => this.#report(cause));
      return;
    }
    this.#done.push(row);
    this.#settling ??= this.#settle();
  }

  #report(error: unknown): void {
    const { queue, logger } = this.#options;
    logger.error({ queue, error: describe(error) }, "Jobs could not be taken, run or settled; they are tried again");
  }
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
}

/** Whatever was thrown, as a line that jsonb takes: without NUL and lone surrogates. */
function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll("\u0000", "").toWellFormed();
}
