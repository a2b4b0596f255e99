/** A clock of a time zone. What it shows is told as milliseconds since 1970, as if it showed UTC. */
export interface ZoneClock {
  readonly shownAt: (utcMs: number) => number;
  /** A time that is shown twice is one of the two. */
  readonly utcOf: (shownMs: number) => number;
}

// Zones change their offset at quarters of an hour at the finest.
const quarterMs = 15 * 60_000;

/** @throws RangeError for a zone that is none. */
export function zoneClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  // Intl is slow, and calls are many.
  const offsets = new Map<number, number>();
  const offsetAt = (utcMs: number): number => {
    const quarter = Math.floor(utcMs / quarterMs);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      const shown = format.format(quarter * quarterMs);
      offset = Date.parse(`${shown.replace(" ", "T")}Z`) - quarter * quarterMs;
      offsets.set(quarter, offset);
    }
    return offset;
  };
  return {
    shownAt: (utcMs) => utcMs + offsetAt(utcMs),
    utcOf: (shownMs) => shownMs - offsetAt(shownMs - offsetAt(shownMs)),
  };
}
