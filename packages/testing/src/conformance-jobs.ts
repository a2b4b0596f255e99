import type { ClaimedJobs, Job, JobClaim, JobSettlement, Storage } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { awkwardText, job, tenantId } from "./storage-samples.ts";

const insert = (storage: Storage, ...jobs: readonly Job[]) =>
  storage.write((transaction) => transaction.insertJobs(jobs));

/** Claims at a time, for 60 seconds. */
function claim(storage: Storage, nowMs: number, members: Partial<JobClaim> = {}): Promise<ClaimedJobs> {
  const leaseToken = `token_${nowMs}`;
  return storage.claimJobs({ tenantId, limit: 10, nowMs, leaseUntilMs: nowMs + 60_000, leaseToken, ...members });
}

const ids = ({ jobs }: ClaimedJobs): readonly string[] => jobs.map(({ id }) => id);

const settle = (storage: Storage, leaseToken: string, result: JobSettlement["result"], id = "job_1") =>
  storage.settleJobs([{ tenantId, id, leaseToken, result }]);

export const jobCases: readonly StorageCase[] = [
  {
    title: "a claimed job is as it was written, running and held by the claim",
    async run({ storage }) {
      const written = job("job_1", {
        payload: { change: awkwardText, eventIds: ["evt_1"], nested: { n: 1, no: null } },
      });
      await insert(storage, written);
      const { jobs } = await claim(storage, 5_000);
      const held = { state: "running", attempts: 1, leaseToken: "token_5000", leaseUntilMs: 65_000 };
      assertEqual(jobs, [{ ...written, ...held }], "The job");
    },
  },
  {
    title: "nothing is claimed where there are no jobs",
    async run({ storage }) {
      assertEqual(await claim(storage, 5_000), { jobs: [], nextRunAtMs: null }, "The claim");
    },
  },
  {
    title: "a job whose id exists is left as it is",
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await insert(storage, job("job_1", { payload: { other: true }, runAtMs: 1 }));
      const { jobs } = await claim(storage, 5_000);
      assertEqual(
        jobs.map(({ payload, runAtMs }) => ({ payload, runAtMs })),
        [{ payload: job("job_1").payload, runAtMs: 1_000 }],
        "Jobs",
      );
    },
  },
  {
    title: "the same job twice in one batch is one job",
    async run({ storage }) {
      await insert(storage, job("job_1"), job("job_2"), job("job_1", { payload: { other: true } }));
      assertEqual(ids(await claim(storage, 5_000)), ["job_1", "job_2"], "Jobs");
    },
  },
  {
    title: "a job that runs is left as it is when it is written again",
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await claim(storage, 5_000);
      await insert(storage, job("job_1"));
      assertEqual(ids(await claim(storage, 6_000)), [], "Jobs");
    },
  },
  {
    title: "a job is claimed from runAtMs on",
    async run({ storage }) {
      await insert(storage, job("job_1", { runAtMs: 1_000 }));
      assertEqual(ids(await claim(storage, 999)), [], "Before");
      assertEqual(ids(await claim(storage, 1_000)), ["job_1"], "At runAtMs");
    },
  },
  {
    title: "jobs are claimed by due time, then by id",
    async run({ storage }) {
      const jobs = [
        job("b", { runAtMs: 20 }),
        job("c", { runAtMs: 10 }),
        job("a", { runAtMs: 20 }),
        job("d", { runAtMs: 5 }),
      ];
      await insert(storage, ...jobs);
      assertEqual(ids(await claim(storage, 5_000)), ["d", "c", "a", "b"], "The order");
    },
  },
  {
    title: "a claim takes at most as many as asked for, the first ones",
    async run({ storage }) {
      await insert(storage, ...[3, 1, 2].map((number) => job(`job_${number}`, { runAtMs: number })));
      assertEqual(ids(await claim(storage, 5_000, { limit: 2 })), ["job_1", "job_2"], "The first claim");
      assertEqual(ids(await claim(storage, 5_001, { limit: 2 })), ["job_3"], "The second claim");
    },
  },
  {
    title: "a claimed job is not claimed again while its lease lasts",
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await claim(storage, 5_000);
      assertEqual(ids(await claim(storage, 64_999)), [], "The second claim");
    },
  },
  {
    title: "claims at the same time share no job and leave none",
    async run({ storage }) {
      await insert(storage, ...Array.from({ length: 30 }, (_, index) => job(`job_${index}`)));
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, index) => claim(storage, 5_000, { limit: 3, leaseToken: `token_${index}` })),
      );
      const claimed = claims.flatMap(ids);
      assertEqual([claimed.length, new Set(claimed).size], [30, 30], "Claimed, and distinct ones");
    },
  },
  {
    title: "a job whose lease has run out is claimed again",
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await claim(storage, 5_000);
      const [again] = (await claim(storage, 65_000)).jobs;
      assertEqual([again?.id, again?.attempts, again?.leaseToken], ["job_1", 2, "token_65000"], "The job");
    },
  },
  {
    title: "a job that is done is gone",
    async run({ storage }) {
      await insert(storage, job("job_1"), job("job_2"));
      await claim(storage, 5_000);
      await settle(storage, "token_5000", { type: "done" });
      assertEqual(ids(await claim(storage, 500_000)), ["job_2"], "Jobs after the leases");
      assertEqual((await storage.health(tenantId)).jobs, { waiting: 0, running: 1, dead: 0 }, "Counts");
    },
  },
  {
    title: "a job to retry waits until its time and keeps why it failed",
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await claim(storage, 5_000);
      await settle(storage, "token_5000", { type: "retry", runAtMs: 8_000, error: awkwardText });
      assertEqual((await storage.health(tenantId)).jobs, { waiting: 1, running: 0, dead: 0 }, "Counts");
      assertEqual(ids(await claim(storage, 7_999)), [], "Before");
      const [again] = (await claim(storage, 8_000)).jobs;
      assertEqual([again?.runAtMs, again?.attempts, again?.lastError], [8_000, 2, awkwardText], "The job");
    },
  },
  {
    title: "a job to retry has as many attempts behind it as its settlement says",
    async run({ storage }) {
      await insert(storage, job("job_1"), job("job_2"));
      await claim(storage, 5_000);
      const leaseToken = "token_5000";
      const later = { type: "retry", runAtMs: 8_000, error: "Later" } as const;
      await storage.settleJobs([
        { tenantId, id: "job_1", leaseToken, result: { ...later, attempts: 0 } },
        { tenantId, id: "job_2", leaseToken, result: later },
      ]);
      const { jobs } = await claim(storage, 8_000);
      assertEqual(
        jobs.map(({ id, attempts }) => [id, attempts]),
        [
          ["job_1", 1],
          ["job_2", 2],
        ],
        "The attempts",
      );
    },
  },
  {
    title: "a dead job is kept and never claimed",
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await claim(storage, 5_000);
      await settle(storage, "token_5000", { type: "dead", error: "It failed for good" });
      await insert(storage, job("job_1"));
      assertEqual(await claim(storage, 9_000_000), { jobs: [], nextRunAtMs: null }, "The claim");
      assertEqual((await storage.health(tenantId)).jobs, { waiting: 0, running: 0, dead: 1 }, "Counts");
    },
  },
  ...(["done", "retry", "dead"] as const).map((type): StorageCase => ({
    title: `a settlement with a lost lease changes nothing: ${type}`,
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await claim(storage, 5_000);
      await claim(storage, 65_000);
      await settle(storage, "token_5000", { type, runAtMs: 66_000, error: "Too late" });
      assertEqual((await storage.health(tenantId)).jobs, { waiting: 0, running: 1, dead: 0 }, "Counts");
      const [again] = (await claim(storage, 125_000)).jobs;
      assertEqual([again?.id, again?.attempts, again?.lastError], ["job_1", 3, null], "The job");
    },
  })),
  {
    title: "a settlement counts once",
    async run({ storage }) {
      await insert(storage, job("job_1"));
      await claim(storage, 5_000);
      await settle(storage, "token_5000", { type: "retry", runAtMs: 8_000, error: "First" });
      await settle(storage, "token_5000", { type: "done" });
      assertEqual(ids(await claim(storage, 8_000)), ["job_1"], "Jobs");
    },
  },
  {
    title: "several settlements go together, and unknown jobs are passed over",
    async run({ storage }) {
      await insert(storage, job("job_1"), job("job_2"), job("job_3"));
      await claim(storage, 5_000);
      const leaseToken = "token_5000";
      await storage.settleJobs([
        { tenantId, id: "job_0", leaseToken, result: { type: "done" } },
        { tenantId, id: "job_1", leaseToken, result: { type: "done" } },
        { tenantId, id: "job_2", leaseToken, result: { type: "dead", error: "No" } },
        { tenantId, id: "job_3", leaseToken, result: { type: "retry", runAtMs: 6_000, error: "Later" } },
      ]);
      await storage.settleJobs([]);
      assertEqual((await storage.health(tenantId)).jobs, { waiting: 1, running: 0, dead: 1 }, "Counts");
    },
  },
  {
    title: "a claim tells when the next job falls due: one that waits, one it left, one that runs",
    async run({ storage }) {
      await insert(storage, job("job_1", { runAtMs: 1_000 }), job("job_2", { runAtMs: 2_000 }));
      await insert(storage, job("job_3", { runAtMs: 900_000 }));
      assertEqual((await claim(storage, 500)).nextRunAtMs, 1_000, "Before any");
      assertEqual((await claim(storage, 5_000, { limit: 1 })).nextRunAtMs, 2_000, "With one left");
      assertEqual((await claim(storage, 5_001)).nextRunAtMs, 65_000, "With all that are due claimed");
      assertThat((await claim(storage, 5_002)).jobs.length === 0, "nothing is due any more");
    },
  },
];
