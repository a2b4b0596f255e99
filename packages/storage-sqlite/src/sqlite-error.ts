import { OffhookError, StorageError } from "@offhook/core";

/** Primary result codes after which trying again can help: https://sqlite.org/rescode.html */
const transientCodes: ReadonlySet<number> = new Set([
  3, // PERM
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY, also when the file was moved away
  9, // INTERRUPT
  10, // IOERR
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL, a race between processes that open the file
]);

/** How SQLite says so itself, for Deno's driver, which does not always give the code. */
const saidOf: ReadonlyMap<string, number> = new Map([
  ["access permission denied", 3],
  ["database is locked", 5],
  ["database table is locked", 6],
  ["out of memory", 7],
  ["attempt to write a readonly database", 8],
  ["interrupted", 9],
  ["disk I/O error", 10],
  ["database or disk is full", 13],
  ["unable to open database file", 14],
  ["locking protocol", 15],
]);

/** What the driver threw, as the StorageError that core expects. Offhook's own errors stay what they are. */
export function toStorageError(error: unknown): OffhookError {
  if (error instanceof OffhookError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return isTransient(error)
    ? new StorageError("storage_unavailable", `SQLite: not available: ${reason}`, { cause: error })
    : new StorageError("storage_failed", `SQLite: refused: ${reason}`, { cause: error });
}

/** True when another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code === 5 || code === 6 || code === 15;
}

function isTransient(error: unknown): boolean {
  const code = resultCodeOf(error);
  // ERR_INVALID_STATE: the connection is closed.
  return code === undefined ? hasCode(error, "ERR_INVALID_STATE") : transientCodes.has(code);
}

function resultCodeOf(error: unknown): number | undefined {
  if (!hasCode(error, "ERR_SQLITE_ERROR")) return undefined;
  // The low byte is the primary code, the rest refines it.
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  // What it adds, such as a file's name, follows after a colon.
  return saidOf.get(error.message.split(":", 1)[0] ?? "");
}

function hasCode(error: unknown, code: string): error is Error {
  return error instanceof Error && "code" in error && error.code === code;
}
