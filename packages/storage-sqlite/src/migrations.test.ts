import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { foldCall, type CallEvent, type CallFacts } from "@offhook/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identityKey, keyWriter, subjectKey } from "./key-index.ts";
import { migrations } from "./migrations.ts";
import { sqliteStorage } from "./sqlite-storage.ts";

const tenantId = "default";
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offhook-sqlite-"));
  path = join(folder, "calls.db");
});
afterEach(() => rm(folder, { recursive: true }));

function eventOf(order: number, facts: CallFacts, id = `CA${order}`): CallEvent {
  const at = new Date(Date.UTC(2026, 0, 1) + order * 1000).toISOString();
  return {
    id: `evt_${order}`,
    tenantId,
    provider: "toy",
    type: "call.progressed",
    source: "webhook",
    receivedAt: at,
    occurredAt: at,
    deliveryId: null,
    references: [{ provider: "toy", id, kind: "leg" }],
    facts,
  };
}

const ana = { e164: "+14155550100", raw: "+14155550100" };
const office = { e164: "+15125550188", raw: "+15125550188" };
const first = eventOf(1, { status: "completed", direction: "inbound", from: ana, agent: { id: "a1" } });
const second = eventOf(2, { status: "busy", direction: "outbound", from: office, to: office });

/** A file as version 1 left it: two calls, a delivery and a dead job. */
function writeVersionOne(): void {
  const database = new DatabaseSync(path);
  database.exec("pragma page_size = 8192; pragma journal_mode = wal");
  database.exec(migrations[0] ?? "");
  database.exec("pragma user_version = 1; begin");
  const index = keyWriter(database);
  index.refresh();
  for (const [key, event] of [first, second].entries()) {
    const call = foldCall([event]);
    database
      .prepare("insert into calls values (?, ?, ?, ?, ?, ?, ':toy:', ?, ?, ?, ?)")
      .run(
        key + 1,
        tenantId,
        call.id,
        call.createdAt,
        call.status,
        call.direction,
        call.from?.e164 ?? null,
        call.to?.e164 ?? null,
        call.agent?.id ?? null,
        JSON.stringify(call),
      );
    database.prepare("insert into call_events values (?, ?)").run((key + 1) * 2 ** 20, JSON.stringify(event));
    for (const reference of call.references) index.add(subjectKey("call", tenantId, reference), key + 1);
  }
  index.add(identityKey(tenantId, "toy", "ab"), 1);
  index.finish();
  const facts = {
    route: "events",
    kind: "ended",
    error: null,
    method: "POST",
    url: "/api/webhooks/toy",
    headers: {},
    bodyBytes: 3,
    bodyRemovedAt: null,
    remoteAddress: null,
    references: [],
    test: false,
  };
  database
    .prepare("insert into deliveries values (1, ?, 'dlv_1', 'toy', ?, 'applied', ?, 0, ?, ?)")
    .run(tenantId, Buffer.from("ab", "hex"), first.receivedAt, JSON.stringify(facts), new Uint8Array([1, 2, 3]));
  database
    .prepare("insert into jobs values (?, 'job_1', 'dead', 5, 5, 3, null, null, '\"It failed\"', 5, ?)")
    .run(tenantId, JSON.stringify({ id: "job_1", kind: "handle", payload: {} }));
  database.exec("insert into event_counts values ('default', 2); commit");
  database.close();
}

async function withStorage(work: (storage: ReturnType<typeof sqliteStorage>) => Promise<void>): Promise<void> {
  const storage = sqliteStorage({ path });
  await storage.open();
  try {
    await work(storage);
  } finally {
    await storage.close();
  }
}

