import type { DatabaseSync } from "node:sqlite";
import { StorageError } from "@offhook/core";

/** `auto`: bring the file up to date. `check`: refuse one that is not. `false`: do not look. @inline */
export type Migrate = "auto" | "check" | false;

/**
 * Calls and leads are stored in the same way. Times are text, so that they compare as core compares them. The list
 * index ends in what lists filter by: it only grows at its end, and pages are found without reading the records.
 */
const subjectTables = (subject: "call" | "lead"): string => `
  create table ${subject}s (
    key integer primary key,
    tenant_id text not null,
    id text not null,
    created_at text not null,
    status text,
    direction text,
    providers text not null,
    from_e164 text,
    to_e164 text,
    agent_id text,
    record text not null
  ) strict;
  create index ${subject}s_list on ${subject}s
    (tenant_id, created_at, id, status, direction, providers, from_e164, to_e164, agent_id);
  -- The key is the ${subject}'s key times 2^20 plus a number: the events of one lie side by side, without an index.
  create table ${subject}_events (
    key integer primary key,
    event text not null
  ) strict;`;

/**
 * Each filter of a list has an index that ends in the order of the list. Filters that come together have one over all of
 * them; the numbers have generations of their own: see phone-index.ts. What was there before is the first generation,
 * which may have every number.
 */
const listIndexes = (subject: "call" | "lead"): string => `
  drop index ${subject}s_list;
  create index ${subject}s_list on ${subject}s (tenant_id, created_at, id);
  create index ${subject}s_by_providers on ${subject}s (tenant_id, providers, created_at, id);
  create table ${subject}_phones (
    generation integer not null,
    tenant_id text not null,
    phone text not null,
    created_at text not null,
    id text not null,
    key integer not null,
    primary key (generation, tenant_id, phone, created_at, id, key)
  ) strict, without rowid;
  create table ${subject}_phone_generations (
    generation integer primary key,
    entries integer not null,
    -- Null for the one that grows, as are the times of its entries.
    filter blob,
    oldest text,
    newest text
  ) strict;
  insert into ${subject}_phones
    select 0, tenant_id, from_e164, created_at, id, key from ${subject}s where from_e164 is not null
    union select 0, tenant_id, to_e164, created_at, id, key from ${subject}s where to_e164 is not null;
  insert into ${subject}_phone_generations
    select 0, count(*), unhex(replace(hex(zeroblob(16384)), '0', 'f')), min(created_at), max(created_at)
    from ${subject}_phones having count(*) > 0;
  insert into ${subject}_phone_generations select 1, 0, null, null, null from ${subject}_phone_generations;`;

