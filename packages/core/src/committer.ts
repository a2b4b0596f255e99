import { applyEntries, type Applied, type JournalEntry } from "./apply.ts";
import { OffhookError, StorageError } from "./errors.ts";
import { nextTurn } from "./next-turn.ts";
import type { Storage } from "./storage.ts";
import type { TellOptions, Told } from "./tell.ts";

export interface CommitterOptions {
  /** Opens the storage unless it is open. */
  readonly open: () => Promise<void>;
  readonly storage: Storage;
  /** Who hears of what a commit changes. */
  readonly audience: Omit<TellOptions, "nowMs">;
  readonly now: () => number;
  /** Called after a commit. */
  readonly onCommit: (told: Told) => void;
  /** Called when an entry was kept without its events because applying them failed. */
  readonly onPoison: (entry: JournalEntry, cause: unknown) => void;
  /** Deliveries that go into one transaction at most. */
  readonly maxBatch: number;
  /** Deliveries that may wait for a commit; beyond it the sender is asked to come back. */
  readonly maxWaiting: number;
  /** How long a delivery may wait for its commit. */
  readonly timeoutMs: number;
}

interface Waiting {
  readonly entry: JournalEntry;
  readonly sinceMs: number;
  /** Its sender has been told to come back. */
  isGivenUp: boolean;
  readonly resolve: (applied: Applied) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: deliveries that arrive while one transaction is being flushed go together into the next, so that
 * many concurrent requests cost one flush to disk. Alone, a delivery waits for nothing.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #waiting: Waiting[] = [];
  /** Refusals have a lane of their own, so that a flood of forgeries keeps no genuine delivery waiting. */
  #rejected: Waiting[] = [];
  #minuteStartMs = performance.now();
  #rejectedThisMinute = 0;
  #flushing: Promise<void> | undefined;
  #lastCommitMs = Infinity;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /**
   * Resolves once the entry is durable.
   * @throws StorageError `storage_unavailable`; then nothing is promised and the sender should try again.
   */
  commit(entry: JournalEntry): Promise<Applied> {
    const { length } = this.#waiting;
    if (length >= this.#options.maxWaiting) {
      return Promise.reject(unavailable(`${length} deliveries wait for a commit already`));
    }
    return this.#enqueue(this.#waiting, entry);
  }

  /**
   * Writes down a refusal; false when there are too many, or when it could not be written.
   */
  async commitRejected(entry: JournalEntry): Promise<boolean> {
    const nowMs = performance.now();
    if (nowMs - this.#minuteStartMs >= 60_000) {
      this.#minuteStartMs = nowMs;
      this.#rejectedThisMinute = 0;
    }
    if (this.#rejected.length >= maxRejectedWaiting || this.#rejectedThisMinute >= maxRejectedPerMinute) return false;
    this.#rejectedThisMinute += 1;
    return this.#enqueue(this.#rejected, entry).then(
      () => true,
      () => false,
    );
  }