test("D01: a file of version 1 is brought up to date with all that is in it", async () => {
  writeVersionOne();
  await withStorage(async (storage) => {
    const list = async (filter: object) =>
      (await storage.list("call", { tenantId, limit: 10, ...filter })).data.map(({ id }) => id);
    const [ofFirst, ofSecond] = [foldCall([first]).id, foldCall([second]).id];
    expect(await list({})).toEqual([ofSecond, ofFirst]);
    expect(await list({ phone: ana.e164 })).toEqual([ofFirst]);
    expect(await list({ phone: office.e164 })).toEqual([ofSecond]);
    expect(await list({ provider: "toy" })).toEqual([ofSecond, ofFirst]);
    expect(await list({ status: "busy" })).toEqual([ofSecond]);
    expect(await list({ direction: "inbound" })).toEqual([ofFirst]);
    expect(await list({ direction: "inbound", status: "busy" })).toEqual([]);
    expect(await storage.get("call", tenantId, { provider: "toy", id: "CA1" })).toEqual({
      record: foldCall([first]),
      events: [first],
    });
    expect(await storage.getDelivery(tenantId, "dlv_1")).toMatchObject({ bodyRemovedAt: null, bodyBytes: 3 });
    expect((await storage.listJobs?.({ tenantId, limit: 10, kind: "handle" }))?.data).toMatchObject([
      { id: "job_1", state: "dead", lastError: "It failed" },
    ]);
    expect(await storage.health(tenantId)).toMatchObject({ calls: 2, events: 2, agents: 1 });
  });
});

test.each([
  ["has", true],
  ["has no more", false],
])("D01: a file that %s triggers counts each agent once from now on", async (_words, hasTriggers) => {
  writeVersionOne();
  const database = new DatabaseSync(path);
  for (const migration of migrations.slice(1, 3)) database.exec(migration);
  const triggers = database.prepare("select name from sqlite_schema where type = 'trigger'").all();
  for (const { name } of triggers) if (!hasTriggers) database.exec(`drop trigger ${String(name)}`);
  database.exec("pragma user_version = 3");
  database.close();
  await withStorage(async (storage) => {
    await storage.write(async (transaction) => {
      await transaction.remove?.("call", await transaction.load("call", tenantId, first.references));
    });
    expect(await storage.health(tenantId)).toMatchObject({ calls: 1, agents: 0 });
    const again = eventOf(4, { agent: { id: "a2" } });
    await storage.write((transaction) =>
      transaction.save("call", [{ record: foldCall([again]), newEvents: [again], replaces: [] }]),
    );
    expect(await storage.health(tenantId)).toMatchObject({ calls: 2, agents: 1 });
  });
  const counted = new DatabaseSync(path);
  expect(counted.prepare("select agent_id, calls from call_agents").all()).toEqual([
    expect.objectContaining({ agent_id: "a2", calls: 1 }),
  ]);
  counted.close();
});

test("D01: what a file of version 1 has goes on as if it had been written today", async () => {
  writeVersionOne();
  await withStorage(async (storage) => {
    const later = eventOf(3, { to: office }, "CA1");
    await storage.write(async (transaction) => {
      const replaces = await transaction.load("call", tenantId, later.references);
      await transaction.save("call", [{ record: foldCall([first, later]), newEvents: [later], replaces }]);
      await transaction.remove?.("call", await transaction.load("call", tenantId, second.references));
      expect(await transaction.putCheckpoints?.([checkpoint])).toBe(true);
    });
    expect(await storage.getCheckpoint?.(tenantId, "import")).toEqual(checkpoint);
    const list = async (phone: string) =>
      (await storage.list("call", { tenantId, limit: 10, phone })).data.map(({ version }) => version);
    expect([await list(ana.e164), await list(office.e164)]).toEqual([[2], [2]]);
    expect(await storage.expire?.({ ...expiry, tenantId, limit: 10 })).toEqual({ bodies: 1, changes: 0 });
    expect(await storage.retryJobs?.({ tenantId, ids: undefined, nowMs: 9 })).toBe(1);
    expect(await storage.health(tenantId)).toMatchObject({ calls: 1, events: 2, agents: 1 });
  });
  await withStorage(async (storage) => {
    expect(await storage.getDelivery(tenantId, "dlv_1")).toMatchObject({
      bodyRemovedAt: expiry.now,
      body: new Uint8Array(),
      bodyBytes: 3,
    });
  });
});

const checkpoint = { tenantId, name: "import", version: 1, value: { page: 2 } };

const expiry = {
  bodiesBefore: "2026-06-01T00:00:00.000Z",
  changesBefore: "2026-06-01T00:00:00.000Z",
  now: "2026-11-20T00:00:00.000Z",
};
