import { afterEach, expect, test, vi } from "vitest";
import type { JobEngine, JobWorker, RelayOptions } from "./job-engine.ts";
import type { JobRunner } from "./job-runner.ts";
import { newJob, type Job } from "./job.ts";
import { silentLogger } from "./logger.ts";
import { memoryStorage } from "./memory-storage.ts";
import { relay as relayFor } from "./relay.ts";
import { NotYet } from "./run-job.ts";
import type { Storage } from "./storage.ts";

const relays: JobRunner[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop();
});

/** An engine that keeps what it is given, and runs it when it is told to. */
function toyEngine(given: Partial<JobEngine> = {}) {
  const queue: Job[] = [];
  const published: Job[] = [];
  let worker: JobWorker | undefined;
  let starts = 0;
  const engine: JobEngine = {
    relay: relayFor,
    start(started) {
      starts += 1;
      ({ worker } = started);
      return Promise.resolve();
    },
    publish(jobs) {
      queue.push(...jobs);
      published.push(...jobs);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
    ...given,
  };
  return {
    engine,
    published,
    starts: () => starts,
    worker: () => worker,
    async runAll() {
      for (const job of queue.splice(0)) await worker?.run(job);
    },
  };
}

async function relayOver(storage: Storage, engine: JobEngine, given: Partial<RelayOptions> = {}) {
  await storage.open();
  const options = { tenantId: "default", jobTimeoutMs: 1_000, now: () => 10_000, logger: silentLogger };
  const run = (): Promise<void> => Promise.resolve();
  const relay = engine.relay({ ...options, engine, storage, runJobs: true, run, ...given });
  relays.push(relay);
  return relay;
}

const insert = (storage: Storage, ...ids: readonly string[]) =>
  storage.write((transaction) =>
    transaction.insertJobs(
      ids.map((id) => newJob({ id, tenantId: "default", kind: "handle", payload: { id }, nowMs: 0 })),
    ),
  );

const left = async (storage: Storage) => (await storage.listJobs?.({ tenantId: "default", limit: 10 }))?.data;

test("F03: what is due is handed over in batches and leaves the outbox; the engine runs it", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  const ran: string[] = [];
  const relay = await relayOver(storage, toy.engine, { run: ({ id }) => Promise.resolve(void ran.push(id)) });
  await insert(storage, ...Array.from({ length: 1_200 }, (_, index) => `job_${index}`));
  expect(await relay.drain()).toEqual({ done: 1_200, failed: 0, nextRunAtMs: null });
  expect(ran).toEqual([]);
  expect((await storage.health("default")).jobs).toEqual({ waiting: 0, running: 0, dead: 0 });
  await toy.runAll();
  expect(new Set(ran).size).toBe(1_200);
  expect(toy.starts()).toBe(1);
});

test("what is not due yet stays, and its time is told", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  const relay = await relayOver(storage, toy.engine);
  const later = newJob({ id: "later", tenantId: "default", kind: "handle", payload: {}, nowMs: 0, delayMs: 50_000 });
  await storage.write((transaction) => transaction.insertJobs([later]));
  expect(await relay.drain()).toEqual({ done: 0, failed: 0, nextRunAtMs: 50_000 });
  expect(toy.published).toEqual([]);
});

test("a job that fails goes back to the outbox, with its reason and its next time", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  const relay = await relayOver(storage, toy.engine, { run: () => Promise.reject(new Error("no answer")) });
  await insert(storage, "job_1");
  await relay.drain();
  await toy.runAll();
  const [job] = (await left(storage)) ?? [];
  expect(job).toMatchObject({
    id: "job_1",
    state: "waiting",
    attempts: 1,
    lastError: expect.stringContaining("no answer"),
  });
  expect(job?.runAtMs).toBeGreaterThanOrEqual(15_000);
});

test("a job that only has to wait its turn goes back with no attempt behind it", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  const postponed = new NotYet("others were faster", { delayMs: 60_000, isAttempt: false, cause: undefined });
  const relay = await relayOver(storage, toy.engine, { run: () => Promise.reject(postponed) });
  await insert(storage, "job_1");
  await relay.drain();
  await toy.runAll();
  const [job] = (await left(storage)) ?? [];
  expect(job).toMatchObject({ id: "job_1", state: "waiting", attempts: 0 });
  expect(job?.runAtMs).toBeGreaterThanOrEqual(70_000);
});

test("a job that fails before its handover is settled is not lost by the settling", async () => {
  const storage = memoryStorage();
  let worker: JobWorker | undefined;
  // As fast as an engine can be: it has run the job before it says that it has taken it over.
  const relay = await relayOver(
    storage,
    {
      relay: relayFor,
      start: (given) => Promise.resolve(void ({ worker } = given)),
      async publish(jobs) {
        for (const job of jobs) await worker?.run(job);
      },
      stop: () => Promise.resolve(),
    },
    { run: () => Promise.reject(new Error("no answer")) },
  );
  await insert(storage, "job_1", "job_2");
  await relay.drain();
  expect((await left(storage))?.map(({ id, state, attempts }) => [id, state, attempts])).toEqual([
    ["job_2", "waiting", 1],
    ["job_1", "waiting", 1],
  ]);
});

