import { OffhookError, StorageError } from "@offhook/core";

/** Classes and codes after which trying again can help: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const connectionCodes: readonly string[] = [
  "08", // connection exceptions
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "26000", // a pooler gave us a connection that does not know our statements
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
];
const transientCodes: readonly string[] = [
  ...connectionCodes,
  "25006", // read_only_sql_transaction: a standby, while another server takes over
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "53", // insufficient resources
  "55P03", // lock_not_available
  "57014", // query_canceled
  "58", // system errors, such as I/O
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
];

// The driver's own errors have no code.
const connectionMessage = /^Connection terminated|is not queryable$/;
const transientMessage =
  /^Connection terminated|is not queryable$|^timeout exceeded when trying to connect|^timeout expired|calling end on the pool/;

/** What the driver threw, as the StorageError that core expects. Offhook's own errors stay what they are. */
export function toStorageError(error: unknown): OffhookError {
  if (error instanceof OffhookError) return error;
  const reason = messageOf(error);
  return hasCode(error, transientCodes) || transientMessage.test(reason)
    ? new StorageError("storage_unavailable", `PostgreSQL: not available: ${reason}`, { cause: error })
    : new StorageError("storage_failed", `PostgreSQL: refused: ${reason}`, { cause: error });
}

/** True when another transaction came in between, and the same may succeed now. */
export function isConflict(error: unknown): boolean {
  return hasCode(error, ["40001", "40P01"]);
}

/** True when the connection broke, and another one may do. */
export function isConnectionFailure(error: unknown): boolean {
  return hasCode(error, connectionCodes) || (codeOf(error) === undefined && connectionMessage.test(messageOf(error)));
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.some((known) => code.startsWith(known));
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
