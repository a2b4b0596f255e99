import { silentLogger } from "@offhook/core";
import { pgBossEngine } from "@offhook/jobs-pgboss";
import { postgresStorage, type PostgresStorage } from "@offhook/storage-postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { startPostgres } from "../../tooling/postgres-server.ts";
import { newJob, type Job } from "../../packages/core/src/job.ts";
import { relay as relayFor } from "@offhook/core/jobs";
import type { Comparison } from "./compare.ts";
import { summarize } from "./compare.ts";

const tenantId = "default";
const jobCount = 20_000;
const together = 500;
const rounds = 5;
/** Jobs at the same time, on both sides. */
const concurrency = 128;

/**
 * Jobs that do nothing, from "all of them wait" to "all of them are done": in pg-boss alone, with its own workers as
 * fast as its settings make them, and from Offhook's outbox through the relay and pg-boss.
 */
export async function benchJobs(): Promise<Comparison[]> {
  const server = await startPostgres();
  const storage = postgresStorage({ connectionString: server.url, migrate: "auto" });
  const pool = new pg.Pool({ connectionString: server.url });
  // The server may end a connection before the pool has.
  pool.on("error", () => undefined);
  try {
    await storage.open();
    const own: number[] = [];
    const through: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      own.push(await pgBossAlone(server.url, pool, `alone_${round}`));
      through.push(await throughOutbox(server.url, pool, storage, `relay_${round}`));
    }
    return [
      summarize(`${jobCount.toLocaleString("en")} empty jobs, ${concurrency} at a time: time for each`, [
        { name: "pg-boss: insert in batches, work in 4 times 32", times: own },
        { name: "offhook: outbox, relay, pg-boss", times: through, goal: 1 / 0.8 },
      ]),
    ];
  } finally {
    await storage.close();
    await pool.end();
    await server.remove();
  }
}

/** Milliseconds for each job, with the handover to the queue. */
async function pgBossAlone(connectionString: string, pool: pg.Pool, schema: string): Promise<number> {
  const boss = new PgBoss({ connectionString, schema, schedule: false });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.createQueue("jobs", { retryLimit: 8, retryBackoff: true });
  await warm(boss, pool, schema, "jobs");
  const jobs = jobsOf(schema).map((job) => ({ data: { job: JSON.stringify(job) } }));
  const all = Promise.withResolvers<void>();
  let done = 0;
  const startMs = performance.now();
  for (let start = 0; start < jobs.length; start += together) {
    await boss.insert("jobs", jobs.slice(start, start + together));
  }
  const options = { batchSize: 32, localConcurrency: concurrency / 32, burstWhenBatchFull: true };
  await boss.work("jobs", { ...options, pollingIntervalSeconds: 0.5 }, (batch) => {
    done += batch.length;
    if (done >= jobCount) all.resolve();
    return Promise.resolve();
  });
  await all.promise;
  const ms = performance.now() - startMs;
  await boss.stop({ graceful: true });
  return ms / jobCount;
}

async function throughOutbox(
  connectionString: string,
  pool: pg.Pool,
  storage: PostgresStorage,
  schema: string,
): Promise<number> {
  const all = Promise.withResolvers<void>();
  let done = 0;
  const relay = relayFor({
    engine: pgBossEngine({ connectionString, schema, concurrency }),
    runJobs: true,
    storage,
    tenantId,
    run() {
      done += 1;
      if (done >= jobCount) all.resolve();
      return Promise.resolve();
    },
    jobTimeoutMs: 60_000,
    now: Date.now,
    logger: silentLogger,
  });
  // Starts the engine and makes its tables.
  await relay.drain();
  const boss = new PgBoss({ connectionString, schema, supervise: false, schedule: false, migrate: false });
  await boss.start();
  await warm(boss, pool, schema, "offhook");
  await boss.stop({ graceful: false });
  const jobs = jobsOf(schema);
  for (let start = 0; start < jobs.length; start += together) {
    await storage.write((transaction) => transaction.insertJobs(jobs.slice(start, start + together)));
  }
  await pool.query("analyze offhook.jobs");
  const startMs = performance.now();
  await relay.drain();
  await all.promise;
  const ms = performance.now() - startMs;
  await relay.stop();
  return ms / jobCount;
}

const jobsOf = (round: string): Job[] =>
  Array.from({ length: jobCount }, (_, index) =>
    newJob({
      id: `call.ended:evt_twilio_${round}_${index}_0:on`,
      tenantId,
      kind: "handle",
      payload: { change: "call.ended", recordId: `call_twilio_${index}`, cause: `evt_${index}`, consumer: "on" },
      nowMs: Date.now() - 1_000,
    }),
  );

/** A queue that PostgreSQL knows nothing of yet drains at a part of its speed, for the first minute of its life. */
async function warm(boss: PgBoss, pool: pg.Pool, schema: string, queue: string): Promise<void> {
  const later = { startAfter: 3_600 };
  await boss.insert(
    queue,
    Array.from({ length: 2_000 }, () => ({ data: { job: "{}" }, ...later })),
  );
  await pool.query(`analyze "${schema}".job`);
  const { rows } = await pool.query<{ relname: string }>(
    "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'",
    [schema],
  );
  for (const { relname } of rows) await pool.query(`analyze "${schema}"."${relname}"`);
  await boss.deleteQueuedJobs(queue);
}