/** Each is applied once, in order; the file's user_version counts them. Never change one that was released. */
export const migrations: readonly string[] = [
  `
  create table deliveries (
    key integer primary key,
    tenant_id text not null,
    id text not null,
    provider text not null,
    identity any,
    status text not null,
    received_at text not null,
    duplicates integer not null,
    facts text not null,
    -- Last, so that lists need not read it. Null when empty, because the driver binds no bytes as null.
    body blob
  ) strict;
  create index deliveries_list on deliveries (tenant_id, id, received_at, provider, status);
  -- From what a vendor names to the row that has it: see key-index.ts.
  create table keys (
    generation integer not null,
    key text not null,
    row integer not null,
    primary key (generation, key)
  ) strict, without rowid;
  create table key_generations (
    generation integer primary key,
    entries integer not null,
    -- Null for the one that grows.
    filter blob
  ) strict;
  ${subjectTables("call")}
  ${subjectTables("lead")}
  create table event_counts (
    tenant_id text primary key,
    events integer not null
  ) strict, without rowid;
  create table jobs (
    tenant_id text not null,
    id text not null,
    state text not null,
    -- When it can be claimed: run_at_ms, or the end of the lease while it runs.
    due_ms real not null,
    run_at_ms real not null,
    attempts integer not null,
    lease_token text,
    lease_until_ms real,
    last_error text,
    created_at_ms real not null,
    job text not null,
    primary key (tenant_id, id)
  ) strict, without rowid;
  create index jobs_due on jobs (tenant_id, due_ms, id) where state <> 'dead';
  `,
  `
  -- Behind the body, where it costs nothing to read: it is null while there is one.
  alter table deliveries add column body_removed_at text;
  create index deliveries_bodies on deliveries (tenant_id, received_at) where body_removed_at is null;
  alter table jobs add column kind text not null default '';
  update jobs set kind = json_extract(job, '$.kind');
  create index jobs_list on jobs (tenant_id, created_at_ms, id);
  create index jobs_by_kind on jobs (tenant_id, kind, created_at_ms, id);
  create index jobs_by_state on jobs (tenant_id, state, created_at_ms, id, kind);
  -- One writer at a time: the ids of a tenant grow in the order of the commits.
  create table changes (
    tenant_id text not null,
    id integer not null,
    at text not null,
    change text not null,
    primary key (tenant_id, id)
  ) strict, without rowid;
  create table feeds (
    tenant_id text primary key,
    last_id integer not null,
    expired_id integer not null
  ) strict, without rowid;
  ${listIndexes("call")}
  ${listIndexes("lead")}
  create index calls_by_status on calls (tenant_id, status, created_at, id);
  create index calls_by_direction on calls (tenant_id, direction, created_at, id);
  alter table calls add column facets text generated always as (status || '/' || direction || '/' || providers) virtual;
  create index calls_by_facets on calls (tenant_id, facets, created_at, id);
  -- How many calls name an agent.
  create table call_agents (
    tenant_id text not null,
    agent_id text not null,
    calls integer not null,
    primary key (tenant_id, agent_id)
  ) strict, without rowid;
  insert into call_agents
    select tenant_id, agent_id, count(*) from calls where agent_id is not null group by tenant_id, agent_id;
  create trigger call_agent_named after insert on calls when new.agent_id is not null begin
    insert into call_agents values (new.tenant_id, new.agent_id, 1) on conflict do update set calls = calls + 1;
  end;
  create trigger call_agent_changed after update of agent_id on calls when new.agent_id is not old.agent_id begin
    update call_agents set calls = calls - 1 where tenant_id = old.tenant_id and agent_id = old.agent_id;
    insert into call_agents select new.tenant_id, new.agent_id, 1 where new.agent_id is not null
      on conflict do update set calls = calls + 1;
    delete from call_agents where tenant_id = old.tenant_id and agent_id = old.agent_id and calls = 0;
  end;
  create trigger call_agent_gone after delete on calls when old.agent_id is not null begin
    update call_agents set calls = calls - 1 where tenant_id = old.tenant_id and agent_id = old.agent_id;
    delete from call_agents where tenant_id = old.tenant_id and agent_id = old.agent_id and calls = 0;
  end;
  `,
  `
  create table checkpoints (
    tenant_id text not null,
    name text not null,
    version integer not null,
    value text not null,
    primary key (tenant_id, name)
  ) strict, without rowid;
  `,
  // agents.ts counts instead: a trigger makes every insert dear, whether its condition holds or not. For a while it was the
  // migration before that dropped them.
  `
  drop trigger if exists call_agent_named;
  drop trigger if exists call_agent_changed;
  drop trigger if exists call_agent_gone;
  `,
];

/**
 * Applies what is missing. Two processes may do so at once: the second waits for the lock and then finds it done.
 *
 * @throws StorageError `storage_outdated` when the file and this package do not fit together.
 */
export function migrateDatabase(database: DatabaseSync, migrate: Migrate): void {
  if (migrate === false) return;
  const latest = migrations.length;
  const found = versionOf(database);
  if (found > latest) {
    throw new StorageError(
      "storage_outdated",
      `SQLite file: expected schema version ${latest} or older, got ${found}: update @offhook/storage-sqlite`,
    );
  }
  if (found === latest) return;
  if (migrate === "check") {
    throw new StorageError(
      "storage_outdated",
      `SQLite file: expected schema version ${latest}, got ${found}: open it once with { migrate: "auto" }`,
    );
  }
  database.exec("begin immediate");
  try {
    for (const migration of migrations.slice(versionOf(database))) database.exec(migration);
    database.exec(`pragma user_version = ${latest}`);
    database.exec("commit");
  } catch (error) {
    database.exec("rollback");
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("pragma user_version").get()?.["user_version"]);
}
