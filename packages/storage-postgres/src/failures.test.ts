import { StorageError } from "@offhook/core";
import { Pool, type PoolClient } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postgresStorage, type PostgresStorage, type PostgresStorageOptions } from "./index.ts";
import { callEvent, change, delivery, job, reference, tell, tellIn, tenantId } from "./test-data.ts";
import { postgresUrl, runSql, testSchema, type TestSchema } from "./test-database.ts";
import { startProxy, type Proxy } from "./test-proxy.ts";

describe.skipIf(postgresUrl === undefined)("when the database fails", () => {
  let own: TestSchema;
  let proxy: Proxy;
  const made: PostgresStorage[] = [];
  const pools: Pool[] = [];

  beforeEach(async () => {
    own = testSchema();
    proxy = await startProxy(own.url);
  });
  afterEach(async () => {
    for (const storage of made.splice(0)) await storage.close();
    for (const pool of pools.splice(0)) await pool.end();
    await proxy.close();
    await own.drop();
  });

  async function open(options: Partial<PostgresStorageOptions> = {}): Promise<PostgresStorage> {
    const where = options.pool === undefined ? { connectionString: proxy.url } : {};
    const storage = postgresStorage({ ...where, schema: own.schema, migrate: "auto", ...options });
    made.push(storage);
    await storage.open();
    return storage;
  }

  function appPool(connectionString: string, max = 10): Pool {
    const pool = new Pool({ connectionString, max });
    pools.push(pool);
    return pool;
  }

  /** Ends the connections of this test's proxy or pool that are in a transaction. */
  const killTransactions = () =>
    runSql(
      own.url,
      `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and pid <> pg_backend_pid()
       and query like '%${own.schema}%'`,
    );

  test("D05: a write whose connection is killed in the middle runs again on another one", async () => {
    const storage = await open();
    let runs = 0;
    await storage.write(async (transaction) => {
      runs += 1;
      await transaction.insertDeliveries([delivery(1)]);
      await tellIn(transaction, callEvent("evt_1", ["CA1"]));
      if (runs === 1) expect(await killTransactions()).toHaveLength(1);
    });
    expect(runs).toBe(2);
    expect((await storage.get("call", tenantId, reference("CA1")))?.events).toHaveLength(1);
    expect((await storage.getDelivery(tenantId, delivery(1).id))?.duplicates).toBe(0);
  });

  test("a commit whose answer is lost is found to have happened", async () => {
    const pool = appPool(own.url);
    let commits = 0;
    pool.on("connect", (client: PoolClient) => {
      const query = client.query.bind(client) as (config: { text: string }) => Promise<unknown>;
      // The driver has more ways to be called, of which the storage uses one.
      client.query = (async (config: { text: string }) => {
        const answer = await query(config);
        if (config.text !== "commit") return answer;
        commits += 1;
        if (commits > 1) return answer;
        throw new Error("Connection terminated unexpectedly");
      }) as typeof client.query;
    });
    const storage = await open({ pool });
    const before = await storage.write(async (transaction) => {
      const known = await transaction.insertDeliveries([delivery(1), delivery(2, { identity: null })]);
      await tellIn(transaction, callEvent("evt_1", ["CA1"]));
      await transaction.insertJobs([job("job_1")]);
      return known;
    });
    expect(commits).toBe(2);
    expect(before).toEqual([undefined, undefined]);
    const { calls, events, deliveries, jobs } = await storage.health(tenantId);
    expect([calls, events, deliveries.applied, jobs.waiting]).toEqual([1, 1, 2, 1]);
    expect((await storage.getDelivery(tenantId, delivery(1).id))?.duplicates).toBe(0);
  });

  test("D15: a server that cannot be reached is unavailable", async () => {
    const storage = await open();
    await proxy.close();
    const failures = await Promise.allSettled([
      tell(storage, callEvent("evt_1", ["CA1"])),
      storage.get("call", tenantId, reference("CA1")),
      storage.claimJobs({ tenantId, limit: 1, nowMs: 1, leaseUntilMs: 2, leaseToken: "token" }),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ status: "rejected", reason: { code: "storage_unavailable" } });
    }
  });

  test("a connection that hangs holds nobody up for longer than its time, and others serve what follows", async () => {
    const storage = await open({ transactionTimeoutMs: 300 });
    let isFrozen = false;
    const write = storage.write(async (transaction) => {
      await transaction.insertDeliveries([delivery(1)]);
      proxy.freeze();
      isFrozen = true;
      await transaction.load("call", tenantId, [reference("CA1")]);
    });
    await expect(write).rejects.toMatchObject({ code: "storage_unavailable" });
    expect(isFrozen).toBe(true);
    await expect(storage.get("call", tenantId, reference("CA1"))).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    proxy.cut();
    proxy.thaw();
    await tell(storage, callEvent("evt_1", ["CA1"]));
    expect(await storage.getDelivery(tenantId, delivery(1).id)).toBeUndefined();
  });

  test("a server that is gone does not keep the storage from closing", async () => {
    const storage = await open({ transactionTimeoutMs: 300 });
    await storage.write((transaction) => transaction.insertChanges?.([change("CA1")]) ?? Promise.resolve());
    proxy.freeze();
    await expect(storage.close()).resolves.toBeUndefined();
    await expect(storage.health(tenantId)).rejects.toThrow(StorageError);
  });

  test("work that never ends holds its connection no longer than its time", async () => {
    const storage = await open({ transactionTimeoutMs: 200, pool: appPool(own.url, 1) });
    await expect(storage.write(() => new Promise(() => undefined))).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    await tell(storage, callEvent("evt_1", ["CA1"]));
  });

  test("a pool without a free connection is unavailable after the time", async () => {
    const pool = appPool(own.url, 1);
    const storage = await open({ pool, transactionTimeoutMs: 200 });
    const taken = await pool.connect();
    await expect(storage.health(tenantId)).rejects.toMatchObject({ code: "storage_unavailable" });
    taken.release();
    expect((await storage.health(tenantId)).pool).toMatchObject({ totalCount: 1, waitingCount: 0 });
  });

  test("connections that are killed while nobody uses them end no process", async () => {
    const pool = appPool(proxy.url);
    const storage = await open({ pool });
    expect(pool.idleCount).toBe(1);
    const removed = new Promise((resolve) => pool.once("remove", resolve));
    proxy.cut();
    await removed;
    expect((await storage.health(tenantId)).calls).toBe(0);
  });

  test("what the database refuses is not tried again", async () => {
    const storage = await open();
    await runSql(own.url, `drop table "${own.schema}".jobs`);
    let runs = 0;
    const write = storage.write(async (transaction) => {
      runs += 1;
      await transaction.insertJobs([job("job_1")]);
    });
    await expect(write).rejects.toMatchObject({ name: "StorageError", code: "storage_failed" });
    expect(runs).toBe(1);
  });

  test("a write that swallows a refusal fails all the same", async () => {
    const storage = await open();
    await runSql(own.url, `drop table "${own.schema}".lead_references`);
    const write = storage.write(async (transaction) => {
      await transaction.insertDeliveries([delivery(1)]);
      await transaction.load("lead", tenantId, [reference("L1")]).catch(() => undefined);
    });
    await expect(write).rejects.toThrow(StorageError);
    expect(await storage.getDelivery(tenantId, delivery(1).id)).toBeUndefined();
  });

  test("a transaction that has ended refuses what comes late", async () => {
    const storage = await open();
    const late = await storage.write((transaction) => Promise.resolve(transaction));
    await expect(late.insertJobs([job("job_1")])).rejects.toThrow(StorageError);
    expect((await storage.health(tenantId)).jobs.waiting).toBe(0);
  });

  test("the app's own pool stays open when the storage closes", async () => {
    const pool = appPool(own.url);
    const storage = await open({ pool });
    await storage.close();
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});
