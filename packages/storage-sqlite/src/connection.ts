import { statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementResultingChanges } from "node:sqlite";
import { StorageError } from "@offhook/core";
import { migrateDatabase, type Migrate } from "./migrations.ts";
import { isBusy } from "./sqlite-error.ts";

/** A prepared statement whose rows have a known shape. Parameters by position only: the driver reads a first object as named ones. */
export interface Prepared<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined;
  all(...parameters: SQLInputValue[]): Row[];
  run(...parameters: SQLInputValue[]): StatementResultingChanges;
}

/** @param sql whose columns are the members of Row. */
export function prepare<Row>(database: DatabaseSync, sql: string): Prepared<Row> {
  // The driver does not know the columns' types; the SQL does.
  return database.prepare(sql) as unknown as Prepared<Row>;
}

export interface ConnectOptions {
  readonly path: string;
  readonly migrate: Migrate;
  readonly busyTimeoutMs: number;
  readonly cacheMebibytes: number;
}

/** The one connection that writes, and the one that reads meanwhile. In memory both are the same. */
export interface Connections {
  readonly writer: DatabaseSync;
  readonly reader: DatabaseSync;
  /** @throws StorageError `storage_unavailable` when the file is no longer the one that was opened. */
  readonly ensureFile: () => void;
  close(): void;
}

export const inMemory = ":memory:";

export async function connect(options: ConnectOptions): Promise<Connections> {
  const { path, busyTimeoutMs } = options;
  const writer = await whileBusy(busyTimeoutMs, () => openWriter(options));
  if (path === inMemory) {
    return { writer, reader: writer, ensureFile: () => undefined, close: () => writer.close() };
  }
  try {
    const reader = new DatabaseSync(path, { readOnly: true });
    configure(reader, options.busyTimeoutMs, options.cacheMebibytes);
    const opened = statSync(path);
    return {
      writer,
      reader,
      ensureFile() {
        // SQLite would go on writing to a deleted file, and everything it acknowledges would be lost.
        const found = statSync(path, { throwIfNoEntry: false });
        if (found?.ino === opened.ino && found.dev === opened.dev) return;
        throw new StorageError(
          "storage_unavailable",
          "SQLite file: expected the one that was opened, got another or none: put it back, or restart",
        );
      },
      close() {
        // The writer last: the last connection folds the log into the file.
        reader.close();
        writer.close();
      },
    };
  } catch (error) {
    writer.close();
    throw error;
  }
}

function openWriter(options: ConnectOptions): DatabaseSync {
  const database = new DatabaseSync(options.path);
  try {
    // The page size of a new file has to be known before its first page is written.
    database.exec("pragma page_size = 8192");
    // It never waits by itself: see whileBusy.
    configure(database, 0, options.cacheMebibytes);
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    // Every 32 MiB: what is written again meanwhile is copied into the file once.
    database.exec("pragma wal_autocheckpoint = 4000");
    migrateDatabase(database, options.migrate);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function configure(database: DatabaseSync, busyTimeoutMs: number, cacheMebibytes: number): void {
  database.exec(`pragma busy_timeout = ${busyTimeoutMs}; pragma cache_size = ${-1024 * cacheMebibytes}`);
}

/**
 * Tries until nobody else holds the lock. SQLite's own waiting would stop the event loop, and for ever so when the
 * lock is held by a transaction of this very process.
 */
export async function whileBusy<Result>(timeoutMs: number, action: () => Result): Promise<Result> {
  const deadlineMs = Date.now() + timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 25)) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= deadlineMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
  }
}
