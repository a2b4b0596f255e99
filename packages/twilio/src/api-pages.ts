import { isRecord, type ApiContext } from "@offhook/core";
import {
  malformed,
  readCallRange,
  readItems,
  type ApiClient,
  type CallRange,
  type ItemPage,
} from "@offhook/core/client";

export interface PageRequest<Item> {
  /** Completes "API of twilio, …". */
  readonly what: string;
  /** The name of the list in the answer. */
  readonly member: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
  /** Twilio's address of the page: taken as it is, because it carries the query and the token of the page. */
  readonly cursor: string | undefined;
  readonly read: (json: unknown) => Item | undefined;
  readonly context: ApiContext | undefined;
}

/** As many as Twilio gives at a time. https://www.twilio.com/docs/usage/twilios-response#pagination */
const PageSize = 1000;

/** One page of a list of Twilio's. */
export async function readPage<Item>(api: ApiClient, request: PageRequest<Item>): Promise<ItemPage<Item>> {
  const { what, member, path, query, cursor, read, context } = request;
  const json = await api.request(
    cursor === undefined ? { what, path, query: { ...query, PageSize } } : { what, path: cursor },
    context,
  );
  if (!isRecord(json)) throw malformed("twilio", what, "expected a page");
  return {
    ...readItems("twilio", what, json[member], read),
    nextCursor: nextPageOf(json["next_page_uri"], cursor, what),
    total: null,
  };
}

/** An address of another host is refused when it is asked for; to take it for the end would lose what follows. */
function nextPageOf(next: unknown, cursor: string | undefined, what: string): string | null {
  if (next === null || next === undefined || next === "") return null;
  const isAddress = typeof next === "string" && (next.startsWith("/") || URL.canParse(next));
  // A page that leads to itself would be read for ever.
  if (isAddress && next !== cursor) return next;
  throw malformed("twilio", what, "expected the address of another page");
}

const dayMs = 24 * 60 * 60_000;

/**
 * The days that a range touches, in UTC. The operator is part of the parameter's name: `StartTime>=2026-11-01`. Twilio
 * documents "on or after" and "before" a day. The day after the last one is named as the end, so that all of the last day
 * is there also where "before" is taken to mean "until the end of".
 * https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources
 *
 * @throws ConfigurationError `option_invalid` for what is no range.
 */
export function dayRange(name: "StartTime" | "DateCreated", range: CallRange): Readonly<Record<string, string>> {
  const { from, to } = readCallRange("createTwilioClient", range);
  return { [`${name}>`]: dayOf(Date.parse(from)), [`${name}<`]: dayOf(Date.parse(to) - 1 + dayMs) };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, "YYYY-MM-DD".length);
