import type { BrokenStorage } from "./broken-storage.ts";
import { inOrder, unbundled, withWrites } from "./storage-flaws.ts";

export const brokenAbilities: readonly BrokenStorage[] = [
  {
    flaw: "lists a feed that nothing can be added to",
    caughtBy: "ability changeFeed: views can be live (listChanges, insertChanges)",
    makeStorage: () => withWrites(inOrder(), unbundled),
  },
];
