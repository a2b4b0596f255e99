import type { Checkpoint } from "./storage.ts";

/** What a transaction has put, by key. */
export type PutCheckpoints = Map<string, Checkpoint>;

/** The checkpoints of the memory storage. */
export class MemoryCheckpoints {
  readonly #stored = new Map<string, Checkpoint>();

  get(tenantId: string, name: string): Checkpoint | undefined {
    return this.#stored.get(keyOf(tenantId, name));
  }

  /** Adds a batch to what its transaction put before. False where one does not follow: then nothing is added. */
  put(put: PutCheckpoints, batch: readonly Checkpoint[]): boolean {
    const added: PutCheckpoints = new Map();
    for (const checkpoint of batch) {
      const key = keyOf(checkpoint.tenantId, checkpoint.name);
      const before = added.get(key) ?? put.get(key) ?? this.#stored.get(key);
      if (checkpoint.version !== (before?.version ?? 0) + 1) return false;
      added.set(key, checkpoint);
    }
    for (const [key, checkpoint] of added) put.set(key, checkpoint);
    return true;
  }

  /** Stores what a transaction put, once it succeeded. */
  store(put: PutCheckpoints): void {
    for (const [key, checkpoint] of put) this.#stored.set(key, checkpoint);
  }
}

// A tenant's name may hold any character but this one.
const keyOf = (tenantId: string, name: string): string => `${tenantId}\u0000${name}`;
