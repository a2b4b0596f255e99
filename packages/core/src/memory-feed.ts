import type { ChangePage, ChangeQuery, FeedChange, RecordChange } from "./record-change.ts";

interface TenantFeed {
  changes: FeedChange[];
  expiredId: number;
}

/** The live feed of the memory storage. */
export class MemoryFeed {
  readonly #feeds = new Map<string, TenantFeed>();
  #lastId = 0;

  append(change: RecordChange): void {
    this.#lastId += 1;
    const feed = this.#feeds.get(change.tenantId) ?? { changes: [], expiredId: 0 };
    feed.changes.push({ ...change, id: this.#lastId });
    this.#feeds.set(change.tenantId, feed);
  }

  list({ tenantId, after, limit }: ChangeQuery): ChangePage {
    const { changes, expiredId } = this.#feeds.get(tenantId) ?? { changes: [], expiredId: 0 };
    return {
      changes: changes.filter(({ id }) => id > after).slice(0, limit),
      lastId: changes.at(-1)?.id ?? expiredId,
      expiredId,
    };
  }

  /** Says how many went. */
  expire(tenantId: string, before: string, limit: number): number {
    const feed = this.#feeds.get(tenantId);
    if (feed === undefined) return 0;
    const kept = feed.changes.findIndex(({ at }) => at >= before);
    const count = Math.min(kept === -1 ? feed.changes.length : kept, limit);
    const expired = feed.changes.splice(0, count);
    feed.expiredId = expired.at(-1)?.id ?? feed.expiredId;
    return count;
  }
}
