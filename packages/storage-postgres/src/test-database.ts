import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";

/** The server of this run; undefined where none could be started. */
export const postgresUrl: string | undefined = inject("postgresUrl");

/** A schema of a test's own. */
export interface TestSchema {
  readonly url: string;
  readonly schema: string;
  drop(): Promise<void>;
}

export function testSchema(): TestSchema {
  if (postgresUrl === undefined) throw new Error("PostgreSQL: expected a server for this test, got none");
  const url = postgresUrl;
  const schema = `test_${randomUUID().replaceAll("-", "")}`;
  return {
    url,
    schema,
    async drop() {
      await runSql(url, `drop schema if exists "${schema}" cascade`);
    },
  };
}

interface Row {
  readonly [column: string]: unknown;
}

/** Runs SQL on a connection of its own. @returns the rows of the last statement. */
export async function runSql(url: string, sql: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result: unknown = await client.query(sql);
    // The driver gives a list for several statements.
    return ((Array.isArray(result) ? result.at(-1) : result) as { readonly rows: readonly Row[] }).rows;
  } finally {
    await client.end();
  }
}
