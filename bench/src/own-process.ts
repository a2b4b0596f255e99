import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createCases } from "./cases.ts";
import type { Comparison } from "./compare.ts";
import { benchPipeline } from "./pipeline.ts";
import { benchVerification } from "./verification.ts";

/**
 * Measures one case in a process of its own. In one process the cases would spoil each other: code that has seen the
 * payloads of five vendors is optimised for none of them.
 */
export async function inOwnProcess(group: string, name: string): Promise<Comparison> {
  const main = join(import.meta.dirname, "main.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--only", group, "--case", name]);
  return JSON.parse(stdout) as Comparison; // runCase wrote it
}

/** The other side: measures, and writes the result for `inOwnProcess`. */
export async function runCase(group: string, name: string): Promise<void> {
  const found = (await createCases()).find((each) => each.name === name);
  if (found === undefined) throw new Error(`No case "${name}"`);
  const comparison = await (group === "verify" ? benchVerification(found) : benchPipeline(found));
  process.stdout.write(JSON.stringify(comparison));
}
