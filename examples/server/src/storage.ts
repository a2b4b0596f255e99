import { join } from "node:path";
import { folderArchive } from "@offhook/archive-folder";
import type { RecordingArchive, Storage } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import { sqliteStorage } from "@offhook/storage-sqlite";
import type { Environment } from "./environment.ts";
import type { StorageSettings } from "./storage-settings.ts";

/** PostgreSQL where there is an address of one, the embedded SQLite otherwise. */
export function createStorage({ databaseUrl, dataFolder, production }: StorageSettings): Storage {
  if (databaseUrl === undefined) return sqliteStorage({ path: join(dataFolder, "offhook.db") });
  // In production a person decides when the schema changes, and the server's role needs no right to do it.
  return postgresStorage({ connectionString: databaseUrl, migrate: production ? "check" : "auto" });
}

/** Recordings beside the database, where that is wanted. Several machines need a folder that they share. */
export function createArchive({ api, dataFolder }: Environment): RecordingArchive | undefined {
  return api.archiveRecordings ? folderArchive({ path: join(dataFolder, "recordings") }) : undefined;
}
