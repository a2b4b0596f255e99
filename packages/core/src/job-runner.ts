import type { Logger } from "./logger.ts";
import type { RunJob } from "./run-job.ts";
import type { Storage } from "./storage.ts";

/** What it takes to see to the jobs of a tenant. */
export interface JobRunnerOptions {
  readonly storage: Storage;
  readonly tenantId: string;
  readonly run: RunJob;
  /** How long one attempt may take. Its lease is longer, so that nobody else starts it meanwhile. */
  readonly jobTimeoutMs: number;
  readonly now: () => number;
  readonly logger: Logger;
}

/** What sees to it that jobs run: in this process, or by handing them to an engine. */
export interface JobRunner {
  /** Sees to the jobs that are due. @throws StorageError when the storage does not answer. */
  drain(options?: DrainOptions): Promise<DrainResult>;
  /** There may be jobs: see to them in the background. */
  wake(): void;
  /** Starts nothing more, and waits a while for what runs. */
  stop(): Promise<void>;
}

export interface DrainOptions {
  /**
   * Start no more jobs after this long; imports end after the page that they are at. Milliseconds; default: until none
   * is due.
   */
  readonly timeoutMs?: number;
}

export interface DrainResult {
  /** Jobs that succeeded, or that an engine has taken over. */
  readonly done: number;
  readonly failed: number;
  /** When the next job falls due; null when none waits. Milliseconds since 1970. */
  readonly nextRunAtMs: number | null;
}
