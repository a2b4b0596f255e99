import type { Comparison } from "./compare.ts";

/** Tables for people: time, ratio to the first row, and whether a goal is met. */
export function print(comparisons: readonly Comparison[]): void {
  for (const { group, rows } of comparisons) {
    console.log(`\n${group}`);
    console.log(`  ${"".padEnd(58)} ${"us".padStart(9)} ${"ratio".padStart(7)}  p10-p90`);
    for (const { name, microseconds, ratio, low, high, goal } of rows) {
      const verdict = goal === undefined ? "" : ratio <= goal ? `  met: at most ${goal}` : `  MISSED: at most ${goal}`;
      console.log(
        `  ${name.padEnd(58)} ${microseconds.toFixed(2).padStart(9)} ${ratio.toFixed(2).padStart(7)}  ${low.toFixed(2)}-${high.toFixed(2)}${verdict}`,
      );
    }
  }
}