  /** Resolves when nothing waits any more, or when waiting longer makes no sense. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) {
      if (await isLaterThan(this.#flushing, this.#options.timeoutMs)) return;
    }
  }

  #enqueue(lane: Waiting[], entry: JournalEntry): Promise<Applied> {
    return new Promise((resolve, reject) => {
      lane.push({ entry, sinceMs: performance.now(), isGivenUp: false, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const { maxBatch, timeoutMs } = this.#options;
    let batch: Waiting[] = [];
    // One for all batches: started anew with each, it would never come where they follow each other quickly.
    const timer = setInterval(() => this.#giveUp(batch), timeoutMs / looksPerTimeout);
    try {
      while (this.#waiting.length > 0 || this.#rejected.length > 0) {
        // Lets the requests that have arrived join the batch, each of which is an event of its own.
        await (this.#lastCommitMs > worthATurnMs ? nextTurn() : Promise.resolve());
        batch = this.#waiting.splice(0, maxBatch);
        batch.push(...this.#rejected.splice(0, Math.min(maxRejectedInBatch, maxBatch)));
        const startMs = performance.now();
        await this.#write(batch);
        this.#lastCommitMs = performance.now() - startMs;
      }
    } finally {
      clearInterval(timer);
      this.#flushing = undefined;
    }
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const [only] = batch;
    try {
      this.#resolve(batch, await this.#transact(batch.map((waiting) => waiting.entry)));
    } catch (cause) {
      if (isUnavailable(cause)) {
        for (const waiting of batch) waiting.reject(cause);
      } else if (batch.length === 1 && only !== undefined) {
        await this.#writeAgain(only, cause);
      } else {
        // One of them may be the reason: nobody else shall suffer for it.
        for (const waiting of batch) if (!waiting.isGivenUp) await this.#write([waiting]);
      }
    }
  }

  /** What failed for a passing reason succeeds now; what fails again is kept without its events. */
  async #writeAgain(waiting: Waiting, cause: unknown): Promise<void> {
    try {
      if (!isPoison(cause)) {
        this.#resolve([waiting], await this.#transact([waiting.entry]));
        return;
      }
    } catch (second) {
      if (isUnavailable(second)) {
        waiting.reject(second);
        return;
      }
    }
    await this.#writeWithoutEvents(waiting, cause);
  }

  /** Keeps the bytes of a delivery whose events cannot be applied. */
  async #writeWithoutEvents(waiting: Waiting, cause: unknown): Promise<void> {
    const { delivery } = waiting.entry;
    const kept = {
      ...delivery,
      status: delivery.status === "rejected" ? ("rejected" as const) : ("failed" as const),
      error: delivery.error ?? {
        code: "mapper_failed" as const,
        message: "Its events could not be applied: the log has the cause, the bytes are kept",
      },
    };
    try {
      this.#resolve([waiting], await this.#transact([{ delivery: kept, calls: [], leads: [] }]));
    } catch (error) {
      waiting.reject(isUnavailable(error) ? error : unavailable("the delivery could not be written", error));
      return;
    }
    this.#options.onPoison(waiting.entry, cause);
  }

  #resolve(batch: readonly Waiting[], applied: readonly Applied[]): void {
    batch.forEach((waiting, index) => {
      const result = applied[index];
      if (result === undefined) waiting.reject(unavailable("expected a result for each delivery, got fewer"));
      else waiting.resolve(result);
    });
  }

  async #transact(entries: readonly JournalEntry[]): Promise<readonly Applied[]> {
    const { open, storage, audience, now, onCommit } = this.#options;
    await open();
    const { applied, ...told } = await storage.write((transaction) =>
      applyEntries(transaction, entries, { ...audience, nowMs: now() }),
    );
    onCommit(told);
    return applied;
  }

  /** Tells who has waited too long. What is written after that all the same is found as a duplicate. */
  #giveUp(batch: readonly Waiting[]): void {
    const { timeoutMs } = this.#options;
    const latestMs = performance.now() - timeoutMs;
    const error = unavailable(`no commit within ${timeoutMs} ms`);
    const inTime = ({ sinceMs }: Waiting): boolean => sinceMs > latestMs;
    for (const waiting of [...batch, ...this.#waiting, ...this.#rejected]) {
      if (inTime(waiting)) continue;
      waiting.isGivenUp = true;
      waiting.reject(error);
    }
    this.#waiting = this.#waiting.filter(inTime);
    this.#rejected = this.#rejected.filter(inTime);
  }
}

/** How often to look for who has waited too long: nobody is kept longer than that part of the time beyond it. */
const looksPerTimeout = 32;
/** A commit that takes less costs less than a turn of the event loop: in memory nothing is gained by sharing it. */
const worthATurnMs = 0.05;
/** Refusals that may wait; more are not written down. */
const maxRejectedWaiting = 256;
/** At 16 KiB each at most: a flood of forgeries fills no disk. What is beyond is in the log alone. */
const maxRejectedPerMinute = 1_000;
const maxRejectedInBatch = 32;

const unavailable = (what: string, cause?: unknown): StorageError =>
  new StorageError("storage_unavailable", `Storage: ${what}`, { cause });

function isUnavailable(error: unknown): boolean {
  return error instanceof OffhookError && error.code === "storage_unavailable";
}

/** The storage or the fold says that these events can never be applied. */
function isPoison(error: unknown): boolean {
  return error instanceof OffhookError && (error.code === "storage_failed" || error.code === "mapper_failed");
}

async function isLaterThan(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  try {
    return await Promise.race([work.then(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}
