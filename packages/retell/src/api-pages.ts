import { malformed, readCallRange, readItems, type ItemPage } from "@offhook/core/client";
import { isRecord, type ApiContext } from "@offhook/core";

export interface RetellCallRange extends ApiContext {
  /** The start of the calls: from inclusive, to exclusive. A day in UTC, or ISO-8601 with a zone. */
  readonly from: string;
  /** Default: now, when the first page is asked for. */
  readonly to?: string | undefined;
  /**
   * Instead the calls that did not connect or failed, by their end. Retell gives calls that never connected no start,
   * so a list by start has none of them. Default false.
   */
  readonly unconnected?: boolean;
}

export interface RetellPageRange extends RetellCallRange {
  /** Said, because all pages are of the same range. */
  readonly to: string;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

/** The most that Retell gives at once. https://docs.retellai.com/api-references/list-calls */
export const pageSize = 1000;

/**
 * The body that asks for a page of calls.
 * @throws ConfigurationError `option_invalid` for what is no range.
 */
export function listCallsBody(
  { unconnected = false, ...range }: Pick<RetellPageRange, "from" | "to" | "unconnected">,
  agentIds: readonly string[] | undefined,
  cursor: string | undefined,
): object {
  const { from, to } = readCallRange("createRetellClient", range);
  // Whether "between" includes its ends is not documented.
  const between = { type: "range", op: "bt", value: [Date.parse(from) - 1, Date.parse(to)] };
  return {
    limit: pageSize,
    sort_order: "ascending",
    filter_criteria: {
      ...(unconnected
        ? { end_timestamp: between, call_status: { type: "enum", op: "in", value: ["not_connected", "error"] } }
        : { start_timestamp: between }),
      ...(agentIds === undefined ? {} : { agent: agentIds.map((id) => ({ agent_id: id })) }),
    },
    ...(cursor === undefined ? {} : { pagination_key: cursor }),
  };
}

export interface ReadPage<Item> {
  readonly what: string;
  /** Asks for one page; without a cursor for the first. */
  readonly ask: (cursor: string | undefined) => Promise<unknown>;
  readonly read: (json: unknown) => Item | undefined;
  /** By which older lists go on. */
  readonly idOf: (item: Item) => string;
  /** Where to begin. */
  readonly cursor: string | undefined;
}

/** After so many empty pages nobody goes on. */
const mostEmptyPages = 20;

/**
 * The next page that has something, or the last one.
 * @throws ApiError `api_malformed` for what is no page, for keys of full pages that lead back, and for too many empty
 * pages: what lies behind them must not be lost without a word.
 */
export async function readPage<Item>({ what, ask, read, idOf, cursor }: ReadPage<Item>): Promise<ItemPage<Item>> {
  const visited = new Set([cursor]);
  let key = cursor;
  for (let asked = 0; asked < mostEmptyPages; asked += 1) {
    const answer = await ask(key);
    const list = Array.isArray(answer) ? answer : isRecord(answer) ? answer["items"] : undefined;
    const page = readItems("retell", what, list, read);
    const next = Array.isArray(answer) ? legacyCursor(answer, page.items, idOf) : cursorIn(answer);
    if (next === "") fail(what, "expected the key of the next page");
    const isEmpty = page.items.length + page.unreadable.length === 0;
    if (next !== undefined && visited.has(next)) {
      if (!isEmpty) fail(what, "expected the key of a page that was not read yet");
      // More was promised behind the last page, and there is nothing.
      return { ...page, nextCursor: null, total: null };
    }
    if (next === undefined || !isEmpty) return { ...page, nextCursor: next ?? null, total: null };
    visited.add(next);
    key = next;
  }
  return fail(what, `expected something on one of ${mostEmptyPages} pages`);
}

/** Empty where there is more, but not how to get at it. */
function cursorIn(answer: unknown): string | undefined {
  if (!isRecord(answer) || answer["has_more"] !== true) return undefined;
  const next = answer["pagination_key"];
  return typeof next === "string" ? next : "";
}

/**
 * Before 2026 a list was the whole answer, and went on behind the last id of a full page.
 * https://docs.retellai.com/api-references/list-calls_deprecated
 */
function legacyCursor<Item>(
  answer: readonly unknown[],
  items: readonly Item[],
  idOf: (item: Item) => string,
): string | undefined {
  if (answer.length < pageSize) return undefined;
  const last = items.at(-1);
  return last === undefined ? "" : idOf(last);
}

/** @throws ApiError `api_malformed` */
export function fail(what: string, expected: string): never {
  throw malformed("retell", what, expected);
}
