import type { DatabaseSync } from "node:sqlite";
import type { Expired, Expiry } from "@offhook/core";
import { expireChangesOn } from "./feed.ts";
import { keyText } from "./key-text.ts";

/** Lets go of what is past its time, in a transaction. The file keeps its size, and the room is used again. */
export function expireOn(database: DatabaseSync): (expiry: Expiry) => Expired {
  // The index holds only deliveries whose body is still there, so that what has gone costs nothing.
  const expireBodies = database.prepare(
    `update deliveries set body = null, body_removed_at = ? where key in (
       select key from deliveries indexed by deliveries_bodies
       where tenant_id = ? and received_at < ? and body_removed_at is null order by received_at limit ?
     )`,
  );
  const expireChanges = expireChangesOn(database);
  return ({ tenantId, bodiesBefore, changesBefore, now, limit }) => ({
    bodies: Number(expireBodies.run(now, keyText(tenantId), bodiesBefore, limit).changes),
    changes: expireChanges(tenantId, changesBefore, limit),
  });
}
