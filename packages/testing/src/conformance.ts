/**
 * The contracts of storages, providers and adapters as suites that run, to be passed by your own.
 * @module conformance
 */

import { describe, test } from "vitest";
import { isAbility, runStorageCase, type CreateStorage, type StorageCapabilities } from "./conformance-case.ts";
import { storageCases } from "./conformance-cases.ts";

export { runStorageCase } from "./conformance-case.ts";
export type {
  CreateStorage,
  FreshStorage,
  StorageCapabilities,
  StorageCase,
  StorageContext,
  StorageNeed,
} from "./conformance-case.ts";
export { storageCases } from "./conformance-cases.ts";
export type { StorageAbility } from "./storage-abilities.ts";
export { describeProvider, type ProviderConformanceOptions } from "./provider-conformance.ts";

export { describeAdapter, type AdapterSuiteOptions } from "./adapters/describe-adapter.ts";
export { adapterCases } from "./adapters/adapter-cases.ts";
export { serverTarget } from "./adapters/server-target.ts";
export { slowAdapterCases } from "./adapters/slow-cases.ts";
export type { AdapterCase, AdapterNeed, AdapterTarget } from "./adapters/adapter-case.ts";

/** What `describeStorage` needs to know of a storage. */
export interface StorageSuiteOptions {
  /** For the titles. */
  readonly name: string;
  /** Gives a storage with nothing in it, not opened yet. Called once for each case. */
  readonly create: CreateStorage;
  /** What it can do beyond the contract; default: nothing but the abilities that its members show. */
  readonly capabilities?: StorageCapabilities;
}

/**
 * Defines the tests that every Storage has to pass, with vitest. Other runners take `storageCases` and
 * `runStorageCase`. Cases for abilities that the storage lacks are skipped, with a note that names the members.
 *
 * @example
 * describeStorage({
 *   name: "my storage",
 *   create: async () => ({ storage: myStorage(), cleanup: async () => {} }),
 * });
 */
export function describeStorage({ name, create, capabilities = {} }: StorageSuiteOptions): void {
  describe(`Storage contract: ${name}`, () => {
    for (const each of storageCases()) {
      const { needs = [] } = each;
      const undeclared = needs.filter((need) => !isAbility(need) && capabilities[need] !== true);
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the case throws, and its title is data
      test(each.title, async ({ skip }) => {
        if (undeclared.length > 0) skip(`not among the capabilities: ${undeclared.join(", ")}`);
        const lacks = await runStorageCase(each, create, capabilities.abilities);
        if (lacks.length > 0) skip(`lacks ${lacks.join(", ")}`);
      });
    }
  });
}
