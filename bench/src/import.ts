import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { ImportResult } from "./import-run.ts";

export interface ImportComparison {
  readonly bare: ImportResult;
  readonly offhook: ImportResult;
}

const rounds = 3;
const goalRate = 0.5;
const goalGrowthMiB = 150;

/**
 * An import of so many calls from a vendor on this machine, beside the loop that a user would write: fetch a page, make
 * calls of it by hand, write them in one transaction.
 */
export async function benchImport(calls: number): Promise<readonly ImportComparison[]> {
  const vendor = spawn(process.execPath, [join(import.meta.dirname, "import-vendor.ts"), String(calls)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [address] = (await once(createInterface(vendor.stdout), "line")) as [string]; // lines are text
    const run = async (kind: string): Promise<ImportResult> => {
      const script = join(import.meta.dirname, "import-run.ts");
      const { stdout } = await promisify(execFile)(process.execPath, [script, kind, address]);
      return JSON.parse(stdout) as ImportResult; // import-run.ts wrote it
    };
    const comparisons: ImportComparison[] = [];
    for (let round = 0; round < rounds; round += 1) {
      comparisons.push({ bare: await run("bare"), offhook: await run("offhook") });
    }
    return comparisons;
  } finally {
    vendor.kill();
  }
}

export function printImports(comparisons: readonly ImportComparison[]): void {
  console.log("\nimport of calls from a local vendor, pages of 1,000, SQLite with synchronous=FULL");
  for (const { bare, offhook } of comparisons) {
    const rate = bare.seconds / offhook.seconds;
    const isMet = rate >= goalRate && offhook.growthMiB < goalGrowthMiB && offhook.calls === bare.calls;
    console.log(
      `  ${offhook.calls} calls: bare ${bare.seconds.toFixed(2)} s, offhook ${offhook.seconds.toFixed(2)} s, ` +
        `rate ${(rate * 100).toFixed(0)} % of bare (goal ${goalRate * 100}), memory +${offhook.growthMiB.toFixed(0)} MiB ` +
        `(goal ${goalGrowthMiB}, bare +${bare.growthMiB.toFixed(0)})  ${isMet ? "met" : "MISSED"}`,
    );
  }
}
