import type { DatabaseSync } from "node:sqlite";
import {
  decodeCursor,
  type DeliveryQuery,
  type DeliverySummary,
  type ListQuery,
  type Page,
  type RecordOf,
  type Subject,
} from "@offhook/core";
import { Conditions } from "./conditions.ts";
import { deliveryColumns, toSummary, type DeliveryRow } from "./delivery-rows.ts";
import { keyText } from "./key-text.ts";
import { pageOf } from "./page.ts";
import { recordListOn } from "./record-lists.ts";
import { selectAllOn } from "./statements.ts";

export interface Lists {
  records<S extends Subject>(subject: S, query: ListQuery): Page<RecordOf<S>>;
  deliveries(query: DeliveryQuery): Page<DeliverySummary>;
}

export function listsOn(database: DatabaseSync): Lists {
  const records = { call: recordListOn(database, "call"), lead: recordListOn(database, "lead") };
  const select = selectAllOn(database);
  return {
    records: (subject, query) => records[subject](query),
    deliveries({ tenantId, limit, cursor, from, to, provider, status }) {
      const where = new Conditions();
      where.add("tenant_id = ?", keyText(tenantId));
      if (cursor !== undefined) where.add("id < ?", decodeCursor(cursor).id);
      if (from !== undefined) where.add("received_at >= ?", from);
      if (to !== undefined) where.add("received_at < ?", to);
      if (provider !== undefined) where.add("provider = ?", provider);
      if (status !== undefined) where.add("status = ?", status);
      const rows = select<DeliveryRow>(
        `select ${deliveryColumns} from deliveries where ${where.sql()} order by id desc limit ?`,
        [...where.parameters, limit + 1],
      );
      const summaries = rows.map((row) => toSummary(tenantId, row));
      return pageOf(summaries, limit, ({ receivedAt, id }) => ({ time: receivedAt, id }));
    },
  };
}
