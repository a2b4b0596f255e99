// One import of all that a vendor lists, in a process of its own, so that its memory is its own:
//   node import-run.ts bare|offhook <address of the vendor>
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
  /** Beyond what the process had before. MiB. */
  readonly growthMiB: number;
}

const [, , kind = "", address = ""] = process.argv;
const accountSid = "AC0123456789abcdef0123456789abcdef";
const folder = mkdtempSync(join(tmpdir(), "offhook-bench-"));

async function bare(): Promise<number> {
  const database = new DatabaseSync(join(folder, "bare.db"));
  database.exec("pragma page_size=8192; pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-65536");
  database.exec("create table calls (id text primary key, created_at text not null, record text not null) strict");
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
    }
    database.exec("commit");
    calls += page.calls.length;
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
  });
  await app.close();
  return created;
}

const rssMiB = (): number => process.memoryUsage().rss / 2 ** 20;
const beforeMiB = rssMiB();
let peakMiB = beforeMiB;
const looking = setInterval(() => {
  peakMiB = Math.max(peakMiB, rssMiB());
}, 20);
const startMs = performance.now();
const calls = await (kind === "bare" ? bare() : offhook());
const seconds = (performance.now() - startMs) / 1000;
clearInterval(looking);
rmSync(folder, { recursive: true, force: true });
const result: ImportResult = { calls, seconds, growthMiB: Math.max(peakMiB, rssMiB()) - beforeMiB };
process.stdout.write(JSON.stringify(result));
