import { createHash } from "node:crypto";
import { StorageError } from "@offhook/core";
import { checkSchema } from "./schema-name.ts";
import type { Session } from "./session.ts";

/** `auto`: bring the schema up to date. `check`: refuse one that is not. `false`: do not look. @inline */
export type Migrate = "auto" | "check" | false;

/**
 * Calls and leads are stored in the same way. Times are text that compares byte by byte, as core compares it; records
 * and events are JSON as text, because `jsonb` takes neither NUL nor lone surrogates. Every index of a list ends in
 * what lists sort by, so that a page is read in order wherever it lies.
 */
const subjectTables = (schema: string, subject: "call" | "lead"): string => `
  create table ${schema}.${subject}s (
    key bigint primary key,
    tenant_id text collate "C" not null,
    id text collate "C" not null,
    created_at text collate "C" not null,
    status text collate "C",
    direction text collate "C",
    -- The distinct ones of the references. Those after the third, which are rare, between colons.
    provider text collate "C" not null,
    second_provider text collate "C",
    third_provider text collate "C",
    further_providers text collate "C",
    from_e164 text collate "C",
    to_e164 text collate "C",
    agent_id text collate "C",
    record text not null
  ) with (fillfactor = 90);
  create index ${subject}s_list on ${schema}.${subject}s (tenant_id, created_at, id);
  create index ${subject}s_provider on ${schema}.${subject}s (tenant_id, provider, created_at, id);
  create index ${subject}s_second_provider on ${schema}.${subject}s (tenant_id, second_provider, created_at, id)
    where second_provider is not null;
  create index ${subject}s_third_provider on ${schema}.${subject}s (tenant_id, third_provider, created_at, id)
    where third_provider is not null;
  create index ${subject}s_further_providers on ${schema}.${subject}s (tenant_id, created_at, id, further_providers)
    where further_providers is not null;
  create index ${subject}s_from on ${schema}.${subject}s (tenant_id, from_e164, created_at, id)
    where from_e164 is not null;
  create table ${schema}.${subject}_events (
    ${subject}_key bigint not null,
    n int not null,
    tenant_id text collate "C" not null,
    event text not null,
    primary key (${subject}_key, n)
  );
  -- Whoever looks for a reference that leads nowhere adds it, with the key that its ${subject} will have: of two
  -- transactions that do so the second waits for the first.
  create table ${schema}.${subject}_references (
    tenant_id text collate "C" not null,
    provider text collate "C" not null,
    id text collate "C" not null,
    ${subject}_key bigint not null default nextval('${schema}.record_keys'),
    primary key (tenant_id, provider, id)
  );`;

/** Each is applied once, in order, as the body of a PL/pgSQL block. Never change one that was released. */
const migrations: readonly ((schema: string) => string)[] = [
  (schema) => `
  create sequence ${schema}.record_keys cache 64;
  create table ${schema}.deliveries (
    tenant_id text collate "C" not null,
    id text collate "C" not null,
    provider text collate "C" not null,
    -- One byte that says what follows, then the bytes of an identity in hex or other text.
    identity bytea,
    status text collate "C" not null,
    received_at text collate "C" not null,
    duplicates int not null,
    body_removed_at text collate "C",
    -- How it came in, and what became of it; JSON.
    origin text not null,
    facts text not null,
    body bytea not null,
    primary key (tenant_id, id),
    unique (tenant_id, provider, identity)
  );
  -- Their last column lets a range of time pass over what it does not want without reading the rows.
  create index deliveries_list on ${schema}.deliveries (tenant_id, id, received_at);
  create index deliveries_provider on ${schema}.deliveries (tenant_id, provider, id, received_at);
  create index deliveries_exceptions on ${schema}.deliveries (tenant_id, status, id) where status <> 'applied';
  create index deliveries_bodies on ${schema}.deliveries (tenant_id, received_at) where body_removed_at is null;
  ${subjectTables(schema, "call")}
  create index calls_status on ${schema}.calls (tenant_id, status, created_at, id);
  create index calls_direction on ${schema}.calls (tenant_id, direction, created_at, id) where direction is not null;
  create index calls_to on ${schema}.calls (tenant_id, to_e164, created_at, id) where to_e164 is not null;
  create index calls_agent on ${schema}.calls (tenant_id, agent_id) where agent_id is not null;
  ${subjectTables(schema, "lead")}
  -- Several rows for each tenant, so that commits do not wait for each other. Their sum counts the events of calls.
  create table ${schema}.event_counts (
    tenant_id text collate "C" not null,
    slot int not null,
    events bigint not null,
    primary key (tenant_id, slot)
  ) with (fillfactor = 50);
  create table ${schema}.jobs (
    tenant_id text collate "C" not null,
    id text collate "C" not null,
    kind text collate "C" not null,
    state text collate "C" not null,
    -- When it can be claimed: run_at_ms, or the end of the lease while it runs.
    due_ms float8 not null,
    run_at_ms float8 not null,
    attempts int not null,
    lease_token text collate "C",
    lease_until_ms float8,
    last_error text,
    created_at_ms float8 not null,
    payload text not null,
    primary key (tenant_id, id)
  );
  create index jobs_due on ${schema}.jobs (tenant_id, due_ms, id) where state <> 'dead';
  create index jobs_list on ${schema}.jobs (tenant_id, created_at_ms, id);
  -- The live feed. Keys are given before the commit; a place in the feed is given to what is committed: see change-feed.
  create table ${schema}.changes (
    key bigint generated always as identity primary key,
    tenant_id text collate "C" not null,
    place bigint,
    subject text not null,
    record_id text not null,
    types text not null,
    at text collate "C" not null
  );
  create unique index changes_place on ${schema}.changes (tenant_id, place) where place is not null;
  create index changes_unplaced on ${schema}.changes (tenant_id, key) where place is null;
  create table ${schema}.feeds (
    tenant_id text collate "C" primary key,
    last_id bigint not null default 0,
    expired_id bigint not null default 0
  );
  -- PostgreSQL's own compression costs more than it saves. Bodies are often compressed or encrypted already.
  alter table ${schema}.deliveries alter column body set storage external;
  if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) then
    alter table ${schema}.deliveries alter column facts set compression lz4;
    alter table ${schema}.calls alter column record set compression lz4;
    alter table ${schema}.call_events alter column event set compression lz4;
    alter table ${schema}.leads alter column record set compression lz4;
    alter table ${schema}.lead_events alter column event set compression lz4;
  end if;
  `,
  (schema) => `
  create table ${schema}.checkpoints (
    tenant_id text collate "C" not null,
    name text collate "C" not null,
    version bigint not null,
    -- JSON.
    value text not null,
    primary key (tenant_id, name)
  );
  `,
];

