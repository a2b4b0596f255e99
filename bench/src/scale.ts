import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Storage } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { compare, type Comparison } from "./compare.ts";
import { committerOver, makeEntry } from "./ingest.ts";
import { twilioBody } from "./payloads.ts";

const small = 10_000;
const together = 64;

/** The cost of one ingest when few and when many calls are stored. */
export async function benchScale(calls: number): Promise<Comparison[]> {
  const folder = mkdtempSync(join(tmpdir(), "offhook-bench-"));
  const few = sqliteStorage({ path: join(folder, "few.db") });
  const many = sqliteStorage({ path: join(folder, "many.db") });
  try {
    const ingestFew = await filled(few, small);
    const ingestMany = await filled(many, calls);
    return [
      await compare(
        `durable ingest of ${together} requests at once, by number of stored calls`,
        [
          { name: `${small.toLocaleString("en")} calls`, run: ingestFew },
          { name: `${calls.toLocaleString("en")} calls`, run: ingestMany, goal: 1.5 },
        ],
        { batchMs: 150, rounds: 15 },
      ),
    ];
  } finally {
    await few.close();
    await many.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fills a storage with calls and gives a function that ingests one more group. */
async function filled(storage: Storage, calls: number): Promise<() => Promise<unknown>> {
  await storage.open();
  const commit = committerOver(storage);
  let count = 0;
  const group = (size: number): Promise<unknown> =>
    Promise.all(Array.from({ length: size }, () => commit(makeEntry((count += 1), twilioBody))));
  for (let stored = 0; stored < calls; stored += 256) await group(256);
  return () => group(together);
}
