import { Pool } from "pg";

/** What Offhook uses of a pool of `pg`; compatible ones, such as Neon's, fit as well. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
  /** `max`: a pool of one connection keeps none for hints of other processes. */
  readonly options?: { readonly max?: number | undefined };
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

export interface PostgresClient {
  /** True: it sends each query at once, without waiting for the answers to those before. */
  readonly pipeline?: boolean;
  query(query: PostgresQuery): Promise<PostgresResult>;
  /** With an error the connection is not used again. */
  release(error?: Error | boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "notification", listener: (notification: PostgresNotification) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
}

export interface PostgresQuery {
  /** Of the prepared statement; undefined: it is not kept. */
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

export interface PostgresResult {
  /** Such as `COMMIT`. */
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: readonly unknown[];
}

export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** A pool of our own: at most 10 connections, on which statements follow each other without waiting for answers. */
export function makePool(connectionString: string, statementTimeoutMs: number): Pool {
  return new Pool({
    connectionString,
    // Nobody waits for the answer any more after that.
    statement_timeout: statementTimeoutMs,
    max: 10,
    min: 2,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    fallback_application_name: "offhook",
    pipeline: true,
  });
}

/**
 * Ends a connection that may hang. The driver would wait for the answers to what it has sent, so its socket is closed
 * first, where there is one.
 */
export function destroyClient(client: PostgresClient, error: Error): void {
  const { connection } = client as { connection?: { stream?: { destroy?: () => void } } };
  connection?.stream?.destroy?.();
  client.release(error);
}
