const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Pauses between attempts; after the last one the job is dead and waits for a person. */
const pausesMs = [5 * second, minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour];

/** How often a job is tried. */
export const maxAttempts = pausesMs.length + 1;

/**
 * How long to wait after the given number of failed attempts, with up to 10 % jitter so that jobs that failed
 * together do not come back together; undefined when it was the last one.
 */
export function pauseAfterMs(attempts: number): number | undefined {
  const pause = pausesMs[attempts - 1];
  return pause === undefined ? undefined : Math.round(pause * (1 + Math.random() / 10));
}
