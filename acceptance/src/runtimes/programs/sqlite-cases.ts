import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { runStorageCase, type FreshStorage } from "../../../../packages/testing/src/conformance-case.ts";
import { storageCases } from "../../../../packages/testing/src/conformance-cases.ts";
import { openForLives } from "../../every-life.ts";
import type { App } from "./app.ts";

// Not by @offhook/testing/conformance, which loads a test runner.

const [, , folder = ""] = process.argv;

/** What came of the cases of the storage contract. */
export interface StorageVerdict {
  readonly kept: number;
  /** Cases for abilities that this storage has not. */
  readonly left: number;
  readonly failures: readonly string[];
}

async function create(): Promise<FreshStorage> {
  const own = await mkdtemp(join(folder, "case-"));
  const another = () => Promise.resolve(sqliteStorage({ path: join(own, "calls.db") }));
  return { storage: await another(), reopen: another, another, cleanup: () => rm(own, { recursive: true }) };
}

async function judge(): Promise<StorageVerdict> {
  const failures: string[] = [];
  let kept = 0;
  let left = 0;
  for (const each of storageCases()) {
    try {
      const lacks = await runStorageCase(each, create);
      if (lacks.length === 0) kept += 1;
      else left += 1;
    } catch (error) {
      failures.push(`${each.title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { kept, left, failures };
}

// Takes longer than every server leaves a connection open without an answer.
let verdict: StorageVerdict | null = null;
void judge().then((judged) => (verdict = judged));

/** Runs the storage contract in the folder that its argument names; null until it is through. */
export const app: App = { offhook: openForLives(), questions: { "/verdict": async () => verdict } };
