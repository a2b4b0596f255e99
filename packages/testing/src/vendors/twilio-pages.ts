import { pageSizeOf, type Members } from "./request-body.ts";
import type { PageQuery, Span } from "./sorted-calls.ts";

/** Lists of Twilio's: newest first, by whole days, a page leading to the next. */

/** @param name `StartTime` or `DateCreated`. @param most fewer than Twilio's thousand. */
export function pageQuery(query: URLSearchParams, name: string, most: number | undefined): PageQuery {
  const token = query.get("PageToken");
  return {
    ...daysOf(query, name),
    size: sizeOf(query, most),
    isDescending: true,
    cursor: token === null ? undefined : readToken(token),
  };
}

/** What stands around a page. https://www.twilio.com/docs/usage/twilios-response#pagination */
export function placeOf(url: URL, cursor: string | null, most: number | undefined): Members {
  const page = Number(url.searchParams.get("Page") ?? "0");
  const size = sizeOf(url.searchParams, most);
  const linkTo = (other: number, token?: string): string => {
    const link = new URL(url);
    link.searchParams.set("PageSize", String(size));
    link.searchParams.set("Page", String(other));
    link.searchParams.delete("PageToken");
    if (token !== undefined) link.searchParams.set("PageToken", token);
    return link.pathname + link.search;
  };
  return {
    uri: url.pathname + url.search,
    page,
    page_size: size,
    start: page * size,
    first_page_uri: linkTo(0),
    previous_page_uri: page === 0 ? null : linkTo(page - 1),
    next_page_uri: cursor === null ? null : linkTo(page + 1, tokenOf(cursor)),
  };
}

const sizeOf = (query: URLSearchParams, most: number | undefined): number =>
  pageSizeOf(query.get("PageSize"), 50, 1000, most);

const dayMs = 24 * 60 * 60_000;
const startOfDay = (text: string): number => Math.floor(Date.parse(text) / dayMs) * dayMs;

/** In UTC: on or after the one day, before the other. The operator is part of the parameter's name. */
function daysOf(query: URLSearchParams, name: string): Span {
  const from = query.get(`${name}>`);
  const to = query.get(`${name}<`);
  return { from: from === null ? -Infinity : startOfDay(from), to: to === null ? Infinity : startOfDay(to) };
}

const tokenOf = (cursor: string): string => `PA${btoa(cursor)}`;

/** What is no token of ours makes no cursor. */
function readToken(token: string): string {
  try {
    return atob(token.slice(2));
  } catch {
    return "";
  }
}
