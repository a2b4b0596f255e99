import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import {
  decodeCursor,
  encodeCursor,
  type DeliveryQuery,
  type DeliverySummary,
  type ListQuery,
  type Page,
  type RecordOf,
  type Subject,
} from "@offhook/core";
import { prepare, type Prepared } from "./connection.ts";
import { deliveryColumns, toSummary, type DeliveryRow } from "./delivery-rows.ts";
import { keyText } from "./key-text.ts";

/** Conditions joined by "and", with their parameters in order. */
class Conditions {
  readonly #conditions: string[] = [];
  readonly parameters: SQLInputValue[] = [];

  add(condition: string, ...parameters: SQLInputValue[]): void {
    this.#conditions.push(condition);
    this.parameters.push(...parameters);
  }

  sql(): string {
    return this.#conditions.join(" and ");
  }
}

export interface Lists {
  records<S extends Subject>(subject: S, query: ListQuery): Page<RecordOf<S>>;
  deliveries(query: DeliveryQuery): Page<DeliverySummary>;
}

/** Pages by key: how far in a page lies costs nothing. */
export function listsOn(database: DatabaseSync): Lists {
  // One statement for each combination of filters, of which few are used.
  const statements = new Map<string, Prepared<unknown>>();
  function all<Row>(sql: string, parameters: readonly SQLInputValue[]): Row[] {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = prepare(database, sql);
      statements.set(sql, statement);
    }
    // The callers name the columns and the type side by side.
    return statement.all(...parameters) as Row[];
  }

  return {
    records<S extends Subject>(subject: S, query: ListQuery) {
      const { tenantId, limit, cursor, from, to, provider, status, direction, phone } = query;
      const where = new Conditions();
      where.add("tenant_id = ?", keyText(tenantId));
      if (cursor !== undefined) {
        const { time, id } = decodeCursor(cursor);
        where.add("(created_at, id) < (?, ?)", time, id);
      }
      if (from !== undefined) where.add("created_at >= ?", from);
      if (to !== undefined) where.add("created_at < ?", to);
      if (status !== undefined) where.add("status = ?", status);
      if (direction !== undefined) where.add("direction = ?", direction);
      if (provider !== undefined) where.add("instr(providers, ?) > 0", `:${provider}:`);
      if (phone !== undefined) where.add("(from_e164 = ? or to_e164 = ?)", phone, phone);
      const rows = all<{ readonly record: string }>(
        `select record from ${subject}s where ${where.sql()} order by created_at desc, id desc limit ?`,
        [...where.parameters, limit + 1],
      );
      // Written by subjectWriter, from the same types.
      const records = rows.map(({ record }) => JSON.parse(record) as RecordOf<S>);
      return pageOf(records, limit, ({ createdAt, id }) => ({ time: createdAt, id }));
    },
    deliveries({ tenantId, limit, cursor, from, to, provider, status }) {
      const where = new Conditions();
      where.add("tenant_id = ?", keyText(tenantId));
      if (cursor !== undefined) where.add("id < ?", decodeCursor(cursor).id);
      if (from !== undefined) where.add("received_at >= ?", from);
      if (to !== undefined) where.add("received_at < ?", to);
      if (provider !== undefined) where.add("provider = ?", provider);
      if (status !== undefined) where.add("status = ?", status);
      const rows = all<DeliveryRow>(
        `select ${deliveryColumns} from deliveries where ${where.sql()} order by id desc limit ?`,
        [...where.parameters, limit + 1],
      );
      const summaries = rows.map((row) => toSummary(tenantId, row));
      return pageOf(summaries, limit, ({ receivedAt, id }) => ({ time: receivedAt, id }));
    },
  };
}

/** @param found one more than the limit, where there are more. */
function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  positionOf: (item: Item) => { readonly time: string; readonly id: string },
): Page<Item> {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: found.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}
