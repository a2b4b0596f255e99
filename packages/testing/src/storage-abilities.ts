import type { Storage, StorageTransaction } from "@offhook/core";

/**
 * What a storage can do beyond the required members. `deadJobs`: show jobs and let dead ones run again. `changeFeed`:
 * live views. `changeWatch`: wake live views early. `corrections`: replay and erasure. `expiry`: retention.
 * `checkpoints`: remember how far something has come.
 */
export type StorageAbility = "deadJobs" | "changeFeed" | "changeWatch" | "corrections" | "expiry" | "checkpoints";

interface AbilityMembers {
  readonly storage: readonly (keyof Storage)[];
  readonly transaction: readonly (keyof StorageTransaction)[];
}

/** The members that make up an ability: all of them, or it is half. */
export const abilityMembers: { readonly [Ability in StorageAbility]: AbilityMembers } = {
  deadJobs: { storage: ["listJobs", "retryJobs"], transaction: [] },
  changeFeed: { storage: ["listChanges"], transaction: ["insertChanges"] },
  changeWatch: { storage: ["watchChanges", "listChanges"], transaction: ["insertChanges"] },
  corrections: { storage: [], transaction: ["remove", "updateDeliveries"] },
  expiry: { storage: ["expire"], transaction: [] },
  checkpoints: { storage: ["getCheckpoint"], transaction: ["putCheckpoints"] },
};

/** Members that their own ability needs, but that speak of another: alone they make nothing half. */
const borrowed: { readonly [Ability in StorageAbility]?: readonly string[] } = {
  changeWatch: ["listChanges", "insertChanges"],
};

const isMember = (ability: StorageAbility, name: string): boolean => {
  const { storage, transaction } = abilityMembers[ability];
  return [...storage, ...transaction].some((member) => member === name) && borrowed[ability]?.includes(name) !== true;
};

/** The ability that a member belongs to; undefined for those that every storage has. */
export function abilityOf(name: string): StorageAbility | undefined {
  // The keys are the abilities.
  return (Object.keys(abilityMembers) as StorageAbility[]).find((ability) => isMember(ability, name));
}

/** Which members of an ability a storage has and which it lacks; the storage is open. */
export async function membersOf(
  storage: Storage,
  ability: StorageAbility,
): Promise<{ readonly has: readonly string[]; readonly lacks: readonly string[] }> {
  const wanted = abilityMembers[ability];
  // The members of a transaction can be seen only inside a write.
  const ofTransaction =
    wanted.transaction.length === 0
      ? []
      : await storage.write((transaction) =>
          Promise.resolve(wanted.transaction.filter((name) => transaction[name] !== undefined)),
        );
  const present = new Set<string>([...wanted.storage.filter((name) => storage[name] !== undefined), ...ofTransaction]);
  const all: readonly string[] = [...wanted.storage, ...wanted.transaction];
  return {
    has: all.filter((name) => present.has(name) && isMember(ability, name)),
    lacks: all.filter((name) => !present.has(name)),
  };
}

/** The same object, with members that are optional on it and that a case's `needs` have made sure of. */
export function able<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  ...names: readonly Name[]
): Owner & { readonly [Member in Name]-?: NonNullable<Owner[Member]> } {
  for (const name of names) {
    if (owner[name] === undefined) throw new TypeError(`Expected a member "${String(name)}", got none`);
  }
  // Checked above.
  return owner as Owner & { readonly [Member in Name]-?: NonNullable<Owner[Member]> };
}
