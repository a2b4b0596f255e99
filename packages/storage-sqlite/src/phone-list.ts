import type { DatabaseSync } from "node:sqlite";
import type { CursorPosition, Subject } from "@offhook/core";
import type { Conditions } from "./conditions.ts";
import { prepare } from "./connection.ts";
import { Generations } from "./generations.ts";
import { newestFirst, type ListPosition } from "./page.ts";
import { phoneFilterKey } from "./phone-index.ts";
import type { SelectAll } from "./statements.ts";

/** Which records have a number. */
export interface PhoneQuery {
  readonly tenantKey: string;
  readonly phone: string;
  /** Only what comes after this position, and is not older than this time. */
  readonly below: CursorPosition;
  readonly from: string;
  /** What else the record has to be. */
  readonly others: Conditions;
  readonly limit: number;
}

interface FoundEntry extends ListPosition {
  readonly key: number;
}

/**
 * Finds the keys of records by a number, in the order of the list. A generation is asked only where it may have the
 * number and its times can still add to the page. Runs in a snapshot.
 */
export function phoneListOn(
  database: DatabaseSync,
  subject: Subject,
  selectAll: SelectAll,
): (query: PhoneQuery) => number[] {
  const generations = new Generations(database, `${subject}_phone_generations`);
  const selectTimes = prepare<{ readonly oldest: string; readonly newest: string }>(
    database,
    `select oldest, newest from ${subject}_phone_generations where generation >= ? and generation < ?
     order by generation`,
  );
  /** From when to when the entries of each full generation are. */
  const times: { readonly oldest: string; readonly newest: string }[] = [];

  function refresh(): void {
    generations.refresh();
    if (times.length < generations.current) times.push(...selectTimes.all(times.length, generations.current));
  }

  /** The full generations that may have something, the newest first. */
  function fullOnes({ tenantKey, phone, below, from }: PhoneQuery): { generation: number; newest: string }[] {
    const found: { generation: number; newest: string }[] = [];
    for (const generation of generations.candidates(phoneFilterKey(tenantKey, phone))) {
      const span = times[generation];
      if (span === undefined || span.oldest > below.time || span.newest < from) continue;
      found.push({ generation, newest: span.newest });
    }
    return found.toSorted((left, right) => (left.newest < right.newest ? 1 : -1));
  }

  return (query) => {
    refresh();
    const { tenantKey, phone, below, from, others, limit } = query;
    const condition = others.sql();
    const join = condition === "" ? "" : `cross join ${subject}s r on r.key = p.key and ${condition}`;
    const wanted = `p.tenant_id = ? and p.phone = ? and (p.created_at, p.id) < (?, ?) and p.created_at >= ?
      order by p.created_at desc, p.id desc limit ?`;
    const parameters = [tenantKey, phone, below.time, below.id, from, limit];
    const selectOne = (generation: number): FoundEntry[] =>
      selectAll(
        `select p.key, p.created_at, p.id from ${subject}_phones p ${join} where p.generation = ? and ${wanted}`,
        [...others.parameters, generation, ...parameters],
      );
    // Sorts, but only what is left of numbers that did not fill the page before.
    const selectSeveral = (asked: readonly number[]): FoundEntry[] =>
      selectAll(
        `select p.key, p.created_at, p.id from json_each(?) g cross join ${subject}_phones p ${join}
         where p.generation = g.value and ${wanted}`,
        [JSON.stringify(asked), ...others.parameters, ...parameters],
      );

    let found = selectOne(generations.current);
    // Few at first, because one alone fills the page for a busy number; then more, because a rare one is in many.
    for (const asked of growingParts(fullOnes(query))) {
      const [first] = asked;
      const last = found[limit - 1];
      // From here on all are older than what the page has.
      if (first === undefined || (last !== undefined && last.created_at > first.newest)) break;
      const more =
        asked.length === 1 ? selectOne(first.generation) : selectSeveral(asked.map((each) => each.generation));
      found = [...found, ...more].toSorted(newestFirst).slice(0, limit);
    }
    return found.map(({ key }) => key);
  };
}

/** One item, then two, then four, and so on. */
function* growingParts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0, size = 1; start < items.length; start += size, size *= 2) yield items.slice(start, start + size);
}
