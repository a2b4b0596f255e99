import { startPostgres } from "../../tooling/postgres-server.ts";
import { runKillPoint } from "./kill-point-run.ts";
import { killPoints } from "./kill-point.ts";

export const storageNames = ["sqlite", "postgres"] as const;
type StorageName = (typeof storageNames)[number];

export interface KillPointsOptions {
  readonly storages: readonly StorageName[];
  /** For each point on each storage. */
  readonly runs: number;
  readonly seed: number;
  /** Is told of every point on every storage. */
  readonly onPoint: (line: string) => void;
}

const livesOfEach = 4;

/** Kills an app at every point, on every storage, many times. @returns what was wrong. */
export async function runKillPoints({ storages, runs, seed, onPoint }: KillPointsOptions): Promise<string[]> {
  const violations: string[] = [];
  for (const storage of storages) {
    // Flushes to disk, as PostgreSQL does by itself.
    const server = storage === "postgres" ? await startPostgres() : undefined;
    try {
      for (const [index, point] of killPoints.entries()) {
        const sums = { acknowledged: 0, unanswered: 0, effects: 0, repeated: 0, violations: 0 };
        for (let run = 0; run < runs; run += 1) {
          const runSeed = seed + index * runs + run;
          const result = await runKillPoint({ point, postgresUrl: server?.url, livesOfEach, seed: runSeed });
          sums.acknowledged += result.acknowledged;
          sums.unanswered += result.unanswered;
          sums.effects += result.effects;
          sums.repeated += result.repeated;
          sums.violations += result.violations.length;
          violations.push(...result.violations.map((violation) => `${storage} ${point}, ${violation}`));
        }
        onPoint(
          `${storage.padEnd(8)} ${point.padEnd(13)} ${runs} kills: ${sums.acknowledged} requests acknowledged before, ${sums.unanswered} cut off; ${sums.effects} effects, ${sums.repeated} of them twice; ${sums.violations} violations`,
        );
      }
    } finally {
      await server?.remove();
    }
  }
  return violations;
}
