import type { DatabaseSync } from "node:sqlite";
import {
  decodeCursor,
  type CursorPosition,
  type ListQuery,
  type Page,
  type RecordOf,
  type Subject,
} from "@offhook/core";
import { Conditions } from "./conditions.ts";
import { prepare } from "./connection.ts";
import { facetsOn, type Branches } from "./facets.ts";
import { keyText } from "./key-text.ts";
import { newestFirst, pageOf, type ListPosition } from "./page.ts";
import { phoneListOn } from "./phone-list.ts";
import { selectAllOn, type SelectAll } from "./statements.ts";

/** After every time that is text. */
const endOfTime: CursorPosition = { time: "\u{10ffff}", id: "" };

/** SQLite takes at most 500 in one statement. */
const branchesPerStatement = 100;

/** Pages of calls or leads by key: how many there are and how far in a page lies costs nothing, whatever the filter. */
export function recordListOn<S extends Subject>(
  database: DatabaseSync,
  subject: S,
): (query: ListQuery) => Page<RecordOf<S>> {
  const select = selectAllOn(database);
  const facets = facetsOn(database, subject);
  const keysByPhone = phoneListOn(database, subject, select);
  const selectRecord = prepare<{ readonly record: string }>(database, `select record from ${subject}s where key = ?`);

  function byPhone(query: ListQuery, phone: string): string[] {
    const { provider, status, direction, limit } = query;
    const others = new Conditions();
    if (provider !== undefined) others.add("instr(providers, ?) > 0", `:${provider}:`);
    if (status !== undefined) others.add("status = ?", status);
    if (direction !== undefined) others.add("direction = ?", direction);
    const range = { phone, tenantKey: keyText(query.tenantId), below: upperEnd(query), from: query.from ?? "" };
    return keysByPhone({ ...range, others, limit: limit + 1 }).flatMap((key) => selectRecord.get(key)?.record ?? []);
  }

  function byFacets(query: ListQuery): string[] {
    const tenantKey = keyText(query.tenantId);
    const below = upperEnd(query);
    const where = new Conditions();
    where.add("tenant_id = ?", tenantKey);
    where.add("(created_at, id) < (?, ?)", below.time, below.id);
    if (query.from !== undefined) where.add("created_at >= ?", query.from);
    if (subject === "lead") {
      if (query.status !== undefined) where.add("status = ?", query.status);
      if (query.direction !== undefined) where.add("direction = ?", query.direction);
    }
    return selectBranches(select, `${subject}s`, facets(tenantKey, query), where, query.limit + 1);
  }

  return (query) => {
    const texts = query.phone === undefined ? byFacets(query) : byPhone(query, query.phone);
    // Written by subjectWriter, from the same types.
    const records = texts.map((record) => JSON.parse(record) as RecordOf<S>);
    return pageOf(records, query.limit, ({ createdAt, id }) => ({ time: createdAt, id }));
  };
}

/** One upper end, because of two an index would use only one. */
function upperEnd({ cursor, to }: ListQuery): CursorPosition {
  const end = to === undefined ? endOfTime : { time: to, id: "" };
  const after = cursor === undefined ? end : decodeCursor(cursor);
  return after.time < end.time ? after : end;
}

/** The records of all branches in the order of the list. SQLite merges what comes in order, and reads no more than asked for. */
function selectBranches(
  select: SelectAll,
  table: string,
  { index, column, values }: Branches,
  where: Conditions,
  limit: number,
): string[] {
  interface Row extends ListPosition {
    readonly record: string;
  }
  const order = "order by created_at desc, id desc limit ?";
  const all = `select created_at, id, record from ${table} indexed by ${index} where ${where.sql()}`;
  if (column === undefined) {
    return select<Row>(`${all} ${order}`, [...where.parameters, limit]).map(({ record }) => record);
  }
  const rows: Row[] = [];
  for (let start = 0; start < values.length; start += branchesPerStatement) {
    const some = values.slice(start, start + branchesPerStatement);
    const sql = some.map(() => `${all} and ${column} = ?`).join(" union all ");
    const parameters = some.flatMap((value) => [...where.parameters, value]);
    rows.push(...select<Row>(`${sql} ${order}`, [...parameters, limit]));
  }
  if (values.length > branchesPerStatement) rows.sort(newestFirst);
  return rows.slice(0, limit).map(({ record }) => record);
}
