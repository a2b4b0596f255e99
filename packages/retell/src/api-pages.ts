import { malformed, readItems, type ItemPage } from "@offhook/core/client";
import { ConfigurationError, isRecord, type ApiContext } from "@offhook/core";

export interface RetellCallRange extends ApiContext {
  /** When the calls began: from inclusive, to exclusive. ISO-8601 with a zone. A millisecond more may be listed. */
  readonly from: string;
  readonly to: string;
  /**
   * Instead the calls that did not connect or failed, by their end. Retell gives calls that never connected no start,
   * so a list by start has none of them. Default false.
   */
  readonly unconnected?: boolean;
}

/** The most that Retell gives at once. https://docs.retellai.com/api-references/list-calls */
export const pageSize = 1000;

/**
 * The body that asks for a page of calls.
 * @throws ConfigurationError `option_invalid` for times that are none.
 */
export function listCallsBody(
  { from, to, unconnected = false }: RetellCallRange,
  agentIds: readonly string[] | undefined,
  cursor: string | undefined,
): object {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
    throw new ConfigurationError(
      "option_invalid",
      "calls.list({ from, to }): expected ISO-8601 times, got another text",
    );
  }
  // Whether "between" includes its ends is not documented.
  const range = { type: "range", op: "bt", value: [fromMs - 1, toMs] };
  return {
    limit: pageSize,
    sort_order: "ascending",
    filter_criteria: {
      ...(unconnected
        ? { end_timestamp: range, call_status: { type: "enum", op: "in", value: ["not_connected", "error"] } }
        : { start_timestamp: range }),
      ...(agentIds === undefined ? {} : { agent: agentIds.map((id) => ({ agent_id: id })) }),
    },
    ...(cursor === undefined ? {} : { pagination_key: cursor }),
  };
}

export interface ReadPage<Item> {
  readonly what: string;
  readonly read: (json: unknown) => Item | undefined;
  /** By which older lists go on. */
  readonly idOf: (item: Item) => string;
  /** The cursor that led here. */
  readonly cursor: string | undefined;
}

/** @throws ApiError `api_malformed` for what is no page. */
export function readPage<Item>(answer: unknown, { what, read, idOf, cursor }: ReadPage<Item>): ItemPage<Item> {
  const list = Array.isArray(answer) ? answer : isRecord(answer) ? answer["items"] : undefined;
  const page = readItems("retell", what, list, read);
  const isEmpty = page.items.length + page.unreadable.length === 0;
  const next = Array.isArray(answer) ? legacyCursor(answer, page.items, idOf) : cursorIn(answer);
  // Others have seen Retell promise more behind the last page, and lead in a circle.
  if (isEmpty || next === cursor) return { ...page, nextCursor: null, total: null };
  if (next === "") fail(what, "expected the key of the next page");
  return { ...page, nextCursor: next ?? null, total: null };
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
  const last = items.at(-1);
  return answer.length < pageSize || last === undefined ? undefined : idOf(last);
}

/** @throws ApiError `api_malformed` */
export function fail(what: string, expected: string): never {
  throw malformed("retell", what, expected);
}
