/**
 * Keeps Offhook's calls and deliveries in PostgreSQL, for several app processes at once.
 * @module index
 */

export { postgresStorage } from "./postgres-storage.ts";
export type { PostgresStorage } from "./postgres-storage.ts";
export type { PostgresStorageOptions } from "./postgres-options.ts";
export { migrationSql } from "./migrations.ts";
export type {
  PostgresClient,
  PostgresNotification,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
} from "./postgres-pool.ts";
