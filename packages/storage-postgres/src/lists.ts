import {
  decodeCursor,
  type DeliveryQuery,
  type DeliverySummary,
  type ListQuery,
  type Page,
  type RecordOf,
  type Subject,
} from "@offhook/core";
import { deliveryColumns, toSummary, type DeliveryRow } from "./delivery-rows.ts";
import { keyText } from "./key-text.ts";
import { Conditions, pageOf } from "./pages.ts";
import type { Session } from "./session.ts";
import { betweenColons } from "./subject-rows.ts";

export interface Lists {
  records<S extends Subject>(session: Session, subject: S, query: ListQuery): Promise<Page<RecordOf<S>>>;
  deliveries(session: Session, query: DeliveryQuery): Promise<Page<DeliverySummary>>;
}

/**
 * Pages by key: how far in a page lies costs nothing. The statements are planned each time, with their values: a plan
 * for any value would not know that a page is short.
 */
export function listsIn(schema: string): Lists {
  return {
    async records<S extends Subject>(session: Session, subject: S, query: ListQuery) {
      const { limit } = query;
      const where = new Conditions();
      const conditions = addConditions(where, query);
      const order = `order by created_at desc, id desc limit ${limit + 1}`;
      // Each branch is read in the order of an index and ends with the page; they have no record in common.
      const branches = conditions.map(
        (condition) =>
          `(select created_at, id, record from ${schema}.${subject}s where ${where.sql(condition)} ${order})`,
      );
      const [only] = branches;
      const rows = await session.run<{ readonly record: string }>(
        { text: branches.length === 1 && only !== undefined ? only : `${branches.join(" union all ")} ${order}` },
        where.parameters,
      );
      // Written by the subject's table, from the same types.
      const records = rows.map(({ record }) => JSON.parse(record) as RecordOf<S>);
      return pageOf(records, limit, ({ createdAt, id }) => ({ time: createdAt, id }));
    },
    async deliveries(session, { tenantId, limit, cursor, from, to, provider, status }) {
      const where = new Conditions();
      where.add("tenant_id = ?", keyText(tenantId));
      if (cursor !== undefined) where.add("id < ?", keyText(decodeCursor(cursor).id));
      if (from !== undefined) where.add("received_at >= ?", from);
      if (to !== undefined) where.add("received_at < ?", to);
      if (provider !== undefined) where.add("provider = ?", keyText(provider));
      if (status !== undefined) where.add("status = ?", keyText(status));
      const rows = await session.run<DeliveryRow>(
        {
          text: `select ${deliveryColumns} from ${schema}.deliveries where ${where.sql()} order by id desc limit ${limit + 1}`,
        },
        where.parameters,
      );
      const summaries = rows.map((row) => toSummary(tenantId, row));
      return pageOf(summaries, limit, ({ receivedAt, id }) => ({ time: receivedAt, id }));
    },
  };
}

/** Adds what every branch has in common. @returns what tells the branches apart. */
function addConditions(where: Conditions, query: ListQuery): string[] {
  const { tenantId, cursor, from, to, provider, status, direction, phone } = query;
  where.add("tenant_id = ?", keyText(tenantId));
  if (cursor !== undefined) {
    const { time, id } = decodeCursor(cursor);
    where.add("(created_at, id) < (?, ?)", keyText(time), keyText(id));
  }
  if (from !== undefined) where.add("created_at >= ?", from);
  if (to !== undefined) where.add("created_at < ?", to);
  if (status !== undefined) where.add("status = ?", keyText(status));
  if (direction !== undefined) where.add("direction = ?", keyText(direction));
  const byProvider =
    provider === undefined
      ? []
      : [
          where.place("provider = ?", keyText(provider)),
          where.place("second_provider = ?", keyText(provider)),
          where.place("third_provider = ?", keyText(provider)),
          where.place(
            "further_providers is not null and strpos(further_providers, ?) > 0",
            betweenColons(keyText(provider)),
          ),
        ];
  if (phone === undefined) return byProvider.length === 0 ? ["true"] : byProvider;
  const number = keyText(phone);
  if (byProvider.length > 0) where.add(`(${byProvider.join(" or ")})`);
  return [
    where.place("from_e164 = ?", number),
    where.place("to_e164 = ? and from_e164 is distinct from ?", number, number),
  ];
}
