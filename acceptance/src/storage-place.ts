import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Storage } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import { sqliteStorage } from "@offhook/storage-sqlite";
import pg from "pg";
import { integrityOf } from "./kill-check.ts";

/** Where several processes, one after the other or at once, find the same data. Plain data, to be handed to them. */
export type StoragePlace =
  | { readonly type: "sqlite"; readonly path: string }
  | { readonly type: "postgres"; readonly connectionString: string; readonly schema: string };

/** A file in a folder; or, where there is the address of a PostgreSQL, a schema of its own. */
export function newPlace(folder: string, postgresUrl: string | undefined): StoragePlace {
  if (postgresUrl === undefined) return { type: "sqlite", path: join(folder, "offhook.db") };
  const schema = `kill_${randomUUID().replaceAll("-", "")}`;
  return { type: "postgres", connectionString: postgresUrl, schema };
}

export function storageAt(place: StoragePlace): Storage {
  if (place.type === "sqlite") return sqliteStorage({ path: place.path });
  const { connectionString, schema } = place;
  return postgresStorage({ connectionString, schema, migrate: "auto" });
}

/** What the database itself finds wrong; PostgreSQL is not asked. */
export function brokenAt(place: StoragePlace): string[] {
  const integrity = place.type === "sqlite" ? integrityOf(place.path) : "ok";
  return integrity === "ok" ? [] : [`integrity check: ${integrity}`];
}

/** Takes a schema away; a file goes with its folder. */
export async function removePlace(place: StoragePlace): Promise<void> {
  if (place.type === "sqlite") return;
  const client = new pg.Client({ connectionString: place.connectionString });
  await client.connect();
  try {
    await client.query(`drop schema if exists "${place.schema}" cascade`);
  } finally {
    await client.end();
  }
}
