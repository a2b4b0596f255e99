import { createHash } from "node:crypto";
import { ConfigurationError, StorageError, type Job, type JobEngine, type JobEngineContext } from "@offhook/core";
import { relay } from "@offhook/core/jobs";
import { PgBoss, type Warning } from "pg-boss";
import { toRow } from "./job-row.ts";
import { createQueues } from "./queues.ts";
import { startWorkers, type Workers } from "./workers.ts";

interface PgBossEngineSettings {
  /**
   * The queue's name inside pg-boss; `<name>.dead` is its dead letter queue. Default `offhook`, and for other tenants than
   * "default" that with a dash and a hash of the tenant: each tenant has to have a queue of its own.
   */
  readonly queue?: string;
  /** Jobs that this process runs at the same time, at most. Default 32. */
  readonly concurrency?: number;
}

/**
 * A `PgBoss`, told by some of its methods: its own declarations do not compile in projects that check those of libraries.
 */
export interface PgBossInstance {
  start(): Promise<unknown>;
  insert(name: string, jobs: { readonly data: object }[]): Promise<unknown>;
  fetch(name: string): Promise<unknown>;
  complete(name: string, id: string): Promise<unknown>;
  createQueue(name: string): Promise<unknown>;
}

export type PgBossEngineOptions = PgBossEngineSettings &
  (
    | {
        /** The PostgreSQL database, `postgres://user:password@host/database`. */
        readonly connectionString: string;
        /** The schema of pg-boss's tables, made when missing. Default `pgboss`. */
        readonly schema?: string;
        readonly boss?: undefined;
      }
    | {
        /** A pg-boss of yours: is started if it is not yet, and never stopped. */
        readonly boss: PgBossInstance;
        readonly connectionString?: undefined;
        readonly schema?: undefined;
      }
  );

/** A pg-boss that runs, with what was begun on it. */
interface Started {
  readonly boss: PgBoss;
  readonly queue: string;
  /** Undefined: this process only hands over. */
  readonly workers: Workers | undefined;
  /** Ends a pg-boss of our own, and leaves one of the user's. */
  letGo(): Promise<void>;
}

/**
 * Runs jobs on pg-boss: each on one of the processes that share its schema, at least once. When that process dies, another
 * one runs the job again, up to nine times within an hour or two; then it is buried.
 *
 * @example
 * const jobEngine = pgBossEngine({ connectionString: "postgres://localhost/calls" });
 * @throws ConfigurationError `option_invalid` unless there is either a connection string or a pg-boss, and for a
 * concurrency that is not a positive whole number.
 */
export function pgBossEngine(options: PgBossEngineOptions): JobEngine {
  checkOptions(options);
  let starting: Promise<Started> | undefined;
  let stopping: Promise<void> = Promise.resolve();

  return {
    relay,

    async start(context) {
      const mine = (starting ??= startOn(options, context));
      try {
        await mine;
      } catch (error) {
        // The next call tries again.
        if (starting === mine) starting = undefined;
        throw error;
      }
    },

    async publish(jobs) {
      if (starting === undefined) {
        throw new StorageError(
          "storage_unavailable",
          "pg-boss: expected to be started, got stopped: call start() first",
        );
      }
      const { boss, queue, workers } = await starting;
      await boss.insert(queue, rowsOf(jobs));
      // Those of other processes look for themselves.
      workers?.wake();
    },

    async stop() {
      if (starting !== undefined) stopping = stop(starting);
      starting = undefined;
      await stopping;
    },
  };
}

async function startOn(options: PgBossEngineOptions, { tenantId, worker, logger }: JobEngineContext): Promise<Started> {
  const { queue = queueOf(tenantId), concurrency = 32 } = options;
  // What has those methods is a PgBoss.
  const boss = (options.boss as PgBoss | undefined) ?? ownBoss(options);
  const onError = ({ message }: Error): void => logger.error({ error: message }, "pg-boss failed");
  const onWarning = ({ message }: Warning): void => logger.warn({}, `pg-boss: ${message}`);
  async function letGo(): Promise<void> {
    if (options.boss === undefined) await boss.stop({ graceful: false });
    boss.off("error", onError).off("warning", onWarning);
  }
  // Without a listener an error would end the process.
  boss.on("error", onError).on("warning", onWarning);
  try {
    await boss.start();
    await createQueues(boss, queue, worker);
  } catch (error) {
    await letGo();
    throw error;
  }
  return { boss, queue, letGo, workers: worker && startWorkers({ boss, queue, concurrency, worker, logger }) };
}

async function stop(starting: Promise<Started>): Promise<void> {
  // Who called start() knows that it failed; nothing is left of it.
  const started = await starting.catch(() => undefined);
  await started?.workers?.stop();
  await started?.letGo();
}

/** pg-boss takes letters, digits, dashes and the like. */
const queueOf = (tenantId: string): string =>
  tenantId === "default" ? "offhook" : `offhook-${createHash("sha256").update(tenantId).digest("hex").slice(0, 16)}`;

function ownBoss({ connectionString, schema = "pgboss" }: PgBossEngineOptions): PgBoss {
  return new PgBoss({
    // checkOptions has seen that there is one where there is no pg-boss.
    connectionString: connectionString as string,
    schema,
    schedule: false,
    // Finished jobs are deleted this often; pg-boss would keep them for a day.
    maintenanceIntervalSeconds: 60,
  });
}

/** A batch may hold a job twice, which pg-boss refuses. */
function rowsOf(jobs: readonly Job[]): ReturnType<typeof toRow>[] {
  return [...new Map(jobs.map(toRow).map((row) => [row.id, row])).values()];
}

function checkOptions({ connectionString, boss, concurrency = 32 }: PgBossEngineOptions): void {
  if ((connectionString === undefined || connectionString === "") === (boss === undefined)) {
    throw new ConfigurationError(
      "option_invalid",
      "connectionString, boss: expected one of the two, got neither or both",
    );
  }
  if (Number.isInteger(concurrency) && concurrency > 0) return;
  throw new ConfigurationError("option_invalid", `concurrency: expected a positive whole number, got "${concurrency}"`);
}
