import { decodeCursor, encodeCursor, StorageError } from "@offhook/core";
import type { DeliverySummary, Job, Page, Storage, StorageTransaction, Stored, Subject } from "@offhook/core";
import Database from "better-sqlite3";
import { Kysely, sql, SqliteDialect, type Generated, type GeneratedAlways } from "kysely";

// 1. The tables. Rows are JSON, in which NUL and lone surrogates survive; SQLite reads the columns of queries from it.
interface Tables {
  deliveries: Row & { id: string; body: Uint8Array; provider: Read; status: Read; received_at: Read };
  records: Row & { key: Generated<number>; subject: Subject; id: Read; created_at: Read; status: Read };
  record_references: Name & { tenant_id: string; subject: Subject; record_key: number };
  events: { position: Generated<number>; record_key: number; json: string };
  jobs: Row & { id: string; state: Read; due_ms: GeneratedAlways<number> };
}
type Row = { tenant_id: string; json: string };
type Read = GeneratedAlways<string>;
type Name = { readonly provider: string; readonly id: string };

const schema = `
  create table if not exists deliveries (tenant_id text, id text, json text, body blob,
    provider as (json ->> 'provider'), identity as (json ->> 'identity'), status as (json ->> 'status'),
    received_at as (json ->> 'receivedAt'), primary key (tenant_id, id), unique (tenant_id, provider, identity));
  create table if not exists records (key integer primary key, tenant_id text, subject text, json text,
    id as (json ->> 'id'), created_at as (json ->> 'createdAt'), status as (json ->> 'status'),
    direction as (json ->> 'direction'), agent_id as (nullif(json -> '$.agent.id', 'null')),
    phone as (json ->> iif(subject = 'lead', '$.phone.e164', '$.from.e164')), to_phone as (json ->> '$.to.e164'));
  create index if not exists records_newest on records (tenant_id, subject, created_at, id);
  create table if not exists record_references (tenant_id text, subject text, provider text, id text,
    record_key integer references records on delete cascade, primary key (tenant_id, subject, provider, id));
  create index if not exists record_references_of on record_references (record_key);
  create table if not exists events (position integer primary key, json text,
    record_key integer references records on delete cascade);
  create index if not exists events_of on events (record_key);
  create table if not exists jobs (tenant_id text, id text, json text, state as (json ->> 'state'),
    due_ms as (json ->> iif(json ->> 'state' = 'running', 'leaseUntilMs', 'runAtMs')),
    lease_token as (json ->> 'leaseToken'), primary key (tenant_id, id));
  create index if not exists jobs_due on jobs (tenant_id, due_ms, id);`;

/** Text for a column that is compared: what SQLite or its driver would cut or replace is escaped. */
const exact = (text: string): string => JSON.stringify(text).slice(1, -1);
const jobRow = (job: Job) => ({ tenant_id: exact(job.tenantId), id: exact(job.id), json: JSON.stringify(job) });
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each row was written below, from this very type
const parse = <Value>({ json }: { readonly json: string }): Value => JSON.parse(json) as Value;

