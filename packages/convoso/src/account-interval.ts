import { zoneOffset } from "./account-time.ts";

/** What a request names: times of the account's clock, `2026-11-20 10:00:00`, both inclusive. */
export interface AccountInterval {
  readonly start: string;
  readonly end: string;
}

const dayMs = 24 * 60 * 60_000;
const secondMs = 1000;

/**
 * The reverse of `accountTime`: what an account's clock shows in a range of true time, both in milliseconds since 1970.
 *
 * Around a change of the clock it names more than the range. A time that is shown twice does not say which of the two it
 * is, and whether Convoso compares what clocks showed or what was true is written nowhere; so the interval has every
 * call of either reading, and what is outside of the range is for the caller to leave out.
 *
 * @param option what the zone was given as, for the error.
 * @throws ConfigurationError `option_invalid` for a zone that is none.
 */
export function accountInterval(timeZone: string, option: string): (fromMs: number, toMs: number) => AccountInterval {
  const offsetAt = zoneOffset(timeZone, option);
  const clockAt = (utcMs: number, side: -1 | 1): number => {
    const offsets = [utcMs - dayMs, utcMs, utcMs + dayMs].map(offsetAt);
    const lowest = Math.min(...offsets);
    const highest = Math.max(...offsets);
    // Nothing on all days but those next to a change.
    const changeMs = side * (highest - lowest);
    const shownMs = utcMs + (side < 0 ? lowest : highest) + changeMs;
    // The hour that a clock skips is no time to ask for.
    const isShown = offsets.some((offset) => offsetAt(shownMs - offset) === offset);
    return isShown ? shownMs : shownMs + changeMs;
  };
  return (fromMs, toMs) => ({
    start: clockText(Math.floor(clockAt(fromMs, -1) / secondMs) * secondMs),
    end: clockText(Math.ceil(clockAt(toMs, 1) / secondMs) * secondMs),
  });
}

/** @param clockMs milliseconds since 1970, as if the clock showed UTC. */
export function clockText(clockMs: number): string {
  return new Date(clockMs).toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS".length).replace("T", " ");
}

/** The reverse of `clockText`; null for what it would not write. */
export function readClock(text: string): number | null {
  const ms = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text) ? Date.parse(`${text.replace(" ", "T")}Z`) : Number.NaN;
  return Number.isNaN(ms) || clockText(ms) !== text ? null : ms;
}

/** The second in the middle; null where there is none between the two. */
export function middleOf({ start, end }: AccountInterval): string | null {
  const startMs = readClock(start);
  const endMs = readClock(end);
  if (startMs === null || endMs === null || endMs - startMs < 2 * secondMs) return null;
  return clockText(startMs + Math.floor((endMs - startMs) / 2 / secondMs) * secondMs);
}
