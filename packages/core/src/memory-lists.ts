import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { Call, Reference } from "./call.ts";
import type { Lead } from "./lead.ts";
import type { ListQuery, Page } from "./storage.ts";

/** Whether a record is what a list asks for, but for the time. */
export function matches(record: Call | Lead, query: ListQuery): boolean {
  const { provider, status, direction, phone } = query;
  if (provider !== undefined && !record.references.some((reference: Reference) => reference.provider === provider)) {
    return false;
  }
  if (status !== undefined && record.status !== status) return false;
  if (direction !== undefined && (!("direction" in record) || record.direction !== direction)) return false;
  if (phone === undefined) return true;
  return "from" in record ? record.from?.e164 === phone || record.to?.e164 === phone : record.phone?.e164 === phone;
}

/** The page of rows below the cursor, newest first: by the sort time, then by id. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  query: Pick<ListQuery, "limit" | "cursor" | "from" | "to">,
  timeOf: (row: Row) => string,
  sortTimeOf = timeOf,
): Page<Row> {
  const { from, to, limit } = query;
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const isAfter = (row: Row): boolean => {
    if (after === undefined) return true;
    const time = sortTimeOf(row);
    return time < after.time || (time === after.time && row.id < after.id);
  };
  const sorted = rows
    .filter(
      (row) => (from === undefined || timeOf(row) >= from) && (to === undefined || timeOf(row) < to) && isAfter(row),
    )
    .toSorted((left, right) => {
      const [leftTime, rightTime] = [sortTimeOf(left), sortTimeOf(right)];
      if (leftTime !== rightTime) return leftTime < rightTime ? 1 : -1;
      return left.id < right.id ? 1 : -1;
    });
  const data = sorted.slice(0, limit);
  const last = data.at(-1);
  return {
    data,
    nextCursor:
      sorted.length > limit && last !== undefined ? encodeCursor({ time: sortTimeOf(last), id: last.id }) : null,
  };
}
