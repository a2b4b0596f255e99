import { expect, test, vi } from "vitest";
import { newJob, type Job } from "./job.ts";
import { silentLogger } from "./logger.ts";
import { StorageError } from "./errors.ts";
import { memoryStorage } from "./memory-storage.ts";
import type { Storage } from "./storage.ts";
import type { DrainOptions, JobRunnerOptions } from "./job-runner.ts";
import { Outbox } from "./outbox.ts";

type Given = Pick<JobRunnerOptions, "storage" | "run"> & Partial<JobRunnerOptions>;

function outbox(given: Given): Outbox {
  return new Outbox({ tenantId: "default", jobTimeoutMs: 1_000, now: () => 1, logger: silentLogger, ...given });
}

const drain = (given: Given, options?: DrainOptions) => outbox(given).drain(options);

const waitingJob = (id: string): Job => newJob({ id, tenantId: "default", kind: "handle", payload: {}, nowMs: 0 });

async function withJobs(count: number) {
  const storage = memoryStorage();
  await storage.open();
  const jobs = Array.from({ length: count }, (_, index) => waitingJob(`job_${index}`));
  await storage.write((transaction) => transaction.insertJobs(jobs));
  return storage;
}

test("every due job runs, in batches, until none is left", async () => {
  const storage = await withJobs(100);
  const ran = new Set<string>();
  const run = async (job: Job) => void ran.add(job.id);
  const result = await drain({ storage, run });
  expect(result).toEqual({ done: 100, failed: 0, nextRunAtMs: null });
  expect(ran.size).toBe(100);
});

test("two drains at once run no job twice", async () => {
  const storage = await withJobs(100);
  const ran: string[] = [];
  const run = async (job: Job) => {
    await Promise.resolve();
    ran.push(job.id);
  };
  await Promise.all([drain({ storage, run }), drain({ storage, run })]);
  expect(ran).toHaveLength(100);
});

test("F03: a job that fails comes back after growing pauses, then is dead with its reason", async () => {
  const storage = await withJobs(1);
  let nowMs = 1;
  const pauses: number[] = [];
  const run = () => Promise.reject(new TypeError("broken"));
  for (;;) {
    const { failed, nextRunAtMs } = await drain({ storage, run, now: () => nowMs });
    expect(failed).toBe(1);
    if (nextRunAtMs === null) break;
    pauses.push(Math.floor((nextRunAtMs - nowMs) / 1000));
    nowMs = nextRunAtMs;
  }
  const expected = [5, 60, 300, 1_800, 7_200, 21_600, 43_200];
  expect(pauses).toHaveLength(expected.length);
  pauses.forEach((pause, index) => {
    const shortest = expected[index] ?? 0;
    expect(pause).toBeGreaterThanOrEqual(shortest);
    expect(pause).toBeLessThanOrEqual(shortest * 1.1);
  });
  expect((await storage.health("default")).jobs).toEqual({ waiting: 0, running: 0, dead: 1 });
});

test("a drain with a time limit starts nothing after it", async () => {
  const storage = await withJobs(100);
  let nowMs = 0;
  const run = async () => void (nowMs += 1);
  const result = await drain({ storage, run, now: () => nowMs }, { timeoutMs: 10 });
  expect(result.done).toBe(32);
});

test("jobs of a process that died are taken over when their lease has run out", async () => {
  const storage = await withJobs(1);
  await storage.claimJobs({
    tenantId: "default",
    limit: 1,
    nowMs: 0,
    leaseUntilMs: 60_000,
    leaseToken: "dead process",
  });
  const ran: string[] = [];
  const run = async (job: Job) => void ran.push(job.id);
  expect(await drain({ storage, run, now: () => 59_999 })).toEqual({ done: 0, failed: 0, nextRunAtMs: 60_000 });
  expect(await drain({ storage, run, now: () => 60_000 })).toMatchObject({ done: 1 });
  expect(ran).toEqual(["job_0"]);
});

test("a job that takes its process down with it every time is dead in the end", async () => {
  const storage = await withJobs(1);
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await storage.claimJobs({
      tenantId: "default",
      limit: 1,
      nowMs: attempt,
      leaseUntilMs: attempt,
      leaseToken: "crash",
    });
  }
  const run = () => Promise.reject(new Error("must not run"));
  await drain({ storage, run, now: () => 100 });
  expect((await storage.health("default")).jobs).toEqual({ waiting: 0, running: 0, dead: 1 });
});

