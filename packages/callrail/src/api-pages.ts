import { ConfigurationError, isRecord, type ApiContext } from "@offhook/core";
import { malformed, readItems, type ApiClient, type CallRange, type ItemPage } from "@offhook/core/client";

/** 250 is the most that CallRail gives at once. https://apidocs.callrail.com/#offset-pagination */
const itemsPerPage = 250;

export interface PageRequest<Item> {
  readonly what: string;
  readonly path: string;
  /** The member of the answer that holds the list. */
  readonly member: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly read: (json: unknown) => Item | undefined;
  /** From the page before. The two kinds of pages do not take each other's. */
  readonly cursor: string | undefined;
  readonly context: ApiContext | undefined;
}

/** A page by its number, with the count of all items: so it can be seen that pages have shifted meanwhile. */
export async function readNumberedPage<Item>(api: ApiClient, request: PageRequest<Item>): Promise<ItemPage<Item>> {
  const { what, path, member, query, read, cursor = "1", context } = request;
  if (!/^[1-9]\d{0,6}$/.test(cursor)) throw wrongCursor("the number of a page");
  const page = Number(cursor);
  const json = await api.request({ what, path, query: { ...query, page, per_page: itemsPerPage } }, context);
  if (!isRecord(json)) throw malformed("callrail", what, "expected a page");
  const { total_pages: pages, total_records: total } = json;
  if (!isCount(pages)) throw malformed("callrail", what, "expected the number of pages");
  return {
    ...readItems("callrail", what, json[member], read),
    nextCursor: page < pages ? String(page + 1) : null,
    total: isCount(total) ? total : null,
  };
}

/**
 * A page by the link of the one before, which CallRail recommends for many calls and has for calls only. The link is
 * taken as it is; one to another host than the API's is refused, because the key would go along.
 * https://apidocs.callrail.com/#relative-pagination
 */
export async function readLinkedPage<Item>(api: ApiClient, request: PageRequest<Item>): Promise<ItemPage<Item>> {
  const { what, path, member, query, read, cursor, context } = request;
  if (cursor !== undefined && !URL.canParse(cursor)) throw wrongCursor("the link of a page");
  const first = { path, query: { ...query, relative_pagination: true, per_page: itemsPerPage } };
  const json = await api.request({ what, ...(cursor === undefined ? first : { path: cursor }) }, context);
  if (!isRecord(json)) throw malformed("callrail", what, "expected a page");
  const { next_page: next, has_next_page: hasNext } = json;
  if (typeof hasNext !== "boolean") throw malformed("callrail", what, "expected whether there is a next page");
  const isNew = typeof next === "string" && URL.canParse(next) && next !== cursor;
  if (hasNext && !isNew) throw malformed("callrail", what, "expected the link of the next page");
  return {
    ...readItems("callrail", what, json[member], read),
    nextCursor: hasNext && isNew ? next : null,
    total: null,
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** Pages of both kinds have different borders, so a walk stays with the kind it began with. */
const wrongCursor = (expected: string): ConfigurationError =>
  new ConfigurationError("option_invalid", `calls.page({ cursor }): expected ${expected}, got something else`);

const minuteMs = 60_000;
const minute = (ms: number): string => new Date(ms).toISOString().slice(0, "YYYY-MM-DDTHH:MM".length);

/**
 * The minutes that a range touches. Without dates only the last week would be listed, and without a zone they would be
 * read in that of the key's user. https://apidocs.callrail.com/#filtering-data-by-date
 *
 * @param range ISO-8601 in UTC.
 */
export function minuteRange({ from, to }: CallRange): {
  readonly start_date: string;
  readonly end_date: string;
  readonly time_zone: string;
} {
  return {
    start_date: minute(Date.parse(from)),
    end_date: minute(Math.ceil(Date.parse(to) / minuteMs) * minuteMs),
    // As it stands in CallRail's list of zones.
    time_zone: "Etc/UTC",
  };
}
