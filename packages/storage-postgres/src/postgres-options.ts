import { setTimeout as pause } from "node:timers/promises";
import { ConfigurationError } from "@offhook/core";
import type { Migrate } from "./migrations.ts";
import { makePool, type PostgresPool } from "./postgres-pool.ts";
import { checkSchema } from "./schema-name.ts";

export interface PostgresStorageOptions {
  /** The app's own pool of `pg`, or one that is used alike. It stays open when the storage closes. */
  readonly pool?: PostgresPool | undefined;
  /** Instead of `pool`: where to connect to. The storage then has a pool of its own, of at most 10 connections. */
  readonly connectionString?: string | undefined;
  /** Where the tables are. Lower-case letters, digits and underscores. Default `offhook`. */
  readonly schema?: string;
  /**
   * What `open()` does with a schema that is older than this package: `auto` brings it up to date, `check` refuses it,
   * `false` does not look. Default `check`.
   */
  readonly migrate?: Migrate;
  /** How long one transaction or read may take before its connection is given up. Default 20,000 ms. */
  readonly transactionTimeoutMs?: number;
}

/** How long closing waits for the connections of the own pool to end. */
const maxEndMs = 5_000;

/** Options with every default filled in. */
export interface Settings {
  readonly schema: string;
  readonly migrate: Migrate;
  readonly transactionTimeoutMs: number;
  /** Called once for each time it is opened. */
  readonly makePool: () => PoolInUse;
}

interface PoolInUse {
  readonly pool: PostgresPool;
  readonly end: () => Promise<void>;
}

/** @throws ConfigurationError `option_invalid` */
export function checkOptions(options: PostgresStorageOptions): Settings {
  const { pool, connectionString, schema = "offhook", migrate = "check", transactionTimeoutMs = 20_000 } = options;
  checkSchema(schema);
  if (!Number.isInteger(transactionTimeoutMs) || transactionTimeoutMs <= 0) {
    throw new ConfigurationError(
      "option_invalid",
      `transactionTimeoutMs: expected a positive whole number, got "${transactionTimeoutMs}"`,
    );
  }
  if (!["auto", "check", false].includes(migrate)) {
    throw new ConfigurationError(
      "option_invalid",
      `migrate: expected "auto", "check" or false, got "${String(migrate)}"`,
    );
  }
  const rest = { schema, migrate, transactionTimeoutMs };
  if (pool !== undefined && connectionString === undefined) {
    // The app's own stays open.
    return { ...rest, makePool: () => ({ pool, end: () => Promise.resolve() }) };
  }
  if (pool === undefined && typeof connectionString === "string" && connectionString !== "") {
    return {
      ...rest,
      makePool() {
        const own = makePool(connectionString, transactionTimeoutMs);
        return {
          pool: own,
          // It says goodbye on each connection and would wait for ever for a server that is gone.
          end: () =>
            Promise.race([own.end(), pause(Math.min(transactionTimeoutMs, maxEndMs), undefined, { ref: false })]),
        };
      },
    };
  }
  throw new ConfigurationError(
    "option_invalid",
    `postgresStorage: expected either "pool" or "connectionString", got ${pool === undefined ? "none" : "both"}`,
  );
}
