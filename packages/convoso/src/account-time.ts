import { ConfigurationError, isoFromMs, isoFromText } from "@offhook/core";

/** Reads the times of one account: ISO-8601 UTC with milliseconds, or null for what is not a time. */
export type ReadTime = (text: string | null) => string | null;

const zone = String.raw`(Z|[A-Z]{2,5}|(?:GMT|UTC)?[+-]\d{2}(?::?\d{2})?)`;
const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([ap]m))?`;
const yearFirst = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]\s*${clock})?(?:\s*${zone})?$`, "i");
const monthFirst = new RegExp(
  String.raw`^(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})(?:[T\s]\s*${clock})?(?:\s*${zone})?$`,
  "i",
);
const compact = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/i;
const weekdayFirst = new RegExp(
  String.raw`^[A-Z]{3},?\s+([A-Z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+${zone}\s+(\d{4})$`,
  "i",
);
const unix = /^\d{9,10}(?:\.\d{1,9})?$|^\d{12,13}$/;

/** Hours that North American abbreviations are ahead of UTC; others are read in the account's zone. */
const abbreviations: ReadonlyMap<string, number> = new Map([
  ["Z", 0],
  ["UTC", 0],
  ["GMT", 0],
  ["EDT", -4],
  ["EST", -5],
  ["CDT", -5],
  ["CST", -6],
  ["MDT", -6],
  ["MST", -7],
  ["PDT", -7],
  ["PST", -8],
  ["AKDT", -8],
  ["AKST", -9],
  ["HST", -10],
]);
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/**
 * Reads every date format that an Adaptor offers. What names no zone is in the account's own; what names one is not.
 * A date alone is no time: midnight would be made up, and would beat the true start of another push.
 * https://help.convoso.com/hc/en-us/articles/25225861752091
 *
 * @param timeZone an IANA name such as `America/New_York`.
 * @throws ConfigurationError `option_invalid` for a name that is none.
 */
export function accountTime(timeZone: string): ReadTime {
  const toUtcMs = localTime(timeZone);
  return (text) => {
    if (text === null || text.length > 64) return null;
    if (unix.test(text)) {
      const number = Number(text);
      return isoFromMs(number < 1e11 ? Math.round(number * 1000) : number);
    }
    const wall = readWallClock(text);
    if (wall === undefined) return isoFromText(text);
    if (wall === null) return null;
    const offsetMs = offsetOf(wall.zone);
    return isoFromMs(offsetMs === undefined ? toUtcMs(wall.ms) : wall.ms - offsetMs);
  };
}

interface WallClock {
  /** Milliseconds since 1970, as if the clock showed UTC. */
  readonly ms: number;
  readonly zone: string | undefined;
}

/** Undefined for another writing; null for one of ours that names no real time. */
function readWallClock(text: string): WallClock | null | undefined {
  let match = yearFirst.exec(text);
  if (match !== null) {
    const [, year, month, day, hour, minute, second, fraction, half, named] = match;
    return wallClock([year, month, day], [hour, minute, second, fraction, half, named]);
  }
  match = monthFirst.exec(text);
  if (match !== null) {
    const [, month, day, year = "", hour, minute, second, fraction, half, named] = match;
    const fullYear = year.length === 2 ? `20${year}` : year;
    return wallClock([fullYear, month, day], [hour, minute, second, fraction, half, named]);
  }
  match = compact.exec(text);
  if (match !== null) {
    const [, year, month, day, hour, minute, second, utc] = match;
    return wallClock([year, month, day], [hour, minute, second, undefined, undefined, utc]);
  }
  match = weekdayFirst.exec(text);
  if (match !== null) {
    const [, month = "", day, hour, minute, second, named, year] = match;
    const number = String(months.indexOf(month.toUpperCase()) + 1);
    return wallClock([year, number, day], [hour, minute, second, undefined, undefined, named]);
  }
  return undefined;
}

type Text = string | undefined;

function wallClock(
  [yearText, monthText, dayText]: readonly Text[],
  [hourText, minuteText, secondText = "0", fraction, half, named]: readonly Text[],
): WallClock | null {
  if (hourText === undefined) return null;
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  const hour = hourOf(Number(hourText), half);
  const minute = Number(minuteText);
  const second = Number(secondText);
  // Date.UTC takes the years before 100 for those of the twentieth century.
  const inRange = year >= 100 && month >= 1 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59;
  if (!inRange) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  // It also turns the 31st of February into a day of March.
  if (new Date(ms).getUTCDate() !== day) return null;
  return { ms: fraction === undefined ? ms : ms + Number(fraction.slice(0, 3).padEnd(3, "0")), zone: named };
}

function hourOf(hour: number, half: Text): number {
  if (half === undefined) return hour;
  // No hour at all is refused by the check of the whole.
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
}

function offsetOf(named: Text): number | undefined {
  if (named === undefined) return undefined;
  const hours = abbreviations.get(named.toUpperCase());
  if (hours !== undefined) return hours * 3_600_000;
  const digits = /([+-])(\d{2}):?(\d{2})?$/.exec(named);
  if (digits === null) return undefined;
  const [, sign, hour, minute = "0"] = digits;
  return (Number(hour) * 60 + Number(minute)) * 60_000 * (sign === "-" ? -1 : 1);
}

// Zones change their offset at quarters of an hour at the finest.
const quarterMs = 15 * 60_000;
const dayMs = 24 * 60 * 60_000;
/** Ten weeks of calls round the clock. */
const maxRemembered = 7000;

/** Turns the local time of a zone into UTC. Asks Intl, which is slow, once for each quarter of an hour. */
function localTime(timeZone: string): (localMs: number) => number {
  const offsetAt = zoneOffset(timeZone, "convoso({ timeZone })");
  const remembered = new Map<number, number>();
  return (localMs) => {
    const quarter = Math.floor(localMs / quarterMs);
    let offsetMs = remembered.get(quarter);
    if (offsetMs === undefined) {
      offsetMs = localOffset(quarter * quarterMs, offsetAt);
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(quarter, offsetMs);
    }
    return localMs - offsetMs;
  };
}

/**
 * A local time that the clock shows twice is the first of the two; one that it skips is read as if it had not been
 * put forward. Temporal calls that "compatible".
 */
function localOffset(localMs: number, offsetAt: (utcMs: number) => number): number {
  const before = offsetAt(localMs - dayMs);
  const after = offsetAt(localMs + dayMs);
  if (before === after) return before;
  if (offsetAt(localMs - before) === before) return before;
  return offsetAt(localMs - after) === after ? after : before;
}

/**
 * By how much a zone's clock is ahead of UTC at a time, both in milliseconds.
 * @param option what the zone was given as, for the error.
 * @throws ConfigurationError `option_invalid`
 */
export function zoneOffset(timeZone: string, option: string): (utcMs: number) => number {
  const format = zoneFormat(timeZone, option);
  return (utcMs) => {
    const named = format.formatToParts(utcMs).find(({ type }) => type === "timeZoneName")?.value;
    return offsetOf(named) ?? 0;
  };
}

function zoneFormat(timeZone: unknown, option: string): Intl.DateTimeFormat {
  try {
    // Without a name, Intl would take the zone of this machine.
    if (typeof timeZone === "string") {
      return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    }
  } catch {
    // Told below, as for every other value that is no zone.
  }
  throw new ConfigurationError(
    "option_invalid",
    `${option}: expected the IANA name of the account's time zone, such as America/New_York, got something else`,
  );
}
