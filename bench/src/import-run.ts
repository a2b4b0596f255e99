// One import of all that a vendor lists, in a process of its own, so that its memory is its own:
//   node import-run.ts call|call-and-record|offhook <address of the vendor>
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createOffhook, silentLogger } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { twilio } from "@offhook/twilio";
import { createTwilioClient } from "@offhook/twilio/client";
import { twilioRecord, type TwilioApiCall } from "./by-hand.ts";

export interface ImportResult {
  readonly calls: number;
  readonly seconds: number;
  /** Peak beyond what the process had at its start. MiB. */
  readonly growthMiB: number;
  /** Peak beyond what it had after the first 20,000 calls. MiB. */
  readonly warmGrowthMiB: number;
}

const [, , kind = "", address = ""] = process.argv;
const accountSid = "AC0123456789abcdef0123456789abcdef";
const folder = mkdtempSync(join(tmpdir(), "offhook-bench-"));

/**
 * The loop that a user would write: a page, calls made of it by hand, one transaction.
 * @param keepsRecord whether it keeps what the vendor said, as Offhook keeps events: to make better calls of it one day.
 */
async function bare(keepsRecord: boolean): Promise<number> {
  const database = new DatabaseSync(join(folder, "bare.db"));
  database.exec("pragma page_size=8192; pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-65536");
  database.exec("create table calls (id text primary key, created_at text not null, record text not null) strict");
  database.exec("create table records (id integer primary key, call_id text not null, record text not null) strict");
  const insertRecord = database.prepare("insert into records (call_id, record) values (?, ?)");
  const insert = database.prepare(
    "insert into calls values (?, ?, ?) on conflict (id) do update set record = excluded.record",
  );
  let calls = 0;
  let next: string | null = `/2010-04-01/Accounts/${accountSid}/Calls.json`;
  while (next !== null) {
    const response: Response = await fetch(`${address}${next}`);
    // As the vendor of this measurement writes it.
    const page = (await response.json()) as { calls: TwilioApiCall[]; next_page_uri: string | null };
    database.exec("begin immediate");
    for (const call of page.calls) {
      const record = twilioRecord(call);
      insert.run(record.id, record.createdAt, JSON.stringify(record));
      if (keepsRecord) insertRecord.run(record.id, JSON.stringify(call));
      calls += 1;
      noteMemory(calls);
    }
    database.exec("commit");
    next = page.next_page_uri;
  }
  database.close();
  return calls;
}

async function offhook(): Promise<number> {
  const client = createTwilioClient({ accountSid, authToken: "token", baseUrl: address });
  const app = createOffhook({
    providers: [twilio({ authToken: "token", publicUrl: "https://app.example.com", client })],
    storage: sqliteStorage({ path: join(folder, "offhook.db") }),
    logger: silentLogger,
  });
  const { created } = await app.importCalls({
    provider: "twilio",
    from: "2026-09-30T00:00:00Z",
    to: "2026-11-20T00:00:00Z",
    onProgress: ({ seen }) => noteMemory(seen),
  });
  await app.close();
  return created;
}

const rssMiB = (): number => process.memoryUsage.rss() / 2 ** 20;

/** From here on the engine's young generation and the database's cache have their size, as in any server that runs. */
const warmAt = 20_000;
const coldMiB = rssMiB();
let warmMiB = Infinity;
let peakMiB = coldMiB;

function noteMemory(calls: number): void {
  if (calls % 500 !== 0) return;
  const nowMiB = rssMiB();
  if (calls <= warmAt) warmMiB = nowMiB;
  peakMiB = Math.max(peakMiB, nowMiB);
}

const startMs = performance.now();
const calls = await (kind === "offhook" ? offhook() : bare(kind === "call-and-record"));
const seconds = (performance.now() - startMs) / 1000;
rmSync(folder, { recursive: true, force: true });
const result: ImportResult = { calls, seconds, growthMiB: peakMiB - coldMiB, warmGrowthMiB: peakMiB - warmMiB };
process.stdout.write(JSON.stringify(result));
