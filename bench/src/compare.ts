/** Side-by-side timing: candidates take turns in short batches, and a ratio is taken within a round, so that noise hits both. */

export interface Candidate {
  readonly name: string;
  /** Must do its whole work; returns a promise if that takes one. */
  readonly run: () => unknown;
  /** The most that its time may be, as a multiple of the first candidate's. */
  readonly goal?: number;
}

export interface Comparison {
  readonly group: string;
  /** The first candidate is what the others are measured against. */
  readonly rows: readonly {
    readonly name: string;
    readonly microseconds: number;
    /** Time over the first candidate's time: median of the rounds, and the 10th and 90th percentile. */
    readonly ratio: number;
    readonly low: number;
    readonly high: number;
    readonly goal: number | undefined;
  }[];
}

export interface CompareOptions {
  readonly rounds?: number;
  readonly batchMs?: number;
}

export async function compare(
  group: string,
  candidates: readonly Candidate[],
  { rounds = 21, batchMs = 25 }: CompareOptions = {},
): Promise<Comparison> {
  const sizes: number[] = [];
  for (const candidate of candidates) {
    await batch(candidate, 200);
    const perRun = (await batch(candidate, 200)) / 200;
    sizes.push(Math.max(5, Math.round(batchMs / perRun)));
    // Warm: optimised code only.
    await batch(candidate, sizes.at(-1) ?? 5);
  }
  const times: number[][] = candidates.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < candidates.length; turn += 1) {
      const index = (turn + round) % candidates.length;
      const candidate = candidates[index];
      const size = sizes[index] ?? 5;
      if (candidate !== undefined) times[index]?.push((await batch(candidate, size)) / size);
    }
  }
  return summarize(
    group,
    candidates.map(({ name, goal }, index) => ({ name, goal, times: times[index] ?? [] })),
  );
}

/** What was measured of a candidate in each round, in milliseconds. */
export interface Measured {
  readonly name: string;
  readonly times: readonly number[];
  readonly goal?: number | undefined;
}

/** Ratios within each round to the first candidate. */
export function summarize(group: string, measured: readonly Measured[]): Comparison {
  const floor = measured[0]?.times ?? [];
  return {
    group,
    rows: measured.map(({ name, goal, times }) => {
      const ratios = times.map((time, round) => time / (floor[round] ?? time)).toSorted((a, b) => a - b);
      return {
        name,
        microseconds:
          quantile(
            times.toSorted((a, b) => a - b),
            0.5,
          ) * 1000,
        ratio: quantile(ratios, 0.5),
        low: quantile(ratios, 0.1),
        high: quantile(ratios, 0.9),
        goal,
      };
    }),
  };
}

/** Milliseconds for a number of runs. */
async function batch({ run }: Candidate, count: number): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index += 1) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return performance.now() - start;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.round(part * (sorted.length - 1)))] ?? Number.NaN;
}
