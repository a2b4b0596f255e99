import type { Job } from "@offhook/core";
import type { BrokenStorage } from "./broken-storage.ts";
import { withMethods, withTransaction } from "./storage-flaws.ts";

export const brokenJobs: readonly BrokenStorage[] = [
  {
    flaw: "forgets jobs",
    caughtBy: "a claimed job is as it was written, running and held by the claim",
    makeStorage: () => withTransaction(() => ({ insertJobs: () => Promise.resolve() })),
  },
  {
    flaw: "lets two claims take one job",
    caughtBy: "claims at the same time share no job and leave none",
    makeStorage() {
      const claimed: Job[] = [];
      return withMethods((storage) => ({
        async claimJobs(claim) {
          const found = await storage.claimJobs(claim);
          const jobs = [...claimed, ...found.jobs].slice(0, claim.limit);
          claimed.push(...found.jobs);
          return { ...found, jobs };
        },
      }));
    },
  },
  {
    flaw: "settles without the lease",
    caughtBy: "a settlement with a lost lease changes nothing: done",
    makeStorage() {
      let holder = "";
      return withMethods((storage) => ({
        async claimJobs(claim) {
          holder = claim.leaseToken;
          return storage.claimJobs(claim);
        },
        settleJobs: (settlements) =>
          storage.settleJobs(settlements.map((settlement) => ({ ...settlement, leaseToken: holder }))),
      }));
    },
  },
  {
    flaw: "ignores runAtMs",
    caughtBy: "a job is claimed from runAtMs on",
    makeStorage: () =>
      withTransaction((transaction) => ({
        insertJobs: (jobs) => transaction.insertJobs(jobs.map((each) => ({ ...each, runAtMs: 0 }))),
      })),
  },
  {
    flaw: "forgets why a job failed",
    caughtBy: "a job to retry waits until its time and keeps why it failed",
    makeStorage: () =>
      withMethods((storage) => ({
        async claimJobs(claim) {
          const found = await storage.claimJobs(claim);
          return { ...found, jobs: found.jobs.map((each) => ({ ...each, lastError: null })) };
        },
      })),
  },
  {
    flaw: "counts every attempt",
    caughtBy: "a job to retry has as many attempts behind it as its settlement says",
    makeStorage: () =>
      withMethods((storage) => ({
        settleJobs: (settlements) =>
          storage.settleJobs(
            settlements.map((settlement) => {
              if (settlement.result.type !== "retry") return settlement;
              const { attempts: _attempts, ...result } = settlement.result;
              return { ...settlement, result };
            }),
          ),
      })),
  },
  {
    flaw: "never tells when the next job falls due",
    caughtBy: "a claim tells when the next job falls due: one that waits, one it left, one that runs",
    makeStorage: () =>
      withMethods((storage) => ({
        claimJobs: async (claim) => ({ ...(await storage.claimJobs(claim)), nextRunAtMs: null }),
      })),
  },
  {
    flaw: "lists jobs oldest first",
    caughtBy: "jobs are listed by createdAtMs, newest first, then by id, descending",
    makeStorage: () =>
      withMethods((storage) => ({
        async listJobs(query) {
          const page = await storage.listJobs(query);
          return { ...page, data: page.data.toReversed() };
        },
      })),
  },
  {
    flaw: "lists jobs of every kind",
    caughtBy: "jobs are listed by state, by kind and by both, on every page",
    makeStorage: () => withMethods((storage) => ({ listJobs: ({ kind: _kind, ...query }) => storage.listJobs(query) })),
  },
  {
    flaw: "begins anew on every page of jobs",
    caughtBy: "pages of jobs have neither gaps nor repeats, also among jobs of the same time",
    makeStorage: () =>
      withMethods((storage) => ({
        async listJobs({ cursor, ...query }) {
          const page = await storage.listJobs(query);
          return cursor === undefined ? page : { ...page, nextCursor: null };
        },
      })),
  },
  {
    flaw: "lets all dead jobs run again when none is named",
    caughtBy: "naming no job lets none run again",
    makeStorage: () =>
      withMethods((storage) => ({
        retryJobs: (retry) => storage.retryJobs({ ...retry, ids: retry.ids?.length === 0 ? undefined : retry.ids }),
      })),
  },
  {
    flaw: "counts the jobs that are named instead of those that were dead",
    caughtBy: "only the dead jobs that are named run again, and unknown ids are passed over",
    makeStorage: () =>
      withMethods((storage) => ({
        async retryJobs(retry) {
          const count = await storage.retryJobs(retry);
          return retry.ids?.length ?? count;
        },
      })),
  },
  {
    flaw: "lets dead jobs run again later",
    caughtBy: "a dead job that shall run again waits, due at once, its attempts counted anew and why it died kept",
    makeStorage: () =>
      withMethods((storage) => ({
        retryJobs: (retry) => storage.retryJobs({ ...retry, nowMs: retry.nowMs + 1_000 }),
      })),
  },
  {
    flaw: "forgets why a job died once it runs again",
    caughtBy: "a dead job that shall run again waits, due at once, its attempts counted anew and why it died kept",
    makeStorage: () =>
      withMethods((storage) => ({
        async listJobs(query) {
          const page = await storage.listJobs(query);
          return {
            ...page,
            data: page.data.map((each) => (each.state === "dead" ? each : { ...each, lastError: null })),
          };
        },
      })),
  },
];
