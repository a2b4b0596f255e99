import { OffhookError, StorageError } from "./errors.ts";
import type { Storage } from "./storage.ts";

export interface LifecycleOptions {
  readonly storage: Storage;
  /** Called each time after the storage was opened. */
  readonly onOpen: () => void;
  /** Finishes what needs the storage, before it is closed. */
  readonly finish: () => Promise<void>;
}

/** Opens the storage with the first need for it, and closes it once, for good. */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** True from the moment that closing was asked for: nothing new is taken on. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** @throws StorageError when the storage cannot be opened; the next call tries again. */
  open(): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError());
    this.#opening ??= this.#open();
    return this.#opening;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(): Promise<void> {
    try {
      await this.#options.storage.open();
    } catch (cause) {
      this.#opening = undefined;
      throw cause instanceof OffhookError
        ? cause
        : new StorageError("storage_unavailable", "Storage: could not be opened", { cause });
    }
    this.#options.onOpen();
  }

  async #close(): Promise<void> {
    try {
      await this.#options.finish();
    } finally {
      this.#isClosed = true;
      if (this.#opening !== undefined) await this.#options.storage.close();
    }
  }
}

export const closedError = (): StorageError =>
  new StorageError("storage_unavailable", "Offhook: expected to be open, got closed");