test("a job that never ends keeps nobody else waiting, and comes back", async () => {
  const storage = await withJobs(40);
  const ran = new Set<string>();
  const run = (job: Job): Promise<void> => {
    ran.add(job.id);
    return job.id === "job_0" ? new Promise(() => undefined) : Promise.resolve();
  };
  const result = await drain({ storage, run, jobTimeoutMs: 50 });
  expect(ran.size).toBe(40);
  expect(result).toMatchObject({ done: 39, failed: 1 });
  expect((await storage.health("default")).jobs).toEqual({ waiting: 1, running: 0, dead: 0 });
});

test("a job whose earlier attempt still runs is not started beside it", async () => {
  const storage = await withJobs(1);
  let starts = 0;
  const run = (): Promise<void> => {
    starts += 1;
    return new Promise(() => undefined);
  };
  let nowMs = 0;
  const shared = outbox({ storage, run, jobTimeoutMs: 20, now: () => nowMs });
  const { nextRunAtMs } = await shared.drain();
  nowMs = nextRunAtMs ?? 0;
  expect(await shared.drain()).toMatchObject({ failed: 1 });
  expect(starts).toBe(1);
});

test("neither an odd thrown value nor a broken logger stops the outbox", async () => {
  const storage = await withJobs(3);
  const run = (job: Job): Promise<void> =>
    // oxlint-disable-next-line prefer-promise-reject-errors -- what a handler throws is anybody's choice
    job.id === "job_0" ? Promise.reject(Object.create(null)) : Promise.resolve();
  expect(await drain({ storage, run })).toMatchObject({ done: 2, failed: 1 });
});

test("woken while a slow job runs, it starts what has come meanwhile", async () => {
  const storage = await withJobs(1);
  const slow = Promise.withResolvers<void>();
  const fast = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const run = (job: Job): Promise<void> => {
    if (job.id === "job_0") {
      started.resolve();
      return slow.promise;
    }
    fast.resolve();
    return Promise.resolve();
  };
  const runner = outbox({ storage, run, jobTimeoutMs: 10_000 });
  runner.wake();
  await started.promise;
  await storage.write((transaction) => transaction.insertJobs([waitingJob("job_1")]));
  runner.wake();
  await expect(fast.promise).resolves.toBeUndefined();
  slow.resolve();
  await runner.stop();
});

test("stopping starts nothing more", async () => {
  const storage = await withJobs(100);
  const ran: string[] = [];
  const runner = outbox({ storage, run: async (job) => void ran.push(job.id) });
  const drained = runner.drain();
  await runner.stop();
  await drained;
  runner.wake();
  expect(ran.length).toBeLessThan(100);
});

test("reminded again and again while a job really takes time, it neither spins nor misses anything", async () => {
  const storage = await withJobs(1);
  const slow = Promise.withResolvers<void>();
  const ran: string[] = [];
  const run = async (job: Job): Promise<void> => {
    // Real time passes: in microtasks alone a loop that spins would look as if it worked.
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (job.id === "job_0") await slow.promise;
    ran.push(job.id);
  };
  const runner = outbox({ storage, run, jobTimeoutMs: 60_000 });
  runner.wake();
  for (let index = 1; index <= 5; index += 1) {
    await storage.write((transaction) => transaction.insertJobs([waitingJob(`job_${index}`)]));
    runner.wake();
    await vi.waitFor(() => expect(ran).toContain(`job_${index}`), { timeout: 5_000 });
  }
  expect(ran).not.toContain("job_0");
  slow.resolve();
  await vi.waitFor(() => expect(ran).toContain("job_0"), { timeout: 5_000 });
  await runner.stop();
  expect(ran).toHaveLength(6);
});

test("a storage that cannot settle for a moment makes no job run twice", async () => {
  const storage = await withJobs(10);
  let failures = 1;
  const flaky: Storage = {
    ...storage,
    async settleJobs(settlements) {
      if (failures > 0) {
        failures -= 1;
        throw new StorageError("storage_unavailable", "busy");
      }
      return storage.settleJobs(settlements);
    },
  };
  const ran: string[] = [];
  const runner = outbox({ storage: flaky, run: async (job) => void ran.push(job.id) });
  await expect(runner.drain()).rejects.toMatchObject({ code: "storage_unavailable" });
  expect(await runner.drain()).toMatchObject({ done: 10 });
  expect(ran).toHaveLength(10);
  expect((await storage.health("default")).jobs).toEqual({ waiting: 0, running: 0, dead: 0 });
});
