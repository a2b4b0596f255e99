import type { DatabaseSync } from "node:sqlite";
import { StorageError } from "@offhook/core";

/** `auto`: bring the file up to date. `check`: refuse one that is not. `false`: do not look. */
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
