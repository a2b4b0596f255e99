import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { foldCall, type CallEvent, type Storage } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { Committer } from "../../packages/core/src/committer.ts";
import type { JournalEntry } from "../../packages/core/src/apply.ts";
import { compare, type Comparison } from "./compare.ts";
import { callrailBody } from "./payloads.ts";

const together = 64;

/**
 * Journal, events and call in one durable transaction, 64 requests at once, beside a bare loop of three prepared
 * statements in one transaction over the same bytes. Both flush to disk once for each group.
 */
export async function benchIngest(): Promise<Comparison[]> {
  const folder = mkdtempSync(join(tmpdir(), "offhook-bench-"));
  const storage = sqliteStorage({ path: join(folder, "offhook.db") });
  await storage.open();
  try {
    const bare = bareLoop(join(folder, "bare.db"));
    const commit = committerOver(storage);
    let count = 0;
    const entries = (): JournalEntry[] => Array.from({ length: together }, () => makeEntry((count += 1)));
    return [
      await compare(
        `durable ingest of ${together} requests at once (new calls, 3 KB bodies, synchronous=FULL)`,
        [
          { name: "bare: three statements, one transaction", run: () => bare(entries()) },
          {
            name: "offhook: committer and storage-sqlite",
            run: () => Promise.all(entries().map(commit)),
            goal: 1 / 0.6,
          },
        ],
        { batchMs: 150, rounds: 15 },
      ),
    ];
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function committerOver(storage: Storage): (entry: JournalEntry) => Promise<unknown> {
  const committer = new Committer({
    storage,
    open: () => Promise.resolve(),
    audience: { tenantId: "default", wanted: new Map(), followUps: () => [] },
    now: Date.now,
    onCommit: () => undefined,
    onPoison: (_entry, cause) => {
      throw cause;
    },
    maxBatch: 256,
    maxWaiting: 10_000,
    timeoutMs: 60_000,
  });
  return (entry) => committer.commit(entry);
}

const body = callrailBody();

/** The delivery of one new call, as the receiver hands it to the committer. */
export function makeEntry(index: number, content: Uint8Array = body): JournalEntry {
  // Spread over the key space, as vendors' ids are.
  const id = `CAL${Math.imul(index, 0x9e3779b1).toString(16).padStart(9, "0")}${String(index).padStart(12, "0")}`;
  const identity = `${(Math.imul(index, 0x85ebca6b) >>> 0).toString(16).padStart(8, "0")}${String(index).padStart(56, "0")}`;
  const receivedAt = new Date(Date.UTC(2026, 10, 20) + index * 10).toISOString();
  const reference = { provider: "callrail", id, kind: "session" as const };
  const deliveryId = `dlv_${String(index).padStart(26, "0")}`;
  const event: CallEvent = {
    id: `evt_${identity.slice(0, 32)}_0`,
    tenantId: "default",
    provider: "callrail",
    type: "call.ended",
    source: "webhook",
    occurredAt: receivedAt,
    receivedAt,
    deliveryId,
    references: [reference],
    facts: {
      status: "completed",
      direction: "inbound",
      from: { e164: "+14155550119", raw: "+14155550119" },
      to: { e164: "+15125550188", raw: "+15125550188" },
      startedAt: receivedAt,
      endedAt: receivedAt,
      durationSeconds: 187,
      transcript: { text: "hello thanks for calling ".repeat(40), turns: [] },
      tags: ["booked"],
      source: { name: "google_paid", medium: "cpc", campaign: "spring" },
    },
  };
  return {
    delivery: {
      id: deliveryId,
      tenantId: "default",
      provider: "callrail",
      route: "post-call",
      kind: "call.ended",
      identity,
      status: "applied",
      error: null,
      method: "POST",
      url: "/api/webhooks/callrail/post-call",
      headers: { "content-type": "application/json", "user-agent": "CallRail", host: "app.example.com" },
      body: content,
      bodyBytes: content.length,
      bodyRemovedAt: null,
      remoteAddress: "203.0.113.9",
      receivedAt,
      references: [reference],
      duplicates: 0,
      test: false,
    },
    calls: [event],
    leads: [],
  };
}

/**
 * The leanest that a user would write: journal row with a unique identity, event row, call row by id; all prepared, in
 * one transaction. No lists, no references, no duplicates counted.
 */
function bareLoop(path: string): (entries: readonly JournalEntry[]) => void {
  const database = new DatabaseSync(path);
  database.exec("pragma page_size=8192; pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-65536");
  database.exec(`
    create table deliveries (id integer primary key, identity blob not null unique, received_at text not null, body blob not null) strict;
    create table events (id integer primary key, call_id text not null, facts text not null) strict;
    create table calls (id text primary key, created_at text not null, record text not null) strict;
  `);
  const insertDelivery = database.prepare(
    "insert into deliveries (identity, received_at, body) values (?, ?, ?) on conflict do nothing",
  );
  const insertEvent = database.prepare("insert into events (call_id, facts) values (?, ?)");
  const upsertCall = database.prepare(
    "insert into calls values (?, ?, ?) on conflict (id) do update set record = excluded.record",
  );
  return (entries) => {
    database.exec("begin immediate");
    for (const { delivery, calls } of entries) {
      insertDelivery.run(Buffer.from(delivery.identity ?? "", "hex"), delivery.receivedAt, delivery.body);
      for (const event of calls) {
        const call = foldCall([event]);
        insertEvent.run(call.id, JSON.stringify(event));
        upsertCall.run(call.id, call.createdAt, JSON.stringify(call));
      }
    }
    database.exec("commit");
  };
}
