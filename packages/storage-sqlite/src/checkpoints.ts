import type { DatabaseSync } from "node:sqlite";
import type { Checkpoint } from "@offhook/core";
import { prepare } from "./connection.ts";
import { keyText } from "./key-text.ts";

export function getCheckpointOn(database: DatabaseSync): (tenantId: string, name: string) => Checkpoint | undefined {
  const select = prepare<{ readonly version: number; readonly value: string }>(
    database,
    "select version, value from checkpoints where tenant_id = ? and name = ?",
  );
  return (tenantId, name) => {
    const row = select.get(keyText(tenantId), keyText(name));
    if (row === undefined) return undefined;
    // Written by putCheckpointsOn.
    return { tenantId, name, version: row.version, value: JSON.parse(row.value) as Checkpoint["value"] };
  };
}

/** Writes all or, where one does not follow, none and says false. In a transaction: nobody writes in between. */
export function putCheckpointsOn(database: DatabaseSync): (checkpoints: readonly Checkpoint[]) => boolean {
  const selectVersion = prepare<{ readonly version: number }>(
    database,
    "select version from checkpoints where tenant_id = ? and name = ?",
  );
  const write = database.prepare(
    `insert into checkpoints (tenant_id, name, version, value) values (?, ?, ?, ?)
     on conflict do update set version = excluded.version, value = excluded.value`,
  );
  return (checkpoints) => {
    /** The last word on each name. */
    const followers = new Map<string, Checkpoint>();
    for (const checkpoint of checkpoints) {
      const [tenantKey, nameKey] = [keyText(checkpoint.tenantId), keyText(checkpoint.name)];
      // No key has the character between them.
      const key = `${tenantKey}\u0000${nameKey}`;
      const version = followers.get(key)?.version ?? selectVersion.get(tenantKey, nameKey)?.version ?? 0;
      if (checkpoint.version !== version + 1) return false;
      followers.set(key, checkpoint);
    }
    for (const { tenantId, name, version, value } of followers.values()) {
      write.run(keyText(tenantId), keyText(name), version, JSON.stringify(value));
    }
    return true;
  };
}
