import type { RunJob } from "./run-job.ts";

/**
 * Runs each job by its kind. One that nobody here knows is tried again: another process, of a newer or older version
 * of the app, may know it.
 */
export function runByKind(runners: ReadonlyMap<string, RunJob>): RunJob {
  return async (job, limits) => {
    const run = runners.get(job.kind);
    if (run === undefined)
      throw new TypeError(`Job: expected kind ${[...runners.keys()].join(" or ")}, got "${job.kind}"`);
    await run(job, limits);
  };
}
