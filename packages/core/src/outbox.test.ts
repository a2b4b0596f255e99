import { expect, test } from "vitest";
import type { Job } from "./job.ts";
import { silentLogger } from "./logger.ts";
import { memoryStorage } from "./memory-storage.ts";
import { drainOutbox } from "./outbox.ts";

async function withJobs(count: number) {
  const storage = memoryStorage();
  const jobs = Array.from({ length: count }, (_, index): Job => ({
    id: `job_${index}`,
    tenantId: "default",
    kind: "handle",
    payload: {},
    state: "waiting",
    runAtMs: 0,
    attempts: 0,
    leaseToken: null,
    leaseUntilMs: null,
    lastError: null,
    createdAtMs: 0,
  }));
  await storage.open();
  await storage.write((transaction) => transaction.insertJobs(jobs));
  return storage;
}

test("every due job runs, in batches, until none is left", async () => {
  const storage = await withJobs(100);
  const ran = new Set<string>();
  const run = async (job: Job) => void ran.add(job.id);
  const result = await drainOutbox({ storage, tenantId: "default", run, now: () => 1, logger: silentLogger });
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
  const options = { storage, tenantId: "default", run, now: () => 1, logger: silentLogger };
  await Promise.all([drainOutbox(options), drainOutbox(options)]);
  expect(ran).toHaveLength(100);
});

test("F03: a job that fails comes back after growing pauses, then is dead with its reason", async () => {
  const storage = await withJobs(1);
  let nowMs = 1;
  const pauses: number[] = [];
  const run = () => Promise.reject(new TypeError("broken"));
  for (;;) {
    const options = { storage, tenantId: "default", run, now: () => nowMs, logger: silentLogger };
    const { failed } = await drainOutbox(options);
    expect(failed).toBe(1);
    const { nextRunAtMs } = await drainOutbox(options);
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

test("a drain with a time limit stops between batches", async () => {
  const storage = await withJobs(100);
  let nowMs = 0;
  const run = async () => void (nowMs += 1);
  const options = { storage, tenantId: "default", run, now: () => nowMs, logger: silentLogger };
  const result = await drainOutbox(options, { timeoutMs: 10 });
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
  const drainAt = (nowMs: number) =>
    drainOutbox({ storage, tenantId: "default", run, now: () => nowMs, logger: silentLogger });
  expect(await drainAt(59_999)).toEqual({ done: 0, failed: 0, nextRunAtMs: 60_000 });
  expect(await drainAt(60_000)).toMatchObject({ done: 1 });
  expect(ran).toEqual(["job_0"]);
});
