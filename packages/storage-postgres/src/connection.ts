import { setTimeout as pause } from "node:timers/promises";
import { StorageError } from "@offhook/core";
import { isConflict, isConnectionFailure, toStorageError } from "./postgres-error.ts";
import type { PostgresClient, PostgresPool } from "./postgres-pool.ts";
import { Session } from "./session.ts";

/** Lends connections of a pool, bounded in time, and tries again where that can help. */
export interface Connection {
  /** Runs single statements; `action` may be run again. */
  read<Result>(action: (session: Session) => Promise<Result>): Promise<Result>;
  /** Runs one transaction; `action` may be run again. What it throws passes, when the database has not failed before. */
  transact<Result>(action: (session: Session) => Promise<Result>): Promise<Result>;
  /**
   * The same without waiting for the server's disk. After a crash of the server it may not have happened: for claims of
   * jobs and their settlements, after which a job runs again as after a crash in its middle, and for what goes together
   * with a checkpoint, from which it is done again.
   */
  transactLightly<Result>(action: (session: Session) => Promise<Result>): Promise<Result>;
}

/** How often a transaction gives way to others before it gives up. */
const maxConflicts = 8;
/** Pauses before another connection is tried, in milliseconds: one second in all. */
const reconnectPausesMs: readonly number[] = [150, 850];

export function connectionOver(pool: PostgresPool, timeoutMs: number): Connection {
  const begin = beginWith(timeoutMs);
  const beginLightly = { text: `${begin.text}; set local synchronous_commit = off` };

  async function attempt<Result>(
    deadlineMs: number,
    beginning: typeof begin | undefined,
    action: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const client = await connectBefore(pool, deadlineMs, timeoutMs);
    const session = new Session(client, timeoutMs, deadlineMs - performance.now());
    try {
      if (beginning !== undefined) session.query(beginning).catch(() => undefined);
      // Whatever it waits for, it does not outlive the connection.
      const result = await Promise.race([action(session), session.broken]);
      if (beginning !== undefined) await session.commit();
      return result;
    } catch (error) {
      const { failure } = session;
      if (beginning !== undefined) await session.rollback();
      if (failure !== undefined) throw new DatabaseFailure("Failed", { cause: failure });
      throw error;
    } finally {
      session.release();
    }
  }

  async function retrying<Result>(
    beginning: typeof begin | undefined,
    action: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const deadlineMs = performance.now() + timeoutMs;
    let conflicts = 0;
    let breaks = 0;
    for (;;) {
      try {
        return await attempt(deadlineMs, beginning, action);
      } catch (error) {
        if (!(error instanceof DatabaseFailure)) throw error;
        const { cause } = error;
        let pauseMs: number | undefined;
        if (isConflict(cause) && conflicts < maxConflicts) {
          conflicts += 1;
          pauseMs = Math.random() * 10 * 2 ** Math.min(conflicts, 4);
        } else if (isConnectionFailure(cause)) {
          pauseMs = reconnectPausesMs[breaks];
          breaks += 1;
        }
        if (pauseMs === undefined || performance.now() + pauseMs >= deadlineMs) throw toStorageError(cause);
        await pause(pauseMs);
      }
    }
  }

  return {
    read: (action) => retrying(undefined, action),
    transact: (action) => retrying(begin, action),
    transactLightly: (action) => retrying(beginLightly, action),
  };
}

/** That it was the database and not what ran on it. */
class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure";
}

/**
 * The server ends what a frozen process leaves open, so that its locks go. Everything here looks up by key: without
 * statistics, as in a table that was empty a minute ago, the planner would rather read it as a whole, and keep to that.
 */
const beginWith = (timeoutMs: number) => ({
  text: [
    "begin isolation level read committed",
    `set local statement_timeout = ${timeoutMs}`,
    `set local lock_timeout = ${timeoutMs}`,
    `set local idle_in_transaction_session_timeout = ${timeoutMs}`,
    "set local enable_seqscan = off",
    "set local enable_hashjoin = off",
    "set local enable_mergejoin = off",
  ].join("; "),
});

/** @throws DatabaseFailure when the pool fails or has no connection in time. */
async function connectBefore(pool: PostgresPool, deadlineMs: number, timeoutMs: number): Promise<PostgresClient> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(
        new StorageError("storage_unavailable", `PostgreSQL: expected a connection within ${timeoutMs} ms, got none`),
      );
    }, deadlineMs - performance.now());
  });
  try {
    return await Promise.race([connectUnless(() => isLate, pool), late]);
  } catch (cause) {
    throw new DatabaseFailure("No connection", { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** A connection that nobody waits for any more goes back at once. */
async function connectUnless(isLate: () => boolean, pool: PostgresPool): Promise<PostgresClient> {
  const client = await pool.connect();
  if (isLate()) client.release();
  return client;
}
