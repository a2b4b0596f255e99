import { brokenAbilities } from "./broken-abilities.ts";
import { brokenCheckpoints } from "./broken-checkpoints.ts";
import { brokenCorrections } from "./broken-corrections.ts";
import { brokenExpiry } from "./broken-expiry.ts";
import { brokenFeed } from "./broken-feed.ts";
import { brokenJobs } from "./broken-jobs.ts";
import { brokenJournal } from "./broken-journal.ts";
import { brokenLists } from "./broken-lists.ts";
import { brokenProcesses } from "./broken-processes.ts";
import { brokenRecords } from "./broken-records.ts";
import { brokenRemoval } from "./broken-removal.ts";
import type { BrokenStorage } from "./broken-storage.ts";
import { brokenTenants } from "./broken-tenants.ts";
import { brokenTransactions } from "./broken-transactions.ts";

/** Storages that the suite must fail: it would be worth nothing if it passed them. */
export const brokenStorages: readonly BrokenStorage[] = [
  ...brokenJournal,
  ...brokenTransactions,
  ...brokenRecords,
  ...brokenLists,
  ...brokenJobs,
  ...brokenTenants,
  ...brokenProcesses,
  ...brokenAbilities,
  ...brokenFeed,
  ...brokenRemoval,
  ...brokenCorrections,
  ...brokenExpiry,
  ...brokenCheckpoints,
];
