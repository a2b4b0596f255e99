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
  /** What the writes that are under way have put into memory, should they be committed. */
  readonly #staged = new WeakMap<StorageTransaction, Map<string, Checkpoint>>();
  #writing: Promise<unknown> = Promise.resolve();

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

  /** As the storage's own `write`, for work that puts documents. */
  async write<Result>(
    work: (transaction: StorageTransaction) => Promise<Result>,
    options?: Parameters<Storage["write"]>[1],
  ): Promise<Result> {
    if (this.isKept) return this.#storage.write(work, options);
    // One after the other, so that what one has put is there when the next one looks.
    const writing = this.#writing.then(() => this.#writeInMemory(work, options));
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async #writeInMemory<Result>(
    work: (transaction: StorageTransaction) => Promise<Result>,
    options?: Parameters<Storage["write"]>[1],
  ): Promise<Result> {
    // The work of a write may run again; what the last run has put counts, once it is committed.
    let staged = new Map<string, Checkpoint>();
    const result = await this.#storage.write((transaction) => {
      staged = new Map();
      this.#staged.set(transaction, staged);
      return work(transaction);
    }, options);
    for (const [name, checkpoint] of staged) this.#memory.set(name, checkpoint);
    return result;
  }

  /**
   * Puts a document in a transaction of `write` that does more.
   * @returns false where somebody else was faster.
   */
  async put(transaction: StorageTransaction, name: string, version: number, value: object): Promise<boolean> {
    // The documents are plain JSON: see the types of those that write them.
    const checkpoint: Checkpoint = { tenantId: this.#tenantId, name, version, value: value as JsonValue };
    if (this.isKept && transaction.putCheckpoints !== undefined) return transaction.putCheckpoints([checkpoint]);
    if ((this.#memory.get(name)?.version ?? 0) !== version - 1) return false;
    this.#staged.get(transaction)?.set(name, checkpoint);
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
      const isWritten = await this.write(async (transaction) => {
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
