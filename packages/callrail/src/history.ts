/** How far back CallRail keeps calls. Months. https://apidocs.callrail.com/#filtering-data-by-date */
export const historyMonths = 25;

const dayMs = 24 * 60 * 60_000;

/**
 * A day inside of what CallRail keeps. A range that touches anything older is an error as a whole, and where exactly it
 * ends, in whose zone and by whose clock, is not documented.
 *
 * @param from ISO-8601 in UTC, as is the result.
 * @param nowMs milliseconds since 1970.
 */
export function insideHistory(from: string, nowMs: number): string {
  const wall = new Date(nowMs);
  wall.setUTCMonth(wall.getUTCMonth() - historyMonths);
  return new Date(Math.max(Date.parse(from), wall.getTime() + dayMs)).toISOString();
}
