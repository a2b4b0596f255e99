import type { Storage } from "@offhook/core";

/** A storage with one flaw, and the case that finds it. */
export interface BrokenStorage {
  /** Completes "a storage that …". */
  readonly flaw: string;
  readonly caughtBy: string;
  makeStorage(): Storage;
}
