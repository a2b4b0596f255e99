import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  decodeCursor,
  foldCall,
  type Call,
  type CallEvent,
  type CursorPosition,
  type ListQuery,
  type Storage,
} from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import { sqliteStorage } from "@offhook/storage-sqlite";
import pg from "pg";
import { startPostgres } from "../../tooling/postgres-server.ts";
import { compare, type Comparison } from "./compare.ts";

const tenantId = "default";
const pageSize = 20;
const farPage = 1_000;
/** Pages are walked in larger steps to get there. */
const stepSize = 200;

/** What is asked for: to Offhook, and in SQL to a table that a user would make for it. */
interface Filter {
  readonly name: string;
  readonly query: Pick<ListQuery, "provider" | "status" | "direction" | "phone">;
  /** Column and value; none: all calls. */
  readonly column?: string;
  readonly value?: string;
}

const filters: readonly Filter[] = [
  { name: "all", query: {} },
  { name: "status, most", query: { status: "completed" }, column: "status", value: "completed" },
  { name: "status, 0.3 %", query: { status: "busy" }, column: "status", value: "busy" },
  { name: "direction, a fifth", query: { direction: "outbound" }, column: "direction", value: "outbound" },
  { name: "provider, a quarter", query: { provider: "callrail" }, column: "provider", value: "callrail" },
  { name: "phone, 5 %", query: { phone: lineOf(0) }, column: "to_e164", value: lineOf(0) },
  { name: "phone, ten calls", query: { phone: callerOf(7) }, column: "from_e164", value: callerOf(7) },
];

/** A table with an index for each of the filters, read by page. */
interface Bare {
  page(filter: Filter, after: CursorPosition | undefined): Promise<readonly string[]>;
}

/** Lists at a number of calls, on both storages, beside the bare indexed query. */
export async function benchLists(calls: number): Promise<Comparison[]> {
  return [...(await benchSqlite(calls)), ...(await benchPostgres(calls))];
}

async function benchSqlite(calls: number): Promise<Comparison[]> {
  const folder = mkdtempSync(join(tmpdir(), "offhook-bench-"));
  const storage = sqliteStorage({ path: join(folder, "offhook.db") });
  try {
    await storage.open();
    await fill(storage, calls);
    return await benchFilters("SQLite", calls, storage, bareSqlite(folder));
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchPostgres(calls: number): Promise<Comparison[]> {
  const server = await startPostgres();
  const storage = postgresStorage({ connectionString: server.url, migrate: "auto" });
  const pool = new pg.Pool({ connectionString: server.url });
  // The server may end a connection before the pool has.
  pool.on("error", () => undefined);
  try {
    await storage.open();
    await fill(storage, calls);
    return await benchFilters("PostgreSQL", calls, storage, await barePostgres(pool));
  } finally {
    await storage.close();
    await pool.end();
    await server.remove();
  }
}

async function benchFilters(engine: string, calls: number, storage: Storage, bare: Bare): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const filter of filters) {
    const cursor = await cursorOf(storage, filter);
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const list = async (from: string | undefined): Promise<number> =>
      (await storage.list("call", { tenantId, limit: pageSize, cursor: from, ...filter.query })).data.length;
    const read = async (from: CursorPosition | undefined): Promise<readonly Call[]> =>
      // Written by Offhook, copied by the bare table.
      (await bare.page(filter, from)).map((record) => JSON.parse(record) as Call);
    const title = `${engine}, ${calls.toLocaleString("en")} calls, ${filter.name}`;
    const options = { batchMs: 40, rounds: 15 };
    comparisons.push(
      await compare(
        `${title}: page of ${pageSize}`,
        [
          { name: "bare query by its index, records parsed", run: () => read(undefined) },
          { name: "offhook: first page", run: () => list(undefined), goal: 3 },
          ...(after === undefined
            ? []
            : [{ name: `offhook: page ${farPage.toLocaleString("en")}`, run: () => list(cursor), goal: 3 }]),
        ],
        options,
      ),
    );
    if (cursor === undefined) continue;
    comparisons.push(
      await compare(
        `${title}: how far in`,
        [
          { name: "first page", run: () => list(undefined) },
          { name: `page ${farPage.toLocaleString("en")}`, run: () => list(cursor), goal: 1.2 },
        ],
        options,
      ),
    );
  }
  return comparisons;
}

/** Where the far page begins; undefined where there are not that many. */
async function cursorOf(storage: Storage, { query }: Filter): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let seen = 0; seen < pageSize * farPage; seen += stepSize) {
    const page = await storage.list("call", { tenantId, limit: stepSize, cursor, ...query });
    if (page.nextCursor === null) return undefined;
    cursor = page.nextCursor;
  }
  return cursor;
}