// 2. The connection.
function connect(path: string): Kysely<Tables> {
  const database = async () => {
    const file = new Database(path);
    // By the driver's default the last commits would be lost when the power fails.
    file.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; ${schema}`);
    // Without the lock from its beginning on, a transaction that has read fails where this one waits for its turn.
    const prepare = (query: string) => file.prepare(query === "begin" ? "begin immediate" : query);
    return { prepare, close: () => file.close() };
  };
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
}

/** Throws what SQLite threw as core expects it, and anything else, such as what the work of a write threw, as it is. */
function fail(error: unknown): never {
  if (!(error instanceof Database.SqliteError)) throw error;
  const transient = /^SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/.test(error.code); // Trying again can help.
  const code = transient ? "storage_unavailable" : "storage_failed";
  throw new StorageError(code, `Kysely storage: ${error.code}: ${error.message}`, { cause: error });
}

// 3. Calls and leads. References lead to the key of a record, and its events name the key.
async function find<S extends Subject>(database: Kysely<Tables>, subject: S, tenantId: string, name: Name) {
  const known = sql<number>`(select record_key from record_references
    where (tenant_id, subject, provider, id) = (${exact(tenantId)}, ${subject}, ${name.provider}, ${exact(name.id)}))`;
  const row = await database.selectFrom("records").select(["key", "json"]).where("key", "=", known).executeTakeFirst();
  if (row === undefined) return undefined;
  const events = database.selectFrom("events").select("json").where("record_key", "=", row.key).orderBy("position");
  const stored: Stored<S> = { record: parse(row), events: (await events.execute()).map((event) => parse(event)) };
  return { key: row.key, stored };
}

// 4. What can be done inside a transaction.
function transactionOver(database: Kysely<Tables>): StorageTransaction {
  const keys = new Map<Stored<Subject>, number>();
  const keyOfLoaded = (stored: Stored<Subject>): number =>
    keys.get(stored) ?? fail(new StorageError("storage_failed", "Expected a record that load gave, got another"));
  return {
    async insertDeliveries(deliveries) {
      const before: (string | undefined)[] = [];
      for (const { body, ...summary } of deliveries) {
        const row = { tenant_id: exact(summary.tenantId), id: summary.id, json: JSON.stringify(summary), body };
        // A missing identity is null, which equals nothing in SQL.
        const counted = await sql<{ id: string }>`update deliveries
          set json = json_set(json, '$.duplicates', json ->> 'duplicates' + 1) where tenant_id = ${row.tenant_id}
          and provider = ${summary.provider} and identity = ${summary.identity} returning id`.execute(database);
        if (counted.rows.length === 0) await database.insertInto("deliveries").values(row).execute();
        before.push(counted.rows[0]?.id);
      }
      return before;
    },
    async load(subject, tenantId, references) {
      const found = new Map<number, Stored<typeof subject>>();
      for (const reference of references) {
        const one = await find(database, subject, tenantId, reference);
        if (one !== undefined) found.set(one.key, one.stored);
      }
      for (const [key, stored] of found) keys.set(stored, key);
      return [...found.values()];
    },
    async save(subject, changes) {
      for (const { record, newEvents, replaces } of changes) {
        const own = { tenant_id: exact(record.tenantId), subject };
        const row = { ...own, json: JSON.stringify(record) };
        const inserted = database.insertInto("records").values(row).returning("key as record_key");
        const { record_key } = await inserted.executeTakeFirstOrThrow();
        for (const replaced of replaces.map(keyOfLoaded)) {
          await database.updateTable("events").set({ record_key }).where("record_key", "=", replaced).execute();
          await database.deleteFrom("records").where("key", "=", replaced).execute();
        }
        const names = record.references.map(({ provider, id }) => ({ ...own, provider, id: exact(id), record_key }));
        await database.replaceInto("record_references").values(names).execute();
        const events = newEvents.map((event) => ({ record_key, json: JSON.stringify(event) }));
        if (events.length > 0) await database.insertInto("events").values(events).execute();
      }
    },
    async insertJobs(jobs) {
      for (const job of jobs) await database.insertInto("jobs").orIgnore().values(jobRow(job)).execute();
    },
    async remove(_subject, removed) {
      for (const key of removed.map(keyOfLoaded)) await database.deleteFrom("records").where("key", "=", key).execute();
    },
    async updateDeliveries(updates) {
      let corrected = 0;
      for (const { delivery, keepBody } of updates) {
        const { kind, status, error, url, headers, remoteAddress, references, test, bodyRemovedAt } = delivery;
        const changed = { kind, status, error, url, headers, remoteAddress, references, test, bodyRemovedAt };
        const own = sql<boolean>`tenant_id = ${exact(delivery.tenantId)} and id = ${delivery.id}`;
        const known = await database.selectFrom("deliveries").select("json").where(own).executeTakeFirst();
        if (known === undefined || (keepBody && parse<DeliverySummary>(known).bodyRemovedAt !== null)) continue;
        const json = JSON.stringify({ ...parse<DeliverySummary>(known), ...changed });
        const row = keepBody ? { json } : { json, body: new Uint8Array() };
        await database.updateTable("deliveries").set(row).where(own).execute();
        corrected += 1;
      }
      return corrected;
    },
  };
}

// 5. Lists. One row more than a page has is read: it tells that there is another page.
function toPage<Item>(rows: readonly { id: string; time: string; json: string }[], limit: number): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { data: rows.slice(0, limit).map((row) => parse<Item>(row)), nextCursor: last ? encodeCursor(last) : null };
}

// 6. The storage.
/** Keeps Offhook's calls and deliveries in a SQLite file. `":memory:"` keeps nothing, for tests. */
export function kyselyStorage({ path }: { readonly path: string }): Storage {
  let connected: Kysely<Tables> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** One transaction after the other, for reading as well: each sees what was committed, and what belongs together. */
  async function transact<Result>(work: (database: Kysely<Tables>) => Promise<Result>): Promise<Result> {
    const database = connected ?? fail(new StorageError("storage_unavailable", "Expected to be open, got closed"));
    const turn = last.then(() => database.transaction().execute(work));
    last = turn.catch(() => undefined);
    return turn.catch(fail);
  }

  return {
    async open() {
      connected ??= connect(path);
      await transact(() => Promise.resolve()); // Opens the file.
    },
    async close() {
      const closing = connected;
      connected = undefined;
      await last.then(() => closing?.destroy());
    },
    write: (work) => transact((database) => work(transactionOver(database))),
    get: (subject, tenantId, reference) =>
      transact(async (database) => (await find(database, subject, tenantId, reference))?.stored),
    list: (subject, { tenantId, from, to, provider, status, direction, phone, cursor, limit }) =>
      transact(async (database) => {
        let rows = database.selectFrom("records").select(["id", "created_at as time", "json"]);
        rows = rows.where("tenant_id", "=", exact(tenantId)).where("subject", "=", subject);
        if (from !== undefined) rows = rows.where("created_at", ">=", from);
        if (to !== undefined) rows = rows.where("created_at", "<", to);
        if (status !== undefined) rows = rows.where("status", "=", status);
        if (direction !== undefined) rows = rows.where(sql<boolean>`direction = ${direction}`);
        if (phone !== undefined) rows = rows.where(sql<boolean>`${phone} in (phone, to_phone)`);
        const known = sql<boolean>`${provider} in (select provider from record_references where record_key = key)`;
        if (provider !== undefined) rows = rows.where(known);
        const after = cursor === undefined ? undefined : decodeCursor(cursor);
        if (after !== undefined) rows = rows.where(sql<boolean>`(created_at, id) < (${after.time}, ${after.id})`);
        rows = rows.orderBy("created_at", "desc").orderBy("id", "desc");
        return toPage(await rows.limit(limit + 1).execute(), limit);
      }),
    getDelivery: (tenantId, id) =>
      transact(async (database) => {
        const own = sql<boolean>`tenant_id = ${exact(tenantId)} and id = ${id}`;
        const row = await database.selectFrom("deliveries").select(["json", "body"]).where(own).executeTakeFirst();
        return row && { ...parse<DeliverySummary>(row), body: new Uint8Array(row.body) };
      }),
    listDeliveries: ({ tenantId, from, to, provider, status, cursor, limit }) =>
      transact(async (database) => {
        let rows = database.selectFrom("deliveries").select(["id", "received_at as time", "json"]);
        rows = rows.where("tenant_id", "=", exact(tenantId)).orderBy("id", "desc");
        if (from !== undefined) rows = rows.where("received_at", ">=", from);
        if (to !== undefined) rows = rows.where("received_at", "<", to);
        if (provider !== undefined) rows = rows.where("provider", "=", provider);
        if (status !== undefined) rows = rows.where("status", "=", status);
        if (cursor !== undefined) rows = rows.where("id", "<", decodeCursor(cursor).id);
        return toPage(await rows.limit(limit + 1).execute(), limit);
      }),
    claimJobs: ({ tenantId, limit, nowMs, leaseUntilMs, leaseToken }) =>
      transact(async (database) => {
        const rows = database.selectFrom("jobs").select(["due_ms", "json"]).where("tenant_id", "=", exact(tenantId));
        const living = rows.where("state", "!=", "dead").orderBy("due_ms").orderBy("id");
        const next = await living.limit(limit + 1).execute();
        const due = next.slice(0, limit).filter((row) => row.due_ms <= nowMs);
        const taken = { state: "running", leaseToken, leaseUntilMs } as const;
        const jobs = due.map((row) => parse<Job>(row)).map((job) => ({ ...job, ...taken, attempts: job.attempts + 1 }));
        for (const job of jobs) await database.replaceInto("jobs").values(jobRow(job)).execute();
        return { jobs, nextRunAtMs: next[jobs.length]?.due_ms ?? null };
      }),
    settleJobs: (settlements) =>
      transact(async (database) => {
        for (const { tenantId, id, leaseToken, result } of settlements) {
          const held = sql<boolean>`(tenant_id, id, lease_token) = (${exact(tenantId)}, ${exact(id)}, ${leaseToken})`;
          const row = await database.deleteFrom("jobs").where(held).returning("json").executeTakeFirst();
          if (row === undefined || result.type === "done") continue;
          const { type, error: lastError, ...due } = result;
          const free = { state: type === "dead" ? type : "waiting", leaseToken: null, leaseUntilMs: null } as const;
          const ended: Job = { ...parse<Job>(row), ...due, ...free, lastError };
          await database.insertInto("jobs").values(jobRow(ended)).execute();
        }
      }),
    health: (tenantId) =>
      transact(async (database) => {
        const own = sql`tenant_id = ${exact(tenantId)}`;
        const { rows } = await sql<{ name: string; count: number }>`
          select subject as name, count(*) as count from records where ${own} group by subject
          union all select 'agents', count(distinct agent_id) from records where ${own}
          union all select 'events', count(*) from events, records where key = record_key and subject = 'call' and ${own}
          union all select status, count(*) from deliveries where ${own} group by status
          union all select state, count(*) from jobs where ${own} group by state`.execute(database);
        const counts: { [name: string]: number } = Object.fromEntries(rows.map(({ name, count }) => [name, count]));
        const { call: calls = 0, lead: leads = 0, events = 0, agents = 0 } = counts;
        const { applied = 0, unmapped = 0, failed = 0, rejected = 0, waiting = 0, running = 0, dead = 0 } = counts;
        const deliveries = { applied, unmapped, failed, rejected };
        return { engine: "kysely", calls, leads, events, agents, deliveries, jobs: { waiting, running, dead } };
      }),
  };
}
