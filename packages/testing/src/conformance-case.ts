import type { Storage } from "@offhook/core";

/** What a storage can do beyond the contract. */
export interface StorageCapabilities {
  /** What was written is there after closing and `reopen`. */
  readonly durable?: boolean;
  /** Several storages may work on the same data at once; `another` opens one. */
  readonly concurrentProcesses?: boolean;
}

/** A storage with nothing in it, and what belongs to it. */
export interface FreshStorage {
  readonly storage: Storage;
  /** For `durable`: a new storage over what the closed one left. */
  reopen?(): Promise<Storage>;
  /** For `concurrentProcesses`: a further storage over the same data. */
  another?(): Promise<Storage>;
  /** Removes what is left. Called after the storages were closed. */
  cleanup(): Promise<void>;
}

export type CreateStorage = () => Promise<FreshStorage>;

/** What a case works on; the storage is open. */
export interface StorageContext {
  readonly storage: Storage;
  /** Closes the storage and opens it again. */
  readonly reopen: () => Promise<Storage>;
  /** A further storage over the same data, open. */
  readonly another: () => Promise<Storage>;
}

/** One sentence of the contract. */
export interface StorageCase {
  readonly title: string;
  /** Runs only for storages that have it. */
  readonly needs?: keyof StorageCapabilities;
  /** Rejects when the storage does not keep to it. */
  run(context: StorageContext): Promise<void>;
}

/** Runs one case on a storage of its own. */
export async function runStorageCase(storageCase: StorageCase, create: CreateStorage): Promise<void> {
  const fresh = await create();
  const storages = [fresh.storage];
  const keep = async (made: Promise<Storage> | undefined, name: string): Promise<Storage> => {
    if (made === undefined) throw new TypeError(`create: expected "${name}" for this capability, got none`);
    const storage = await made;
    storages.push(storage);
    await storage.open();
    return storage;
  };
  try {
    await fresh.storage.open();
    await storageCase.run({
      storage: fresh.storage,
      async reopen() {
        await fresh.storage.close();
        return keep(fresh.reopen?.(), "reopen");
      },
      another: () => keep(fresh.another?.(), "another"),
    });
  } finally {
    for (const storage of storages) await storage.close();
    await fresh.cleanup();
  }
}
