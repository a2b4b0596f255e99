import { lacking } from "./abilities.ts";
import { OffhookError } from "./errors.ts";
import { describeError, type Logger } from "./logger.ts";
import type { ChangePage, FeedChange } from "./record-change.ts";
import type { Storage } from "./storage.ts";

/** What a follower of the live feed is told. */
export type FeedEntry =
  | ({ readonly type: "changed" } & FeedChange)
  /** Changes up to this id are no longer kept, and were not told: read anew what is shown. */
  | { readonly type: "missed"; readonly id: number };

export interface ChangeFeedOptions {
  readonly storage: Storage;
  readonly tenantId: string;
  /** Opens the storage unless it is open. */
  readonly open: () => Promise<void>;
  readonly logger: Logger;
}

/** How often to look for what other processes wrote, where the storage cannot say. For all followers together. */
const pollMs = 1_000;
const pageSize = 200;
/** How long changes gather before followers look, so that a busy time costs a read now and then. */
const gatherMs = 50;

/**
 * Tells followers what changed, from any process, in one order for all: from an id on, first what is stored and then
 * what comes.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #followers = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: Promise<(() => Promise<void>) | undefined> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  /** What is being read, by the id after which: followers that are equally far read together. */
  readonly #reading = new Map<number, Promise<ChangePage>>();
  #lastId = 0;
  #stopped = false;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  /** There may be changes: of ours, or of another process. */
  wake(): void {
    if (this.#followers.size > 0) this.#gathering ??= setTimeout(() => this.#wakeNow(), gatherMs);
  }

  #wakeNow(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    // A read that is under way may have begun before what this is about.
    this.#reading.clear();
    for (const wakeFollower of this.#followers) wakeFollower();
  }

  /** Where the feed stands. @throws ConfigurationError `option_invalid` when the storage keeps none. */
  async lastId(): Promise<number> {
    await this.#options.open();
    return (await this.#list(0, 0)).lastId;
  }

  /** Ends every follower. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeNow();
    await this.#unwatch();
  }

  /**
   * @param after the id of the last entry that was seen; undefined: from now on.
   * @throws ConfigurationError `option_invalid` when the storage keeps no feed.
   */
  async *follow(after: number | undefined, signal: AbortSignal | undefined): AsyncGenerator<FeedEntry, void, void> {
    const { open } = this.#options;
    let waking = Promise.withResolvers<void>();
    const wakeUp = (): void => waking.resolve();
    const isOver = (): boolean => this.#stopped || signal?.aborted === true;
    this.#followers.add(wakeUp);
    signal?.addEventListener("abort", wakeUp);
    try {
      await open();
      await this.#watchOnce();
      let seen = after ?? (await this.lastId());
      while (!isOver()) {
        waking = Promise.withResolvers<void>();
        const page = await this.#listPatiently(seen);
        if (page !== undefined && (page.expiredId > seen || seen > page.lastId)) {
          // Expired meanwhile, or of a database that was put back to an earlier state.
          seen = page.expiredId > seen ? page.expiredId : page.lastId;
          yield { type: "missed", id: seen };
          continue;
        }
        for (const change of page?.changes ?? []) {
          if (isOver()) return;
          seen = change.id;
          yield { type: "changed", ...change };
        }
        if (page === undefined || page.changes.length < pageSize) await waking.promise;
      }
    } finally {
      signal?.removeEventListener("abort", wakeUp);
      this.#followers.delete(wakeUp);
      if (this.#followers.size === 0) await this.#unwatch();
    }
  }

  async #list(after: number, limit: number): Promise<ChangePage> {
    const { storage, tenantId } = this.#options;
    if (storage.listChanges === undefined) throw lacking("listChanges");
    return storage.listChanges({ tenantId, after, limit });
  }

  /** Undefined while the storage does not answer: a live view outlives that. */
  async #listPatiently(after: number): Promise<ChangePage | undefined> {
    try {
      return await this.#listTogether(after);
    } catch (error) {
      if (!(error instanceof OffhookError) || error.code !== "storage_unavailable") throw error;
      this.#options.logger.warn({ error: describeError(error) }, "Changes could not be read, trying again");
      return undefined;
    }
  }

  async #listTogether(after: number): Promise<ChangePage> {
    const reading = this.#reading.get(after) ?? this.#list(after, pageSize);
    this.#reading.set(after, reading);
    try {
      return await reading;
    } finally {
      if (this.#reading.get(after) === reading) this.#reading.delete(after);
    }
  }

  /** With the first follower: looks for what other processes write. */
  async #watchOnce(): Promise<void> {
    const { storage, tenantId, logger } = this.#options;
    if (this.#timer === undefined) this.#poll();
    this.#watch ??= (async () => {
      try {
        return await storage.watchChanges?.(tenantId, () => this.wake());
      } catch (error) {
        logger.warn({ error: describeError(error) }, "Changes of other processes are looked for every second");
        return undefined;
      }
    })();
    await this.#watch;
  }

  async #unwatch(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const watch = this.#watch;
    this.#watch = undefined;
    const end = await watch;
    await end?.();
  }

  #poll(): void {
    this.#timer = setTimeout(() => void this.#look(), pollMs);
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    try {
      const { lastId } = await this.#list(0, 0);
      if (lastId !== this.#lastId) this.wake();
      this.#lastId = lastId;
    } catch {
      // Whoever follows finds out by itself.
      this.wake();
    }
    if (this.#timer === timer && this.#followers.size > 0 && !this.#stopped) this.#poll();
  }
}
