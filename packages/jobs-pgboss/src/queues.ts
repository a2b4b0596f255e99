import type { JobWorker } from "@offhook/core";
import type { PgBoss } from "pg-boss";

const tenYears = 10 * 365 * 24 * 60 * 60;

/** All in seconds. */
const settings = {
  // Nine runs within an hour or two.
  retryLimit: 8,
  retryDelay: 10,
  retryBackoff: true,
  // pg-boss deletes what waits longer than this, without a word.
  retentionSeconds: tenYears,
  // Longer than the lease of a handover, after which the job may come again.
  deleteAfterSeconds: 5 * 60,
};

/** Jobs that were given up and are to be buried, for as long as that takes. */
const deadSettings = {
  retryLimit: 1_000_000,
  retryDelay: 60,
  retentionSeconds: tenYears,
  deleteAfterSeconds: 5 * 60,
};

/** Beyond a run's own time limit, for writing down its end. */
const marginSeconds = 60;
/** pg-boss takes no more than a day. */
const longestSeconds = 24 * 60 * 60;

export const deadQueueOf = (queue: string): string => `${queue}.dead`;

/**
 * Makes the queues. Those that are there keep the settings that somebody gave them, except where jobs get lost or run twice
 * by them.
 */
export async function createQueues(boss: PgBoss, queue: string, worker: JobWorker | undefined): Promise<void> {
  const deadLetter = deadQueueOf(queue);
  await boss.createQueue(deadLetter, deadSettings);
  await boss.createQueue(queue, { ...settings, deadLetter });
  await boss.updateQueue(queue, { deadLetter, ...(worker && { expireInSeconds: expirationOf(worker) }) });
}

/** When a worker that says nothing is taken for dead. */
const expirationOf = ({ timeoutMs }: JobWorker): number =>
  Math.min(Math.ceil(timeoutMs / 1000) + marginSeconds, longestSeconds);
