import type { JsonValue } from "../call.ts";
import { StorageError } from "../errors.ts";
import type { Checkpoint, Storage, StorageTransaction } from "../storage.ts";

export interface Document<Value> {
  readonly version: number;
  readonly value: Value;
}

/** How often a change is tried when others change the same. */
const maxTries = 50;

/** The checkpoints of a tenant. Where the storage keeps none they live as long as the process. */
export class Documents {
  readonly #storage: Storage;
  readonly #tenantId: string;
  readonly #memory = new Map<string, Checkpoint>();

  constructor(storage: Storage, tenantId: string) {
    this.#storage = storage;
    this.#tenantId = tenantId;
  }

  /** Whether they outlive this process. */
  get isKept(): boolean {
    return this.#storage.getCheckpoint !== undefined;
  }

  async read<Value>(name: string): Promise<Document<Value> | undefined> {
    const found =
      this.#storage.getCheckpoint === undefined
        ? this.#memory.get(name)
        : await this.#storage.getCheckpoint(this.#tenantId, name);
    // Whoever reads a name has written it.
    return found === undefined ? undefined : { version: found.version, value: found.value as Value };
  }

  /**
   * Writes a document in a transaction that does more.
   * @returns false where somebody else was faster.
   */
  async put(transaction: StorageTransaction, name: string, version: number, value: object): Promise<boolean> {
    // The documents are plain JSON: see the types of those that write them.
    const checkpoint: Checkpoint = { tenantId: this.#tenantId, name, version, value: value as JsonValue };
    if (this.isKept && transaction.putCheckpoints !== undefined) return transaction.putCheckpoints([checkpoint]);
    // The work of a write may run again, and then puts the same once more.
    const present = this.#memory.get(name)?.version ?? 0;
    if (present !== version - 1 && present !== version) return false;
    this.#memory.set(name, checkpoint);
    return true;
  }

  /** Replaces a document by what `make` makes of it, again if somebody else did so meanwhile. */
  async change<Value extends object>(
    name: string,
    make: (value: Value | undefined) => Value | undefined,
    along?: (transaction: StorageTransaction, value: Value) => Promise<void>,
  ): Promise<Value | undefined> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const found = await this.read<Value>(name);
      const value = make(found?.value);
      if (value === undefined) return undefined;
      const isWritten = await this.#storage.write(async (transaction) => {
        if (!(await this.put(transaction, name, (found?.version ?? 0) + 1, value))) return false;
        await along?.(transaction, value);
        return true;
      });
      if (isWritten) return value;
    }
    throw new StorageError(
      "storage_unavailable",
      `Storage: "${name}" was changed by others ${maxTries} times in a row`,
    );
  }
}
