import { nextTurn } from "../next-turn.ts";
import type { Workings } from "../workings.ts";

const pageSize = 200;
/** Counting reads every call: this many are enough to say that it was a busy day. */
const mostPages = 250;
/** For a screen that asks again and again: a count that took longer than this is good for a while. */
const quickMs = 50;
/** For so many times as long as it took. */
const freshTimes = 10;
const longestFreshMs = 5_000;

interface Count {
  readonly count: Promise<number>;
  /** By the clock of the process. Infinity: it is under way. */
  readonly freshUntilMs: number;
}

/** How many calls of a provider began since midnight, UTC. */
export class CallsToday {
  readonly #workings: Workings;
  readonly #counts = new Map<string, Count>();

  constructor(workings: Workings) {
    this.#workings = workings;
  }

  async count(provider: string): Promise<number> {
    const nowMs = this.#workings.now();
    const beganMs = performance.now();
    const known = this.#counts.get(provider);
    if (known !== undefined && beganMs < known.freshUntilMs) return known.count;
    const count = this.#count(provider, nowMs);
    this.#counts.set(provider, { count, freshUntilMs: Infinity });
    try {
      await count;
      const endedMs = performance.now();
      const tookMs = endedMs - beganMs;
      const freshMs = tookMs < quickMs ? 0 : Math.min(tookMs * freshTimes, longestFreshMs);
      this.#counts.set(provider, { count, freshUntilMs: endedMs + freshMs });
    } catch {
      this.#counts.delete(provider);
    }
    return count;
  }

  async #count(provider: string, nowMs: number): Promise<number> {
    const { storage, audience } = this.#workings;
    const from = `${new Date(nowMs).toISOString().slice(0, "YYYY-MM-DD".length)}T00:00:00.000Z`;
    let count = 0;
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const page = await storage.list("call", { tenantId: audience.tenantId, limit: pageSize, provider, from, cursor });
      count += page.data.length;
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
      // Webhooks come in meanwhile, also where the storage works in this very thread.
      await nextTurn();
    }
    return count;
  }
}
