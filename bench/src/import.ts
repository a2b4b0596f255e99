import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { ImportResult } from "./import-run.ts";

export interface ImportComparison {
  /** Keeps the calls alone. */
  readonly call: ImportResult;
  /** Keeps what the vendor said beside them, as Offhook keeps events. */
  readonly callAndRecord: ImportResult;
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
      comparisons.push({
        call: await run("call"),
        callAndRecord: await run("call-and-record"),
        offhook: await run("offhook"),
      });
    }
    return comparisons;
  } finally {
    vendor.kill();
  }
}

export function printImports(comparisons: readonly ImportComparison[]): void {
  console.log("\nimport of calls from a local vendor, pages of 1,000, SQLite with synchronous=FULL");
  for (const { call, callAndRecord, offhook } of comparisons) {
    const rate = callAndRecord.seconds / offhook.seconds;
    const isMet = rate >= goalRate && offhook.warmGrowthMiB < goalGrowthMiB && offhook.calls === call.calls;
    console.log(
      `  ${offhook.calls} calls in ${offhook.seconds.toFixed(2)} s: ${percent(rate)} of the rate of a bare loop that keeps ` +
        `calls and records (${callAndRecord.seconds.toFixed(2)} s; goal ${percent(goalRate)}), ` +
        `${percent(call.seconds / offhook.seconds)} of one that keeps calls alone (${call.seconds.toFixed(2)} s); ` +
        `memory +${offhook.warmGrowthMiB.toFixed(0)} MiB after the first 20,000 (goal ${goalGrowthMiB}; bare ` +
        `+${callAndRecord.warmGrowthMiB.toFixed(0)}), +${offhook.growthMiB.toFixed(0)} in all (bare ` +
        `+${callAndRecord.growthMiB.toFixed(0)})  ${isMet ? "met" : "MISSED"}`,
    );
  }
}

const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
