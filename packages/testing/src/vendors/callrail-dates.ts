import type { Span } from "./sorted-calls.ts";
import { zoneClock } from "./zone-clock.ts";

const dayMs = 24 * 60 * 60_000;

/** How far back CallRail keeps calls. https://apidocs.callrail.com/#filtering-data-by-date */
const historyMonths = 25;
/** What is listed where nobody says which days. */
const recentDays = 7;

/** The dates of a request: days or minutes, both inclusive, by the clock of `time_zone`. Undefined: CallRail refuses. */
export function datesOf(query: URLSearchParams, nowMs: number): Span | undefined {
  const { shownAt, utcOf } = zoneClock(query.get("time_zone") ?? "America/New_York");
  const today = Math.floor(shownAt(nowMs) / dayMs) * dayMs;
  const start = readDate(query.get("start_date")) ?? today - (recentDays - 1) * dayMs;
  const end = query.get("end_date");
  const endsInDay = end === null || !end.includes("T");
  const last = readDate(end) ?? today;
  const wall = new Date(nowMs);
  wall.setUTCMonth(wall.getUTCMonth() - historyMonths);
  const from = utcOf(start);
  if (Number.isNaN(start) || Number.isNaN(last) || from <= wall.getTime()) return undefined;
  // The minute itself and not what follows within it: the harder of two readings.
  return { from, to: utcOf(endsInDay ? last + dayMs : last + 1) };
}

/** `2026-11-20` or `2026-11-20T10:00`; undefined where there is none. */
const readDate = (text: string | null): number | undefined =>
  text === null ? undefined : Date.parse(text.includes("T") ? `${text}Z` : text);
