import type { DatabaseSync } from "node:sqlite";
import type { ListQuery, Subject } from "@offhook/core";
import { prepare } from "./connection.ts";

/** One index of a table of records, and the values in it under which a list finds its records. */
export interface Branches {
  readonly index: string;
  /** What the index begins with; undefined for the list of all. */
  readonly column: string | undefined;
  readonly values: readonly string[];
}

/**
 * Where to look for what a list asks for. A filter of its own has an index of its own. A call has a set of providers,
 * and filters may come together: then the sets, or the combinations, that exist and fit are looked up first. They are
 * few, whatever the number of calls.
 */
export function facetsOn(database: DatabaseSync, subject: Subject): (tenantKey: string, query: ListQuery) => Branches {
  const providerSets = distinctValues(database, `${subject}s`, "providers");
  const withProviders = (tenantKey: string, provider: string): Branches => ({
    index: `${subject}s_by_providers`,
    column: "providers",
    values: providerSets(tenantKey).filter((set) => set.includes(`:${provider}:`)),
  });
  const all: Branches = { index: `${subject}s_list`, column: undefined, values: [] };
  if (subject === "lead") {
    return (tenantKey, { provider }) => (provider === undefined ? all : withProviders(tenantKey, provider));
  }
  const combinations = distinctValues(database, "calls", "facets");
  return (tenantKey, { provider, status, direction }) => {
    const wanted = [provider, status, direction].filter((filter) => filter !== undefined);
    if (wanted.length === 0) return all;
    if (wanted.length > 1) {
      const prefix = status === undefined ? "" : `${status}/${direction === undefined ? "" : `${direction}/`}`;
      const fits = (combination: string): boolean =>
        (direction === undefined || combination.split("/")[1] === direction) &&
        (provider === undefined || combination.includes(`:${provider}:`));
      return { index: "calls_by_facets", column: "facets", values: combinations(tenantKey, prefix).filter(fits) };
    }
    if (provider !== undefined) return withProviders(tenantKey, provider);
    const column = status === undefined ? "direction" : "status";
    return { index: `calls_by_${column}`, column, values: wanted };
  };
}

/** The values of a column that begin with a prefix, each found by one step through the index that begins with it. */
function distinctValues(
  database: DatabaseSync,
  table: string,
  column: "providers" | "facets",
): (tenantKey: string, prefix?: string) => string[] {
  const next = `select min(${column}) from ${table} indexed by ${table}_by_${column} where tenant_id = ?1 and ${column} < ?3`;
  const select = prepare<{ readonly value: string }>(
    database,
    `with recursive found(value) as (
       select (${next} and ${column} >= ?2)
       union all select (${next} and ${column} > value) from found where value is not null
     ) select value from found where value is not null`,
  );
  return (tenantKey, prefix = "") => select.all(tenantKey, prefix, `${prefix}\u{10ffff}`).map(({ value }) => value);
}
