import type { JobWorker, Logger } from "@offhook/core";
import type { JobWithMetadata, PgBoss } from "pg-boss";
import { fromData, type JobData } from "./job-row.ts";
import { QueueRunner } from "./queue-runner.ts";
import { deadQueueOf } from "./queues.ts";

export interface WorkersOptions {
  readonly boss: PgBoss;
  readonly queue: string;
  /** Jobs at the same time. */
  readonly concurrency: number;
  readonly worker: JobWorker;
  readonly logger: Logger;
}

export interface Workers {
  /** There may be jobs. */
  wake(): void;
  stop(): Promise<void>;
}

/** Runs jobs, and buries those that pg-boss has given up. */
export function startWorkers({ boss, queue, concurrency, worker, logger }: WorkersOptions): Workers {
  const runner = new QueueRunner({
    boss,
    queue,
    places: concurrency,
    pollMs: 500,
    fetch: (batchSize) => boss.fetch<JobData>(queue, { batchSize }),
    run: ({ data }) => worker.run(fromData(data)),
    logger,
  });
  const deadQueue = deadQueueOf(queue);
  const burier = new QueueRunner({
    boss,
    queue: deadQueue,
    places: 1,
    pollMs: 5_000,
    fetch: (batchSize) => boss.fetch<JobData>(deadQueue, { batchSize, includeMetadata: true }),
    run: (row) => worker.bury(fromData(row.data), reasonOf(row)),
    logger,
  });
  return {
    wake: () => runner.wake(),
    async stop() {
      await Promise.all([runner.stop(), burier.stop()]);
    },
  };
}

function reasonOf({ sourceOutput, sourceRetryCount }: JobWithMetadata<JobData>): string {
  return `pg-boss gave it up, runs: ${(sourceRetryCount ?? 0) + 1}, the last: ${messageIn(sourceOutput) ?? "unknown"}`;
}

/** The message in a job's output, which pg-boss puts one level deeper when it is its own. */
function messageIn(output: unknown): string | undefined {
  if (typeof output !== "object" || output === null) return undefined;
  if ("message" in output && typeof output.message === "string") return output.message;
  return "value" in output ? messageIn(output.value) : undefined;
}
