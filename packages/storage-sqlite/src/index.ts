/**
 * Keeps Offhook's calls and deliveries in a SQLite file, with Node's built-in driver.
 * @module index
 */

export { sqliteStorage } from "./sqlite-storage.ts";
export type { SqliteStorageOptions } from "./sqlite-storage.ts";
