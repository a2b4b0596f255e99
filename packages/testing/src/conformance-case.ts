import type { Storage } from "@offhook/core";
import { assertThat } from "./conformance-assert.ts";
import { abilityMembers, abilityOf, membersOf, type StorageAbility } from "./storage-abilities.ts";

/** What a storage can do beyond the contract. */
export interface StorageCapabilities {
  /** What was written is there after closing and `reopen`. */
  readonly durable?: boolean;
  /** Several storages may work on the same data at once; `another` opens one. */
  readonly concurrentProcesses?: boolean;
  /**
   * Abilities that it must have: a case that needs one then fails where members are missing, instead of being skipped.
   * Default: none. Those whose members it has are tested in any case.
   */
  readonly abilities?: readonly StorageAbility[];
}

/** What a case may need beyond the required members. */
export type StorageNeed = "durable" | "concurrentProcesses" | StorageAbility;

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
  /** Runs only for storages that have all of it. */
  readonly needs?: readonly StorageNeed[];
  /** Rejects when the storage does not keep to it. */
  run(context: StorageContext): Promise<void>;
}

/**
 * Runs one case on a storage of its own.
 *
 * @param required abilities that the storage must have.
 * @returns the members that the storage lacks for the case, which then did not run; none: the storage keeps to it.
 * @throws ConformanceError when the storage does not keep to it, or has half of an ability that it needs.
 */
export async function runStorageCase(
  storageCase: StorageCase,
  create: CreateStorage,
  required: readonly StorageAbility[] = [],
): Promise<readonly string[]> {
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
    const lacks = await lackedBy(fresh.storage, storageCase.needs ?? [], required);
    if (lacks.length > 0) return lacks;
    await storageCase.run({
      storage: fresh.storage,
      async reopen() {
        await fresh.storage.close();
        return keep(fresh.reopen?.(), "reopen");
      },
      another: () => keep(fresh.another?.(), "another"),
    });
    return [];
  } finally {
    for (const storage of storages) await storage.close();
    await fresh.cleanup();
  }
}

async function lackedBy(
  storage: Storage,
  needs: readonly StorageNeed[],
  required: readonly StorageAbility[],
): Promise<readonly string[]> {
  const missing = new Set<string>();
  for (const need of needs) {
    if (!isAbility(need)) continue;
    const { has, lacks } = await membersOf(storage, need);
    assertThat(
      has.length === 0 || lacks.length === 0,
      `all members of the ability "${need}" or none, got ${has.join(", ")} without ${lacks.join(", ")}`,
    );
    assertThat(
      lacks.length === 0 || !required.includes(need),
      `the ability "${need}", which is among the capabilities, got no ${lacks.join(", ")}`,
    );
    for (const name of lacks) missing.add(name);
  }
  return [...missing];
}

/** Whether it shows in the members of a storage; the others can only be said. */
export const isAbility = (need: StorageNeed): need is StorageAbility => need in abilityMembers;

/** What a case about this member needs. */
export function needsOf(member: string): Pick<StorageCase, "needs"> {
  const ability = abilityOf(member);
  return ability === undefined ? {} : { needs: [ability] };
}
