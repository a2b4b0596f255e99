import type { DrainResult } from "./job-runner.ts";
import { describeError, type Logger } from "./logger.ts";

export interface BackgroundOptions {
  /** Does what is due now; looks again whenever it is reminded. */
  readonly drain: (reminder: Reminder) => Promise<DrainResult>;
  readonly now: () => number;
  readonly logger: Logger;
}

/** How often a process looks for jobs that another one left behind. */
const pollMs = 30_000;
/** How long to wait when the storage or the engine does not answer. */
const retryMs = 5_000;

/** Drains where a process lives on: when woken, when the next job falls due, and from time to time. */
export class Background {
  readonly #options: BackgroundOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  /** Set while a drain of our own runs, which `wake` only has to remind. */
  #reminder: Reminder | undefined;

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  /** There may be jobs. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#reminder === undefined) void this.#runOn();
    else this.#reminder.remind();
  }

  /** Starts no more drains. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #runOn(): Promise<void> {
    const { drain, now, logger } = this.#options;
    const reminder = new Reminder();
    this.#reminder = reminder;
    let pauseMs = pollMs;
    try {
      // The answer goes out before the effects begin.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#stopped) return;
      const { nextRunAtMs } = await drain(reminder);
      if (reminder.isSet) pauseMs = 0;
      else if (nextRunAtMs !== null) pauseMs = Math.min(Math.max(nextRunAtMs - now(), 10), pollMs);
    } catch (error) {
      pauseMs = retryMs;
      logger.error({ error: describeError(error) }, "Outbox could not be drained");
    } finally {
      this.#reminder = undefined;
    }
    if (!this.#stopped) this.#sleep(pauseMs);
  }

  #sleep(pauseMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), pauseMs);
    // A process that has nothing else to do may end: the jobs are in the storage. Only Node has unref.
    if (typeof this.#timer === "object" && "unref" in this.#timer) this.#timer.unref();
  }
}

/** Says that there is something to do, to one who waits for it or will look. */
export class Reminder {
  isSet = false;
  reminded!: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor() {
    this.clear();
  }

  remind(): void {
    this.isSet = true;
    this.#resolve();
  }

  clear(): void {
    this.isSet = false;
    this.reminded = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}
