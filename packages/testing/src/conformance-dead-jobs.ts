import { PayloadError, type Job, type JobQuery, type JobRetry, type Page, type Storage } from "@offhook/core";
import { assertEqual, assertRejects, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { allPages } from "./conformance-pages.ts";
import { able } from "./storage-abilities.ts";
import { at, awkwardText, job, tenantId } from "./storage-samples.ts";

const insert = (storage: Storage, ...jobs: readonly Job[]) =>
  storage.write((transaction) => transaction.insertJobs(jobs));

const list = (storage: Storage, query: Partial<JobQuery> = {}): Promise<Page<Job>> =>
  able(storage, "listJobs").listJobs({ tenantId, limit: 50, ...query });

const retry = (storage: Storage, members: Partial<JobRetry> = {}): Promise<number> =>
  able(storage, "retryJobs").retryJobs({ tenantId, ids: undefined, nowMs: 700_000, ...members });

const claim = async (storage: Storage, nowMs: number, limit = 200): Promise<readonly Job[]> => {
  const lease = { leaseUntilMs: nowMs + 60_000, leaseToken: `token_${nowMs}` };
  return (await storage.claimJobs({ tenantId, limit, nowMs, ...lease })).jobs;
};

const ids = (jobs: readonly Job[]): readonly string[] => jobs.map(({ id }) => id);

/** Why jobs of these cases die. */
const lastError = `It failed for good: ${awkwardText}`;

/** Jobs that were claimed once and died of it. */
async function bury(storage: Storage, ...jobs: readonly Job[]): Promise<void> {
  await insert(storage, ...jobs);
  const claimed = await claim(storage, 600_000);
  await storage.settleJobs(
    claimed.map(({ id }) => ({
      tenantId,
      id,
      leaseToken: "token_600000",
      result: { type: "dead", error: lastError },
    })),
  );
}

/** One job of each state: the dead one died first, then another was claimed, the last waits for later. */
async function oneOfEach(storage: Storage): Promise<{ readonly [State in Job["state"]]: Job }> {
  const [dead, running, waiting] = [job("dead"), job("running"), job("waiting", { runAtMs: 9_000_000 })];
  await bury(storage, dead);
  await insert(storage, running, waiting);
  await claim(storage, 650_000);
  const lease = { leaseToken: "token_650000", leaseUntilMs: 710_000 };
  return {
    dead: { ...dead, state: "dead", attempts: 1, lastError },
    running: { ...running, state: "running", attempts: 1, ...lease },
    waiting,
  };
}

const cases: readonly StorageCase[] = [
  {
    title: "a list of no jobs is one empty page",
    async run({ storage }) {
      assertEqual(await list(storage), { data: [], nextCursor: null }, "The page");
    },
  },
  {
    title: "jobs are listed as they are: one that waits, one that runs, one that is dead",
    async run({ storage }) {
      const { dead, running, waiting } = await oneOfEach(storage);
      assertEqual(await list(storage), { data: [waiting, running, dead], nextCursor: null }, "The page");
    },
  },
  {
    title: "a listed job keeps the payload and the times that it was written with",
    async run({ storage }) {
      const createdAtMs = Date.parse(at(0)) + 123;
      const written = job("job_1", {
        payload: { change: awkwardText, eventIds: ["evt_1"], nested: { n: 1e21, no: null } },
        runAtMs: createdAtMs + 1,
        createdAtMs,
      });
      await insert(storage, written);
      assertEqual((await list(storage)).data, [written], "The jobs");
    },
  },
  {
    title: "jobs are listed by createdAtMs, newest first, then by id, descending",
    async run({ storage }) {
      const times = { d: 900, b: 20_000, e: 20_000, a: 20_000, c: 1_000_000 };
      await insert(storage, ...Object.entries(times).map(([id, createdAtMs]) => job(id, { createdAtMs })));
      assertEqual(ids((await list(storage)).data), ["c", "e", "b", "a", "d"], "The order");
    },
  },
  {
    title: "pages of jobs have neither gaps nor repeats, also among jobs of the same time",
    async run({ storage }) {
      const written = Array.from({ length: 23 }, (_, index) =>
        job(`job_${String(index).padStart(2, "0")}`, { createdAtMs: Math.floor(index / 10) }),
      );
      await insert(storage, ...written);
      const pages = await allPages((cursor) => list(storage, { limit: 4, cursor }));
      assertEqual(
        pages.flatMap(({ data }) => ids(data)),
        ids(written).toReversed(),
        "All pages",
      );
      assertEqual(
        pages.map(({ data }) => data.length),
        [4, 4, 4, 4, 4, 3],
        "Their sizes",
      );
      const full = await list(storage, { limit: 23 });
      assertEqual(full.nextCursor, null, "The cursor of a full page that is the last");
    },
  },
  {
    title: "jobs are listed by state, by kind and by both, on every page",
    async run({ storage }) {
      await bury(
        storage,
        ...[0, 1, 2, 3].map((index) => job(`dead_${index}`, { kind: index < 2 ? "notify" : "hand" })),
      );
      await insert(storage, job("waiting_0", { kind: "notify" }), job("waiting_1", { kind: "hand" }));
      const idsOf = async (query: Partial<JobQuery>) =>
        (await allPages((cursor) => list(storage, { limit: 1, cursor, ...query }))).flatMap(({ data }) => ids(data));
      assertEqual(await idsOf({ state: "dead" }), ["dead_3", "dead_2", "dead_1", "dead_0"], "By state");
      assertEqual(await idsOf({ kind: "notify" }), ["waiting_0", "dead_1", "dead_0"], "By kind");
      assertEqual(await idsOf({ state: "waiting", kind: "hand" }), ["waiting_1"], "By both");
      assertEqual([await idsOf({ state: "running" }), await idsOf({ kind: "han" })], [[], []], "By what none has");
    },
  },
  {
    title: "a cursor that no page gave is refused by the list of jobs with a PayloadError",
    async run({ storage }) {
      const error = await assertRejects(list(storage, { cursor: "nonsense" }), "A list of jobs");
      assertThat(error instanceof PayloadError, `a bad cursor throws a PayloadError, got ${String(error)}`);
    },
  },
  {
    title: "a job that is done is not listed",
    async run({ storage }) {
      await insert(storage, job("job_1"), job("job_2"));
      await claim(storage, 5_000, 1);
      await storage.settleJobs([{ tenantId, id: "job_1", leaseToken: "token_5000", result: { type: "done" } }]);
      assertEqual(ids((await list(storage)).data), ["job_2"], "The jobs");
    },
  },
  {
    title: "a dead job that shall run again waits, due at once, its attempts counted anew and why it died kept",
    async run({ storage }) {
      const written = job("job_1", { payload: { change: awkwardText } });
      await bury(storage, written);
      assertEqual(await retry(storage, { nowMs: 700_000 }), 1, "How many there were");
      assertEqual((await list(storage)).data, [{ ...written, runAtMs: 700_000, lastError }], "The job");
      assertEqual((await storage.health(tenantId)).jobs, { waiting: 1, running: 0, dead: 0 }, "Counts");
      assertEqual(await claim(storage, 699_999), [], "Claimed before");
      const [again] = await claim(storage, 700_000);
      assertEqual([again?.id, again?.attempts, again?.lastError], ["job_1", 1, lastError], "Claimed then");
    },
  },
  {
    title: "only dead jobs run again: those that wait or run are left as they are",
    async run({ storage }) {
      const { dead, running, waiting } = await oneOfEach(storage);
      assertEqual(await retry(storage, { ids: ["running", "waiting"] }), 0, "Of those that are not dead");
      assertEqual((await list(storage)).data, [waiting, running, dead], "The jobs");
      assertEqual(await retry(storage), 1, "Of all");
      const again = { ...dead, state: "waiting", attempts: 0, runAtMs: 700_000 };
      assertEqual((await list(storage)).data, [waiting, running, again], "The jobs then");
    },
  },
  {
    title: "only the dead jobs that are named run again, and unknown ids are passed over",
    async run({ storage }) {
      await bury(storage, ...[1, 2, 3].map((number) => job(`job_${number}`)));
      assertEqual(await retry(storage, { ids: ["job_3", "job_0", "job_1", "job_3"] }), 2, "How many there were");
      assertEqual(ids((await list(storage, { state: "dead" })).data), ["job_2"], "Dead still");
      assertEqual(await retry(storage, { ids: ["job_1", "job_3"] }), 0, "The second time");
    },
  },
  {
    title: "naming no job lets none run again",
    async run({ storage }) {
      await bury(storage, job("job_1"));
      assertEqual(await retry(storage, { ids: [] }), 0, "How many there were");
      assertEqual((await storage.health(tenantId)).jobs.dead, 1, "Dead jobs");
    },
  },
  {
    title: "all dead jobs run again, and each is counted once, also by retries at the same time",
    async run({ storage }) {
      await bury(storage, ...Array.from({ length: 120 }, (_, index) => job(`job_${index}`)));
      const named = Array.from({ length: 100 }, (_, index) => `job_${index}`);
      const counts = await Promise.all([retry(storage), retry(storage, { ids: named }), retry(storage)]);
      assertEqual(
        counts.reduce((sum, count) => sum + count, 0),
        120,
        "How many there were, together",
      );
      assertEqual((await storage.health(tenantId)).jobs, { waiting: 120, running: 0, dead: 0 }, "Counts");
    },
  },
  {
    title: "a job that runs again may die again",
    async run({ storage }) {
      await bury(storage, job("job_1"));
      await retry(storage, { nowMs: 600_000 });
      await bury(storage, job("job_2"));
      assertEqual(
        (await list(storage, { state: "dead" })).data.map(({ id, attempts }) => [id, attempts]),
        [
          ["job_2", 1],
          ["job_1", 1],
        ],
        "Dead jobs, and their attempts",
      );
    },
  },
  {
    title: "dead jobs are there after closing and opening again",
    needs: ["durable"],
    async run({ storage, reopen }) {
      const { dead, running, waiting } = await oneOfEach(storage);
      const again = await reopen();
      assertEqual((await list(again)).data, [waiting, running, dead], "The jobs");
      assertEqual(await retry(again, { ids: ["dead"] }), 1, "How many run again");
    },
  },
];

export const deadJobCases: readonly StorageCase[] = cases.map((each) => ({
  ...each,
  needs: ["deadJobs", ...(each.needs ?? [])],
}));
