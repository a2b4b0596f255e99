import type { Checkpoint, StorageTransaction } from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postgresStorage, type PostgresStorage } from "./index.ts";
import { job, tenantId } from "./test-data.ts";
import { postgresUrl, runSql, testSchema, type TestSchema } from "./test-database.ts";

const named = (name: string, version: number): Checkpoint => ({ tenantId, name, version, value: version });

describe.skipIf(postgresUrl === undefined)("checkpoints of several processes", () => {
  let own: TestSchema;
  const made: PostgresStorage[] = [];

  beforeEach(() => {
    own = testSchema();
  });
  afterEach(async () => {
    for (const storage of made.splice(0)) await storage.close();
    await own.drop();
  });

  async function open(): Promise<PostgresStorage> {
    const storage = postgresStorage({ connectionString: own.url, schema: own.schema, migrate: "auto" });
    made.push(storage);
    await storage.open();
    return storage;
  }

  const versions = (storage: PostgresStorage, ...names: readonly string[]) =>
    Promise.all(names.map(async (name) => (await storage.getCheckpoint(tenantId, name))?.version));

  /** Puts in a transaction that stays open until it is told how to end. */
  async function hold(storage: PostgresStorage, ...checkpoints: readonly Checkpoint[]) {
    let end: (failure?: Error) => void = () => undefined;
    const ended = new Promise<void>((resolve, reject) => {
      end = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
    let done: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      done = storage.write(async (transaction) => {
        expect(await put(transaction, ...checkpoints)).toBe(true);
        resolve();
        await ended;
      });
    });
    return {
      async end(failure?: Error) {
        end(failure);
        await Promise.allSettled([done]);
      },
    };
  }

  const put = async (transaction: StorageTransaction, ...checkpoints: readonly Checkpoint[]) =>
    transaction.putCheckpoints?.(checkpoints);

  /** Puts, and says how often its transaction ran. */
  async function putCounting(storage: PostgresStorage, ...checkpoints: readonly Checkpoint[]) {
    let runs = 0;
    const followed = await storage.write((transaction) => {
      runs += 1;
      return put(transaction, ...checkpoints);
    });
    return { followed, runs };
  }

  /** Resolves once somebody in this schema waits for a lock. */
  async function somebodyWaits(): Promise<void> {
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%${own.schema}%'`;
    await expect.poll(() => runSql(own.url, waiting), { interval: 5, timeout: 5_000 }).toHaveLength(1);
  }

  test("who waits for another transaction's put is too late when that commits, and not when it fails", async () => {
    const [first, second] = [await open(), await open()];
    await putCounting(first, named("old", 1));
    for (const [name, version] of [
      ["old", 2],
      ["new", 1],
    ] as const) {
      const failing = await hold(first, named(name, version));
      const lucky = putCounting(second, named(name, version));
      await somebodyWaits();
      await failing.end(new Error("Rolled back"));
      expect(await lucky).toEqual({ followed: true, runs: 1 });

      const winning = await hold(first, named(name, version + 1));
      const late = putCounting(second, named(name, version + 1));
      await somebodyWaits();
      await winning.end();
      expect(await late).toEqual({ followed: false, runs: 1 });
    }
    expect(await versions(first, "old", "new")).toEqual([3, 2]);
  });

  test("a batch waits for what others have put before it writes anything", async () => {
    const [first, second] = [await open(), await open()];
    await putCounting(first, named("a", 1), named("b", 1));
    const winning = await hold(first, named("b", 2));
    const late = putCounting(second, named("a", 2), named("b", 2));
    await somebodyWaits();
    await winning.end();
    expect(await late).toEqual({ followed: false, runs: 1 });
    expect(await versions(first, "a", "b")).toEqual([1, 2]);
  });

  test("a batch that meets a name that was added meanwhile leaves nothing of what it had written", async () => {
    const [first, second] = [await open(), await open()];
    await putCounting(first, named("c", 1));
    const winning = await hold(first, named("b", 1));
    const late = putCounting(second, named("c", 2), named("b", 1), named("a", 1));
    await somebodyWaits();
    await winning.end();
    expect(await late).toEqual({ followed: false, runs: 2 });
    expect(await versions(first, "a", "b", "c")).toEqual([undefined, 1, 1]);
  });

  test("batches that name the same in any order never wait for each other in turn", async () => {
    const storages = [await open(), await open(), await open()] as const;
    const names = Array.from({ length: 12 }, (_, index) => `n${(index * 5) % 12}`);
    for (let version = 1; version <= 5; version += 1) {
      const results = await Promise.all(
        Array.from({ length: 24 }, (_, index) => {
          const batch = [...names.slice(index % 12), ...names.slice(0, index % 12)].map((each) => named(each, version));
          return putCounting(storages[index % 3] ?? storages[0], ...(index % 2 === 0 ? batch : batch.toReversed()));
        }),
      );
      expect(results.filter(({ followed }) => followed)).toHaveLength(1);
      expect(results.every(({ runs }) => runs === 1)).toBe(true);
    }
  });

  test("what a transaction does at the same time stays when a put does not follow", async () => {
    const storage = await open();
    await putCounting(storage, named("b", 1));
    const followed = await storage.write((transaction) =>
      Promise.all([
        transaction.insertJobs([job("job_1")]),
        put(transaction, named("a", 1), named("b", 1)),
        transaction.insertJobs([job("job_2")]),
        put(transaction, named("b", 2)),
        put(transaction, named("b", 2)),
      ]),
    );
    expect(followed.filter((each) => each !== undefined)).toEqual([false, true, false]);
    expect((await storage.health(tenantId)).jobs.waiting).toBe(2);
    expect(await versions(storage, "a", "b")).toEqual([undefined, 2]);
  });

  test("versions beyond 32 bits are numbers", async () => {
    const storage = await open();
    await putCounting(storage, named("a", 1));
    await runSql(own.url, `update "${own.schema}".checkpoints set version = 5000000000`);
    expect(await putCounting(storage, named("a", 5_000_000_001))).toMatchObject({ followed: true });
    expect(await versions(storage, "a")).toEqual([5_000_000_001]);
  });
});