// What is stored ------------------------------------------------------------------------------------------------

function lineOf(number: number): string {
  return `+1512555${String(number).padStart(4, "0")}`;
}
function callerOf(number: number): string {
  return `+1415${String(number).padStart(7, "0")}`;
}

async function fill(storage: Storage, calls: number): Promise<void> {
  const together = 1_000;
  for (let start = 0; start < calls; start += together) {
    const batch = Array.from({ length: Math.min(together, calls - start) }, (_, index) => callOf(start + index, calls));
    await storage.write(async (transaction) => {
      await transaction.load(
        "call",
        tenantId,
        batch.flatMap(({ record }) => record.references),
      );
      await transaction.save("call", batch);
    });
  }
}

function callOf(index: number, calls: number) {
  // Spread, so that neighbours in time have nothing else in common.
  const spread = Math.imul(index, 0x9e3779b1) >>> 0;
  const provider = spread % 4 === 0 ? "callrail" : spread % 4 === 1 ? "retell" : "twilio";
  const at = new Date(Date.UTC(2026, 0) + index * 1_000).toISOString();
  const event: CallEvent = {
    id: `evt_${index}`,
    tenantId,
    provider,
    type: "call.ended",
    source: "webhook",
    occurredAt: at,
    receivedAt: at,
    deliveryId: `dlv_${index}`,
    references: [{ provider, id: `C${spread.toString(16)}-${index}`, kind: "leg" }],
    facts: {
      status: spread % 1_000 < 3 ? "busy" : spread % 10 === 5 ? "no_answer" : "completed",
      direction: spread % 5 === 0 ? "outbound" : "inbound",
      from: phone(callerOf((spread >>> 3) % Math.ceil(calls / 10))),
      to: phone(lineOf((spread >>> 5) % 20)),
      startedAt: at,
      durationSeconds: 60,
    },
  };
  return { record: foldCall([event]), newEvents: [event], replaces: [] };
}

const phone = (e164: string) => ({ e164, raw: e164 });

// What a user would make for the same -----------------------------------------------------------------------------

const indexes = ["status", "direction", "provider", "from_e164", "to_e164"].map(
  (column) => `create index bare_${column} on bare (tenant_id, ${column}, created_at, id)`,
);
const bareColumns = "tenant_id, created_at, id, status, direction, provider, from_e164, to_e164, record";

function bareSql({ column }: Filter, after: CursorPosition | undefined, place: (number: number) => string): string {
  let number = 1;
  const next = (): string => place(number++);
  const conditions = [`tenant_id = ${next()}`];
  if (column !== undefined) conditions.push(`${column} = ${next()}`);
  if (after !== undefined) conditions.push(`(created_at, id) < (${next()}, ${next()})`);
  return `select record from bare where ${conditions.join(" and ")} order by created_at desc, id desc limit ${pageSize + 1}`;
}

const bareValues = ({ value }: Filter, after: CursorPosition | undefined): string[] => [
  tenantId,
  ...(value === undefined ? [] : [value]),
  ...(after === undefined ? [] : [after.time, after.id]),
];

function bareSqlite(folder: string): Bare {
  const database = new DatabaseSync(join(folder, "bare.db"));
  database.exec(`
    pragma page_size = 8192; pragma cache_size = -65536;
    attach '${join(folder, "offhook.db")}' as offhook;
    create table bare (tenant_id text, created_at text, id text, status text, direction text, provider text,
      from_e164 text, to_e164 text, record text) strict;
    insert into bare select tenant_id, created_at, id, status, direction, trim(providers, ':'), from_e164, to_e164, record
      from offhook.calls order by key;
    create index bare_all on bare (tenant_id, created_at, id); ${indexes.join(";")}`);
  const statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  return {
    page(filter, after) {
      const sql = bareSql(filter, after, () => "?");
      const statement = statements.get(sql) ?? database.prepare(sql);
      statements.set(sql, statement);
      return Promise.resolve(statement.all(...bareValues(filter, after)).map(({ record }) => String(record)));
    },
  };
}

async function barePostgres(pool: pg.Pool): Promise<Bare> {
  await pool.query(`create table bare as select ${bareColumns} from offhook.calls order by key`);
  for (const sql of ["create index bare_all on bare (tenant_id, created_at, id)", ...indexes, "analyze bare"]) {
    await pool.query(sql);
  }
  // Both sides know what is in their tables, as they do after a day.
  await pool.query("analyze offhook.calls");
  return {
    async page(filter, after) {
      const text = bareSql(filter, after, (number) => `$${number}`);
      const { rows } = await pool.query<{ record: string }>(text, bareValues(filter, after));
      return rows.map(({ record }) => record);
    },
  };
}
