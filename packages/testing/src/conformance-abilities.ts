import type { StorageCase } from "./conformance-case.ts";
import { abilityMembers, type StorageAbility } from "./storage-abilities.ts";

const uses: { readonly [Ability in StorageAbility]: string } = {
  deadJobs: "jobs can be shown, and dead ones can run again",
  changeFeed: "views can be live",
  changeWatch: "live views hear of other processes at once",
  corrections: "deliveries can be replayed and erased",
  expiry: "what is past its time can go",
  checkpoints: "imports can go on from where they stopped",
};

/** One for each ability, so that the output of a run says which a storage has: those that are skipped are missing. */
export const abilityCases: readonly StorageCase[] =
  // The keys are the abilities.
  (Object.keys(abilityMembers) as StorageAbility[]).map((ability) => {
    const { storage, transaction } = abilityMembers[ability];
    return {
      title: `ability ${ability}: ${uses[ability]} (${[...storage, ...transaction].join(", ")})`,
      needs: [ability],
      // That the ability is whole is looked at before any case that needs it.
      run: () => Promise.resolve(),
    };
  });
