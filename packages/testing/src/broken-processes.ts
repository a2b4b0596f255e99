import type { Job } from "@offhook/core";
import type { BrokenStorage } from "./broken-storage.ts";
import { unbundled, withMethods, withWrites } from "./storage-flaws.ts";

/** Flaws that show when two storages work on the same data; see `besides` in the test. */
export const brokenProcesses: readonly BrokenStorage[] = [
  {
    flaw: "lets another process write between its own reading and writing",
    caughtBy: "two storages that load a call by different references lose no event of each other",
    makeStorage: () => withWrites((run) => run(), unbundled),
  },
  {
    flaw: "makes two calls of one that two processes hear of first",
    caughtBy: "two storages that tell of one new call by a common reference make one call of it",
    makeStorage: () => withWrites((run) => run(), unbundled),
  },
  {
    flaw: "counts duplicates of one process only",
    caughtBy: "50 identical deliveries to two storages at the same time give one row with 49 duplicates",
    makeStorage: () =>
      withMethods((storage) => ({
        async listDeliveries(query) {
          const page = await storage.listDeliveries(query);
          return { ...page, data: page.data.map((each) => ({ ...each, duplicates: Math.ceil(each.duplicates / 2) })) };
        },
      })),
  },
  {
    flaw: "shares a claimed job with the next process",
    caughtBy: "jobs that two storages claim at the same time are never shared, and none is left",
    makeStorage() {
      let last: readonly Job[] = [];
      return withMethods((storage) => ({
        async claimJobs(claim) {
          const claimed = await storage.claimJobs(claim);
          const jobs = [...last.slice(0, 1), ...claimed.jobs];
          last = claimed.jobs;
          return { ...claimed, jobs };
        },
      }));
    },
  },
  {
    flaw: "counts dead jobs before it lets them run again",
    caughtBy: "dead jobs that two storages let run again at the same time are counted once",
    makeStorage: () =>
      withMethods((storage) => ({
        async retryJobs(retry) {
          const { jobs } = await storage.health(retry.tenantId);
          await storage.retryJobs(retry);
          return jobs.dead;
        },
      })),
  },
  {
    flaw: "counts bodies before it lets them go",
    caughtBy: "two storages over the same data count each body that goes once",
    makeStorage: () =>
      withMethods((storage) => ({
        async expire(expiry) {
          const { data } = await storage.listDeliveries({ tenantId: expiry.tenantId, limit: 200 });
          const expired = await storage.expire(expiry);
          const bodies = data.filter((each) => each.bodyRemovedAt === null).length;
          return { ...expired, bodies: Math.min(bodies, expiry.limit * 2) };
        },
      })),
  },
];
