import { randomUUID } from "node:crypto";
import { postgresStorage } from "@offhook/storage-postgres";
import { Client } from "pg";

/** A schema of one's own, up to date. */
export interface PostgresSchema {
  readonly connectionString: string;
  readonly schema: string;
  drop(): Promise<void>;
}

export async function createSchema(connectionString: string): Promise<PostgresSchema> {
  const schema = `acceptance_${randomUUID().replaceAll("-", "")}`;
  const storage = postgresStorage({ connectionString, schema });
  await storage.migrate();
  return {
    connectionString,
    schema,
    async drop() {
      await runSql(connectionString, `drop schema if exists "${schema}" cascade`);
    },
  };
}

/** Runs one statement on a connection of its own. @returns its rows. */
export async function runSql(
  connectionString: string,
  sql: string,
  values: readonly string[] = [],
): Promise<readonly unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<object>(sql, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
