import { ApiError } from "../api-error.ts";
import type { QuotaState } from "../integrations.ts";
import type { Documents } from "./documents.ts";
import { usablePart } from "./import-document.ts";
import type { RequestLimit } from "../provider-api.ts";

export interface RequestBudgetOptions {
  readonly provider: string;
  readonly limits: readonly RequestLimit[];
  readonly documents: Documents;
  readonly now: () => number;
}

/** Requests that were made, by the time at which the bucket began. Milliseconds since 1970. */
type Buckets = { readonly [startMs: string]: number };

/** As many counts for the shortest limit, so that little is waited for too long. */
const bucketsPerLimit = 12;
/**
 * Requests that long work takes from what is stored at once. Those that it does not need go back with `release`; those
 * that a crash or the end of a bucket leaves count as used.
 */
const share = 10;

/**
 * How many requests a vendor still takes. Counted in the storage, for all processes and over restarts; where it cannot
 * keep that, for this process alone.
 */
export class RequestBudget {
  readonly #options: RequestBudgetOptions;
  readonly #bucketMs: number;
  #left = 0;
  #leftBucket = "";
  #taking: Promise<void> = Promise.resolve();

  constructor(options: RequestBudgetOptions) {
    this.#options = options;
    const shortest = Math.min(...options.limits.map(({ seconds }) => seconds));
    this.#bucketMs = (shortest * 1000) / bucketsPerLimit;
  }

  /**
   * Takes one request.
   * @param isUrgent whether it may use what long work has to leave.
   * @throws ApiError `api_quota_exhausted` with the time to wait.
   */
  async take(isUrgent: boolean): Promise<void> {
    if (this.#options.limits.length === 0) return;
    // One after the other: each has to see what the one before took.
    const turn = this.#taking.then(() => this.#take(isUrgent));
    this.#taking = turn.catch(() => undefined);
    return turn;
  }

  /** How much is used of each limit. */
  async state(): Promise<readonly QuotaState[]> {
    const { limits, documents, now, provider } = this.#options;
    if (limits.length === 0) return [];
    const buckets = (await documents.read<Buckets>(nameOf(provider)))?.value ?? {};
    return limits.map(({ requests, seconds }) => ({ requests, seconds, used: this.#used(buckets, seconds, now()) }));
  }

  /** Gives back what long work has taken and did not use. */
  async release(): Promise<void> {
    const { documents, provider } = this.#options;
    const [left, bucket] = [this.#left, this.#bucket()];
    if (left === 0) return;
    this.#left = 0;
    if (this.#leftBucket !== bucket) return;
    await documents.change<Buckets>(nameOf(provider), (buckets = {}) => ({
      ...buckets,
      [bucket]: Math.max((buckets[bucket] ?? 0) - left, 0),
    }));
  }

  #bucket(): string {
    return String(Math.floor(this.#options.now() / this.#bucketMs) * this.#bucketMs);
  }

  async #take(isUrgent: boolean): Promise<void> {
    const { documents, now, provider, limits } = this.#options;
    const bucket = this.#bucket();
    // What long work has taken is its own: it may use no more than that, and nobody takes the rest from it.
    if (!isUrgent && this.#left > 0 && this.#leftBucket === bucket) {
      this.#left -= 1;
      return;
    }
    const longestMs = Math.max(...limits.map(({ seconds }) => seconds)) * 1000;
    let taken = 0;
    await documents.change<Buckets>(nameOf(provider), (buckets = {}) => {
      const nowMs = now();
      const free = Math.min(...limits.map((limit) => this.#free(buckets, limit, nowMs, isUrgent)));
      if (free < 1) throw this.#exhausted(buckets, nowMs, isUrgent);
      taken = isUrgent ? 1 : Math.min(share, free);
      const young = Object.entries(buckets).filter(
        ([startMs]) => nowMs - Number(startMs) <= longestMs + this.#bucketMs,
      );
      return { ...Object.fromEntries(young), [bucket]: (buckets[bucket] ?? 0) + taken };
    });
    if (isUrgent) return;
    // Only now it is written down.
    this.#left = taken - 1;
    this.#leftBucket = bucket;
  }

  /** Of the last so many seconds, with the bucket that has only partly passed. */
  #used(buckets: Buckets, seconds: number, nowMs: number): number {
    return Object.entries(buckets)
      .filter(([startMs]) => Number(startMs) + this.#bucketMs > nowMs - seconds * 1000)
      .reduce((sum, [, count]) => sum + count, 0);
  }

  #free(buckets: Buckets, { requests, seconds }: RequestLimit, nowMs: number, isUrgent: boolean): number {
    const usable = isUrgent ? requests : Math.max(Math.floor(requests * usablePart), 1);
    return usable - this.#used(buckets, seconds, nowMs);
  }

  #exhausted(buckets: Buckets, nowMs: number, isUrgent: boolean): ApiError {
    const { limits, provider } = this.#options;
    const waits = limits
      .filter((limit) => this.#free(buckets, limit, nowMs, isUrgent) < 1)
      .map(({ seconds }) => {
        const oldest = Math.min(
          ...Object.keys(buckets)
            .map(Number)
            .filter((startMs) => startMs + this.#bucketMs > nowMs - seconds * 1000),
        );
        return oldest + this.#bucketMs + seconds * 1000 - nowMs;
      });
    const retryAfterMs = Math.max(...waits, 1_000);
    return new ApiError(
      "api_quota_exhausted",
      `API of ${provider}: the vendor's limit of requests is used up for ${Math.ceil(retryAfterMs / 60_000)} minutes`,
      { provider, retryAfterMs },
    );
  }
}

const nameOf = (provider: string): string => `requests:${provider}`;