const latest = migrations.length;

/**
 * What `migrate()` runs, for those who apply changes of a schema by hand: one transaction, which changes nothing where
 * there is nothing to do, and waits for another one that does the same. `schema` is `offhook` by default.
 *
 * @throws ConfigurationError `option_invalid` for a schema with other than lower-case letters, digits and underscores.
 */
export function migrationSql({ schema = "offhook" }: { readonly schema?: string | undefined } = {}): string {
  checkSchema(schema);
  const quoted = `"${schema}"`;
  const steps = migrations.map(
    (migration, index) => `
do $offhook$ begin
if not exists (select from ${quoted}.migrations where version = ${index + 1}) then
  ${migration(quoted).trim()}
  insert into ${quoted}.migrations (version) values (${index + 1});
end if;
end $offhook$;`,
  );
  return `begin;
set local statement_timeout = 0;
select pg_advisory_xact_lock(${lockKey(schema)});
do $offhook$ begin
if not exists (select from pg_namespace where nspname = '${schema}') then
  create schema ${quoted};
end if;
if to_regclass('${quoted}.migrations') is null then
  create table ${quoted}.migrations (version int primary key, applied_at timestamptz not null default now());
end if;
end $offhook$;
${steps.join("\n")}
commit;
`;
}

/** @throws StorageError `storage_outdated` when the schema and this package do not fit together. */
export async function checkVersion(session: Session, schema: string): Promise<void> {
  const found = await versionOf(session, schema);
  refuseNewer(found, schema);
  if (found < latest) {
    throw new StorageError(
      "storage_outdated",
      `PostgreSQL schema "${schema}": expected version ${latest}, got ${found}: call "await storage.migrate()" once`,
    );
  }
}

/** @throws StorageError `storage_outdated` when the schema is newer than this package. */
export async function migrateSchema(session: Session, schema: string): Promise<void> {
  const found = await versionOf(session, schema);
  refuseNewer(found, schema);
  if (found < latest) await session.query({ text: migrationSql({ schema }) });
}

function refuseNewer(found: number, schema: string): void {
  if (found <= latest) return;
  throw new StorageError(
    "storage_outdated",
    `PostgreSQL schema "${schema}": expected version ${latest} or older, got ${found}: update @offhook/storage-postgres`,
  );
}

/** 0: there is none. */
async function versionOf(session: Session, schema: string): Promise<number> {
  const [table] = await session.run<{ readonly exists: boolean }>({
    text: `select exists (
      select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = '${schema}' and c.relname = 'migrations'
    ) as exists`,
  });
  if (table?.exists !== true) return 0;
  const [row] = await session.run<{ readonly version: number }>({
    text: `select coalesce(max(version), 0)::int as version from "${schema}".migrations`,
  });
  return row?.version ?? 0;
}

function lockKey(schema: string): string {
  return createHash("sha256").update(`offhook migrations ${schema}`).digest().readBigInt64BE().toString();
}