test("the last attempt that fails leaves the job as dead in the outbox, and so does an engine that gives up", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  let nowMs = 10_000;
  const relay = await relayOver(storage, toy.engine, {
    run: () => Promise.reject(new Error("no answer")),
    now: () => nowMs,
  });
  await insert(storage, "job_1");
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    await relay.drain();
    await toy.runAll();
    nowMs += 24 * 60 * 60_000;
  }
  expect(await left(storage)).toMatchObject([{ id: "job_1", state: "dead", attempts: 8 }]);
  await insert(storage, "job_2");
  await relay.drain();
  const given = toy.published.at(-1);
  if (given !== undefined) await toy.worker()?.bury(given, "its workers died");
  expect((await left(storage))?.find(({ id }) => id === "job_2")).toMatchObject({
    state: "dead",
    lastError: "its workers died",
  });
});

test("an engine that is away leaves the jobs in the outbox, and costs at most one of them its attempts", async () => {
  const storage = memoryStorage();
  let nowMs = 10_000;
  let isAway = true;
  const toy = toyEngine();
  const relay = await relayOver(
    storage,
    {
      ...toy.engine,
      publish: (jobs) => (isAway ? Promise.reject(new Error("connection refused")) : toy.engine.publish(jobs)),
    },
    { now: () => nowMs },
  );
  await insert(storage, "job_1", "job_2", "job_3");
  for (let round = 0; round < 20; round += 1) {
    await expect(relay.drain()).rejects.toThrow("connection refused");
    nowMs += 60_000;
  }
  expect((await left(storage))?.length).toBe(3);
  isAway = false;
  const { done } = await relay.drain();
  expect(done).toBe(3);
  await toy.runAll();
  expect(await left(storage)).toEqual([]);
  expect(toy.published.filter(({ attempts }) => attempts > 8).length).toBeLessThanOrEqual(1);
});

test("an engine that does not start is started again with the next need", async () => {
  const storage = memoryStorage();
  let starts = 0;
  const toy = toyEngine({
    start() {
      starts += 1;
      return starts === 1 ? Promise.reject(new Error("not yet")) : Promise.resolve();
    },
  });
  const relay = await relayOver(storage, toy.engine);
  await insert(storage, "job_1");
  await expect(relay.drain()).rejects.toThrow("not yet");
  expect(await relay.drain()).toMatchObject({ done: 1 });
});

test("a process that shall not run jobs gives the engine no worker", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  const relay = await relayOver(storage, toy.engine, { runJobs: false });
  await insert(storage, "job_1");
  await relay.drain();
  expect(toy.worker()).toBeUndefined();
  expect(toy.published).toHaveLength(1);
});

test("it hands over by itself when it is woken", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  const relay = await relayOver(storage, toy.engine);
  await insert(storage, "job_1");
  relay.wake();
  await vi.waitFor(() => expect(toy.published).toHaveLength(1));
});

test("a handover whose settling fails is settled later, and not handed over again", async () => {
  const storage = memoryStorage();
  let isAway = true;
  const toy = toyEngine();
  const relay = await relayOver(
    {
      ...storage,
      settleJobs: (settlements) => (isAway ? Promise.reject(new Error("away")) : storage.settleJobs(settlements)),
    },
    toy.engine,
  );
  await insert(storage, "job_1", "job_2");
  await expect(relay.drain()).rejects.toThrow("away");
  isAway = false;
  expect(await relay.drain()).toMatchObject({ done: 0, nextRunAtMs: null });
  expect(toy.published).toHaveLength(2);
  expect(await left(storage)).toEqual([]);
});

test("a job that is handed over again after a failure has the time that it had, so that an engine knows it again", async () => {
  const storage = memoryStorage();
  let isAway = true;
  const toy = toyEngine();
  const seen: number[] = [];
  const relay = await relayOver(storage, {
    ...toy.engine,
    publish(jobs) {
      seen.push(...jobs.map(({ runAtMs }) => runAtMs));
      return isAway ? Promise.reject(new Error("the answer was lost")) : toy.engine.publish(jobs);
    },
  });
  await insert(storage, "job_1");
  await expect(relay.drain()).rejects.toThrow("the answer was lost");
  isAway = false;
  await relay.drain();
  expect(seen).toEqual([0, 0]);
});

test("a job of another tenant is given back instead of looked for in vain", async () => {
  const storage = memoryStorage();
  const toy = toyEngine();
  const ran: string[] = [];
  const relay = await relayOver(storage, toy.engine, { run: ({ id }) => Promise.resolve(void ran.push(id)) });
  await relay.drain();
  const another = newJob({ id: "job_1", tenantId: "another", kind: "handle", payload: {}, nowMs: 0 });
  await expect(toy.worker()?.run(another)).rejects.toMatchObject({ code: "option_invalid" });
  expect(ran).toEqual([]);
});

test("it starts no engine once it was stopped", async () => {
  const toy = toyEngine();
  const relay = await relayOver(memoryStorage(), toy.engine);
  relay.wake();
  await relay.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(toy.starts()).toBe(0);
});
