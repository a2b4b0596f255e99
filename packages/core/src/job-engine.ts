import type { JobRunner, JobRunnerOptions } from "./job-runner.ts";
import type { Job } from "./job.ts";
import type { Logger } from "./logger.ts";

/**
 * An existing queue that runs jobs on many machines. Jobs are still written together with their cause, to the outbox
 * in the storage; what falls due is handed to the engine in batches and leaves the outbox. A job that fails goes back
 * to the outbox, which keeps its retries, its attempts and, in the end, the dead.
 *
 * An engine delivers at least once; it knows nothing of what a job is.
 */
export interface JobEngine {
  /** What hands jobs over and takes failed ones back: `relay` of `@offhook/core/jobs`, which only apps with an engine load. */
  readonly relay: RelayFactory;
  /**
   * Connects, and takes jobs for the worker. Calling it again does nothing. One engine serves one Offhook, and its queue
   * one tenant: another tenant's worker could not know what a job is about.
   */
  start(context: JobEngineContext): Promise<void>;
  /**
   * Takes jobs over. Resolves when it will not lose them any more. One with the same tenant, id and `runAtMs` as a job
   * that it has, or had in the last minutes, does nothing: a handover whose answer was lost is repeated. With another
   * time it is a new attempt.
   *
   * @throws any error: the jobs stay in the outbox and are handed over again later.
   */
  publish(jobs: readonly Job[]): Promise<void>;
  /** Takes nothing more, waits a while for what runs, and lets go of its connections. */
  stop(): Promise<void>;
}

/** Makes what runs an Offhook's jobs by an engine. */
export type RelayFactory = (options: RelayOptions) => JobRunner;

export interface RelayOptions extends JobRunnerOptions {
  readonly engine: JobEngine;
  /** Whether jobs of the engine run in this process as well. */
  readonly runJobs: boolean;
}

/** What an engine is started with. */
export interface JobEngineContext {
  readonly tenantId: string;
  /** Undefined: this process only hands over. */
  readonly worker: JobWorker | undefined;
  /** For what goes wrong while nobody waits for it. */
  readonly logger: Logger;
}

/** What an engine calls. */
export interface JobWorker {
  /** How long one `run` takes at most, in milliseconds: an engine's own time limit should be above it. */
  readonly timeoutMs: number;
  /**
   * Makes one attempt. Resolves when it is over, whether it succeeded or failed, and its end is written down; the engine
   * is then done with the job.
   *
   * @throws StorageError when the end could not be written: the engine should call it again.
   */
  run(job: Job): Promise<void>;
  /** For an engine that gives up a job, because its workers die of it: keeps it as dead in the outbox. */
  bury(job: Job, error: string): Promise<void>;
}
