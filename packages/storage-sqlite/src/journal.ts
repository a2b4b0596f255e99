import type { DatabaseSync } from "node:sqlite";
import type { Delivery, DeliveryUpdate } from "@offhook/core";
import { prepare } from "./connection.ts";
import { deliveryFacts, identityValue, type DeliveryFacts } from "./delivery-rows.ts";
import { identityKey, type KeyWriter } from "./key-index.ts";
import { keyText } from "./key-text.ts";

/** Adds a delivery, or counts it at the one that was there before, whose id it returns. */
export function insertDeliveryInto(
  database: DatabaseSync,
  index: KeyWriter,
): (delivery: Delivery) => string | undefined {
  const insert = database.prepare(
    `insert into deliveries (tenant_id, id, provider, identity, status, received_at, duplicates, facts, body,
       body_removed_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const countDuplicate = prepare<{ readonly id: string }>(
    database,
    "update deliveries set duplicates = duplicates + 1 where key = ? returning id",
  );
  return (delivery) => {
    const { id, tenantId, provider, identity, status, receivedAt, duplicates, body, bodyRemovedAt } = delivery;
    const key = identity === null ? undefined : identityKey(tenantId, provider, identity);
    const before = key === undefined ? undefined : index.find(key);
    if (before !== undefined) return countDuplicate.get(before)?.id;
    const { lastInsertRowid } = insert.run(
      keyText(tenantId),
      id,
      provider,
      identityValue(identity),
      status,
      receivedAt,
      duplicates,
      deliveryFacts(delivery),
      body.length === 0 ? null : body,
      bodyRemovedAt,
    );
    if (key !== undefined) index.add(key, Number(lastInsertRowid));
    return undefined;
  };
}

/** Corrects a row of the journal; false where there is none, or none that still has the bytes it shall keep. */
export function updateDeliveryOn(database: DatabaseSync): (update: DeliveryUpdate) => boolean {
  const select = prepare<{ readonly key: number; readonly facts: string; readonly body_removed_at: string | null }>(
    database,
    "select key, facts, body_removed_at from deliveries where tenant_id = ? and id = ?",
  );
  const update = database.prepare("update deliveries set status = ?, facts = ?, body_removed_at = ? where key = ?");
  const removeBody = database.prepare("update deliveries set body = null where key = ?");
  return ({ delivery, keepBody }) => {
    const row = select.get(keyText(delivery.tenantId), delivery.id);
    if (row === undefined || (keepBody && row.body_removed_at !== null)) return false;
    // Written by deliveryFacts.
    const { route, method, bodyBytes } = JSON.parse(row.facts) as DeliveryFacts;
    if (!keepBody) removeBody.run(row.key);
    update.run(
      delivery.status,
      deliveryFacts({ ...delivery, route, method, bodyBytes }),
      delivery.bodyRemovedAt,
      row.key,
    );
    return true;
  };
}
