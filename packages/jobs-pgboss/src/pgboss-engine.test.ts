import { randomUUID } from "node:crypto";
import { silentLogger, type Job, type JobWorker, type Logger } from "@offhook/core";
import { PgBoss } from "pg-boss";
import { describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { pgBossEngine } from "./index.ts";

const connectionString = inject("postgresUrl") ?? "";

test("refuses to be without a database, or with two", () => {
  const boss = new PgBoss({ connectionString: "postgres://127.0.0.1/calls" });
  // @ts-expect-error -- what plain JavaScript may do
  expect(() => pgBossEngine({})).toThrow("connectionString, boss: expected one of the two");
  // @ts-expect-error -- as above
  expect(() => pgBossEngine({ boss, connectionString: "postgres://127.0.0.1/calls" })).toThrow(
    "expected one of the two",
  );
  expect(() => pgBossEngine({ boss, concurrency: 0 })).toThrow(
    'concurrency: expected a positive whole number, got "0"',
  );
});

test("F03: jobs stay with the caller while the database is down", async () => {
  // Nothing listens on port 1.
  const engine = pgBossEngine({ connectionString: "postgres://127.0.0.1:1/calls" });
  await expect(engine.start({ tenantId: "default", worker: undefined, logger: silentLogger })).rejects.toThrow(
    "ECONNREFUSED",
  );
  await expect(engine.publish([job(1)])).rejects.toThrow("call start() first");
  await engine.stop();
});

describe.skipIf(connectionString === "")("on PostgreSQL", () => {
  test("E16: two engines share the jobs, and each job runs once", async () => {
    const { open } = await openSchema();
    const first = recorder();
    const second = recorder();
    const { promise: bothRun, resolve: release } = Promise.withResolvers<void>();
    const running = new Set<JobWorker>();
    // Keeps its places until the other one runs jobs as well.
    const waiting = ({ worker }: typeof first): JobWorker => ({
      ...worker,
      async run(one) {
        if (running.add(worker).size === 2) release();
        await bothRun;
        await worker.run(one);
      },
    });
    // Both make the queues.
    const [engine] = await Promise.all([open(waiting(first)), open(waiting(second))]);
    const jobs = Array.from({ length: 300 }, (_, index) => job(index));
    await engine.publish(jobs.slice(0, 150));
    await engine.publish(jobs.slice(150));
    await vi.waitFor(() => expect(first.ran.length + second.ran.length).toBe(300), patience);
    expect(idsOf([...first.ran, ...second.ran])).toEqual(idsOf(jobs));
    expect(first.ran.length, "the share of the first").toBeGreaterThan(0);
    expect(second.ran.length, "the share of the second").toBeGreaterThan(0);
  });

  test("F03: a job that is handed over twice runs once, its next attempt runs again", async () => {
    const { open } = await openSchema();
    const { ran, worker } = recorder();
    const engine = await open(worker);
    await engine.publish([job(1), job(1)]);
    await vi.waitFor(() => expect(ran).toHaveLength(1), patience);
    // A lease that ran out before the handover was settled: claimed again, at the time that it had.
    const claimedAgain = { ...job(1), attempts: 2 };
    const nextAttempt = { ...job(1), attempts: 2, runAtMs: 1_800_000_000_000 };
    const anotherTenants = { ...job(1), tenantId: "acme" };
    await engine.publish([job(1), claimedAgain, nextAttempt, anotherTenants]);
    await vi.waitFor(() => expect(ran).toHaveLength(3), patience);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(ran).toHaveLength(3);
    expect(ran).toEqual(expect.arrayContaining([job(1), nextAttempt, anotherTenants]));
  });

  test("F04: tenants have queues of their own, without anybody thinking of it", async () => {
    const { open } = await openSchema();
    const [north, south] = [recorder(), recorder()];
    const northEngine = await open(north.worker, { tenantId: "north" });
    await open(south.worker, { tenantId: "south" });
    await northEngine.publish([{ ...job(1), tenantId: "north" }]);
    await vi.waitFor(() => expect(north.ran).toHaveLength(1), patience);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(south.ran).toEqual([]);
  });

  test("a job arrives as it was, whatever its text", async () => {
    const { open } = await openSchema();
    const { ran, worker } = recorder();
    const engine = await open(worker);
    const awkward = { ...job(1), tenantId: "a\u0000b", lastError: "\ud800 'quoted' \\u0000 \u{1F4DE}" };
    await engine.publish([awkward]);
    await vi.waitFor(() => expect(ran).toEqual([awkward]), patience);
  });

  test("F03: a job whose end could not be written down runs again, and does not disturb the others", async () => {
    const { boss, open } = await openSchema();
    await boss.createQueue("offhook", { retryDelay: 0 });
    const { ran, worker } = recorder();
    let failures = 0;
    const engine = await open({
      ...worker,
      async run(one) {
        if (one.id === "job_1" && failures === 0) {
          failures += 1;
          throw new Error("the storage is down \u0000\ud800");
        }
        await worker.run(one);
      },
    });
    await engine.publish([job(1), job(2)]);
    await vi.waitFor(() => expect(idsOf(ran)).toEqual(["job_1", "job_2"]), patience);
  });

  test("F03: a job whose process died runs on another one", async () => {
    const { boss, open, age } = await openSchema();
    const { ran, worker } = recorder();
    const publisher = await open(undefined);
    await boss.updateQueue("offhook", { retryDelay: 0, retryBackoff: false });
    await publisher.publish([job(1)]);
    // Takes it and is never heard of again.
    expect(await boss.fetch("offhook")).toHaveLength(1);
    await open(worker);
    await age();
    await vi.waitFor(() => expect(ran).toEqual([job(1)]), patience);
  });

  test("F03: a job that pg-boss gives up is buried with the reason, also when that takes two tries", async () => {
    const { boss, open, age } = await openSchema();
    await boss.createQueue("offhook.dead", { retryLimit: 5, retryDelay: 0 });
    await boss.createQueue("offhook", { retryLimit: 0 });
    const publisher = await open(undefined);
    await publisher.publish([job(1)]);
    expect(await boss.fetch("offhook")).toHaveLength(1);
    await age();
    const buried: { readonly id: string; readonly error: string }[] = [];
    let tries = 0;
    await open({
      ...recorder().worker,
      async bury({ id }, error) {
        tries += 1;
        if (tries === 1) throw new Error("the storage is down");
        buried.push({ id, error });
        return Promise.resolve();
      },
    });
    await vi.waitFor(
      () => expect(buried).toEqual([{ id: "job_1", error: expect.stringMatching(/gave it up.*job timed out/) }]),
      patience,
    );
  });

  test("runs no more jobs at the same time than it has places, and a slow one keeps no other's place", async () => {
    const { open } = await openSchema();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { ran, worker } = recorder();
    let running = 0;
    let most = 0;
    const engine = await open(
      {
        ...worker,
        async run(one) {
          running += 1;
          most = Math.max(most, running);
          if (one.id === "job_0") await released;
          await worker.run(one);
          running -= 1;
        },
      },
      { concurrency: 2 },
    );
    await engine.publish(Array.from({ length: 20 }, (_, index) => job(index)));
    await vi.waitFor(() => expect(ran).toHaveLength(19), patience);
    expect(most).toBe(2);
    release();
    await vi.waitFor(() => expect(ran).toHaveLength(20), patience);
  });

  test("stop waits for the jobs that run, and their end is kept", async () => {
    const { boss, open } = await openSchema();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { ran, worker } = recorder();
    const started = Promise.withResolvers<void>();
    const engine = await open({
      ...worker,
      async run(one) {
        started.resolve();
        await released;
        await worker.run(one);
      },
    });
    await engine.publish([job(1)]);
    await started.promise;
    const stopped = engine.stop();
    // Taken by nobody, since the engine stops.
    await expect(engine.publish([job(2)])).rejects.toThrow("call start() first");
    expect(ran).toEqual([]);
    release();
    await stopped;
    expect(ran).toEqual([job(1)]);
    const rows = await boss.findJobs("offhook");
    expect(rows.map(({ state }) => state)).toEqual(["completed"]);
  });

  test("starts, stops and starts again, however often it is told to", async () => {
    const { open } = await openSchema();
    const { ran, worker } = recorder();
    const engine = await open(worker);
    await Promise.all([
      engine.start({ tenantId: "default", worker, logger: silentLogger }),
      engine.start({ tenantId: "default", worker, logger: silentLogger }),
    ]);
    await Promise.all([engine.stop(), engine.stop()]);
    await engine.stop();
    await engine.start({ tenantId: "default", worker, logger: silentLogger });
    await engine.publish([job(1)]);
    await vi.waitFor(() => expect(ran).toEqual([job(1)]), patience);
  });

  test("without a worker it only hands over", async () => {
    const { boss, open } = await openSchema();
    const engine = await open(undefined);
    await engine.publish([job(1), job(2)]);
    await engine.stop();
    const rows = await boss.findJobs("offhook");
    expect(rows.map(({ state }) => state)).toEqual(["created", "created"]);
  });

  test("a pg-boss of the user's is started, used, and left running without what the engine added", async () => {
    const { boss, schema } = await openSchema();
    const { ran, worker } = recorder();
    const theirs = new PgBoss({ connectionString, schema, schedule: false });
    onTestFinished(() => theirs.stop({ graceful: false }));
    const engine = pgBossEngine({ boss: theirs, queue: "calls" });
    await engine.start({ tenantId: "default", worker, logger: silentLogger });
    await engine.publish([job(1)]);
    await vi.waitFor(() => expect(ran).toEqual([job(1)]), patience);
    await engine.stop();
    expect(theirs.listenerCount("error")).toBe(0);
    await theirs.send("calls", { job: JSON.stringify(job(2)) });
    expect(await boss.fetch("calls")).toHaveLength(1);
    expect(ran).toEqual([job(1)]);
  });

  test("tells the logger what fails inside pg-boss", async () => {
    const { schema } = await openSchema();
    const theirs = new PgBoss({ connectionString, schema, schedule: false });
    onTestFinished(() => theirs.stop({ graceful: false }));
    const error = vi.fn<Logger["error"]>();
    const engine = pgBossEngine({ boss: theirs });
    await engine.start({ tenantId: "default", worker: undefined, logger: { ...silentLogger, error } });
    theirs.emit("error", new Error("lost the connection"));
    expect(error).toHaveBeenCalledWith({ error: "lost the connection" }, "pg-boss failed");
    await engine.stop();
  });
});

const patience = { timeout: 20_000, interval: 20 };

function job(number: number): Job {
  return {
    id: `job_${number}`,
    tenantId: "default",
    kind: "handle",
    payload: { callId: "call_twilio_CA1" },
    state: "running",
    runAtMs: 1_700_000_000_000,
    attempts: 1,
    leaseToken: "lease_1",
    leaseUntilMs: 1_700_000_090_000,
    lastError: null,
    createdAtMs: 1_700_000_000_000,
  };
}

const idsOf = (jobs: readonly Job[]): string[] => jobs.map(({ id }) => id).toSorted();

function recorder(): { readonly ran: Job[]; readonly worker: JobWorker } {
  const ran: Job[] = [];
  return {
    ran,
    worker: {
      timeoutMs: 60_000,
      async run(one) {
        ran.push(one);
        return Promise.resolve();
      },
      bury: () => Promise.reject(new Error("expected no job to be given up")),
    },
  };
}

/** A schema of the test's own, and a pg-boss that looks into it, takes jobs and never settles one by itself. */
async function openSchema() {
  const schema = `pgboss_${randomUUID().replaceAll("-", "")}`;
  const boss = new PgBoss({ connectionString, schema, schedule: false, monitorIntervalSeconds: 1, supervise: false });
  // The test fails by what it misses.
  boss.on("error", () => undefined);
  await boss.start();
  onTestFinished(async () => {
    await boss.getDb().executeSql(`drop schema ${schema} cascade`);
    await boss.stop({ graceful: false });
  });
  return {
    boss,
    schema,
    async open(
      worker: JobWorker | undefined,
      { tenantId = "default", ...options }: { readonly concurrency?: number; readonly tenantId?: string } = {},
    ) {
      const engine = pgBossEngine({ connectionString, schema, ...options });
      onTestFinished(() => engine.stop());
      await engine.start({ tenantId, worker, logger: silentLogger });
      return engine;
    },
    /** As if a day had gone by for all jobs that run. */
    async age() {
      const database = boss.getDb();
      await database.executeSql(
        `update ${schema}.job set started_on = started_on - interval '1 day' where state = 'active'`,
      );
      await database.executeSql(`update ${schema}.queue set monitor_on = null`);
      await boss.supervise("offhook");
    },
  };
}
