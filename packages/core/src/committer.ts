import { applyEntries, type Applied, type ApplyOptions, type JournalEntry } from "./apply.ts";
import { OffhookError, StorageError } from "./errors.ts";
import type { Storage } from "./storage.ts";

export interface CommitterOptions {
  readonly storage: Storage;
  readonly tenantId: string;
  readonly wanted: ApplyOptions["wanted"];
  readonly now: () => number;
  /** Called after a commit that wrote jobs. */
  readonly onJobs: () => void;
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
  #flushing: Promise<void> | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /**
   * Resolves once the entry is durable.
   * @throws StorageError `storage_unavailable`; then nothing is promised and the sender should try again.
   */
  commit(entry: JournalEntry): Promise<Applied> {
    if (this.#waiting.length >= this.#options.maxWaiting) {
      return Promise.reject(
        new StorageError(
          "storage_unavailable",
          `Storage: ${this.#waiting.length} deliveries wait for a commit already`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    // Lets the requests of this turn of the event loop join the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxBatch);
      const timer = setInterval(() => this.#giveUp(batch), this.#options.timeoutMs);
      try {
        await this.#write(batch);
      } finally {
        clearInterval(timer);
      }
    }
    this.#flushing = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const applied = await this.#transact(batch.map((waiting) => waiting.entry));
      batch.forEach((waiting, index) => {
        const result = applied[index];
        if (result !== undefined) waiting.resolve(result);
      });
    } catch (cause) {
      if (isUnavailable(cause)) {
        for (const waiting of batch) waiting.reject(cause);
      } else if (batch.length > 1) {
        // One of them may be the reason: nobody else shall suffer for it.
        for (const waiting of batch) await this.#write([waiting]);
      } else {
        for (const waiting of batch) await this.#writeWithoutEvents(waiting, cause);
      }
    }
  }

  /** Keeps the bytes of a delivery whose events cannot be applied, so that it can be replayed. */
  async #writeWithoutEvents({ entry, resolve, reject }: Waiting, cause: unknown): Promise<void> {
    try {
      const delivery = {
        ...entry.delivery,
        status: entry.delivery.status === "rejected" ? ("rejected" as const) : ("failed" as const),
        error: entry.delivery.error ?? {
          code: "mapper_failed" as const,
          message: "Applying the events failed: see the log, mend the cause and replay the delivery",
        },
      };
      const [applied] = await this.#transact([{ delivery, calls: [], leads: [] }]);
      if (applied === undefined) throw new StorageError("storage_failed", "Storage: expected one result, got none");
      this.#options.onPoison(entry, cause);
      resolve(applied);
    } catch (error) {
      reject(
        isUnavailable(error)
          ? error
          : new StorageError("storage_unavailable", "Storage: the delivery could not be written", { cause: error }),
      );
    }
  }

  async #transact(entries: readonly JournalEntry[]): Promise<readonly Applied[]> {
    const { storage, tenantId, wanted, now, onJobs } = this.#options;
    const { applied, jobs } = await storage.write((transaction) =>
      applyEntries(transaction, entries, { tenantId, nowMs: now(), wanted }),
    );
    if (jobs > 0) onJobs();
    return applied;
  }

  /** Tells everybody who waits that it takes too long. What is still written after that is found as a duplicate. */
  #giveUp(batch: readonly Waiting[]): void {
    const error = new StorageError("storage_unavailable", `Storage: no commit within ${this.#options.timeoutMs} ms`);
    for (const waiting of [...batch, ...this.#waiting.splice(0)]) waiting.reject(error);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof OffhookError && error.code === "storage_unavailable";
}
