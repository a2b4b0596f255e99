/**
 * Runs Offhook's jobs on pg-boss, many machines at once.
 * @module index
 */

export { pgBossEngine } from "./pgboss-engine.ts";
export type { PgBossEngineOptions, PgBossInstance } from "./pgboss-engine.ts";
