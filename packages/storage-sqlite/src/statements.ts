import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { prepare, type Prepared } from "./connection.ts";

/** Runs SQL that is put together when it is needed. The callers name the columns and the type side by side. */
export type SelectAll = <Row>(sql: string, parameters: readonly SQLInputValue[]) => Row[];

/** One statement for each combination of filters, of which few are used. */
export function selectAllOn(database: DatabaseSync): SelectAll {
  const statements = new Map<string, Prepared<unknown>>();
  return <Row>(sql: string, parameters: readonly SQLInputValue[]) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = prepare(database, sql);
      statements.set(sql, statement);
    }
    // See SelectAll.
    return statement.all(...parameters) as Row[];
  };
}
