import { describe, expect, test } from "vitest";
import { accountInterval, clockText, middleOf, readClock } from "./account-interval.ts";
import { accountTime } from "./account-time.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const newYork = accountInterval("America/New_York", "a test");
const between = (from: string, to: string) => newYork(Date.parse(from), Date.parse(to));

describe("an account's clock in a range of true time", () => {
  test("is behind by the zone's offset, in summer and in winter", () => {
    expect(between("2026-11-20T15:00:00Z", "2026-11-21T15:00:00Z")).toEqual({
      start: "2026-11-20 10:00:00",
      end: "2026-11-21 10:00:00",
    });
    expect(between("2026-07-01T00:00:00Z", "2026-12-01T00:00:00Z")).toEqual({
      start: "2026-06-30 20:00:00",
      end: "2026-11-30 19:00:00",
    });
  });

  test("begins and ends at whole seconds around it", () => {
    expect(between("2026-11-20T15:00:00.999Z", "2026-11-20T15:00:01.001Z")).toEqual({
      start: "2026-11-20 10:00:00",
      end: "2026-11-20 10:00:02",
    });
  });

  test("is widened by the hour that is shown twice", () => {
    // 1:30 for the first time, and 1:30 for the second.
    expect(between("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z")).toEqual({
      start: "2026-10-31 23:30:00",
      end: "2026-11-01 03:30:00",
    });
  });

  test("names no time that the clock skips", () => {
    // An hour before, and an hour after, what is 2:30 in one of the two readings.
    expect(between("2026-03-08T08:30:00Z", "2026-03-08T08:30:00Z").start).toBe("2026-03-08 01:30:00");
    expect(between("2026-03-08T05:30:00Z", "2026-03-08T05:30:00Z").end).toBe("2026-03-08 03:30:00");
  });

  test.each(["America/New_York", "Europe/London", "Australia/Lord_Howe", "America/St_Johns", "America/Phoenix", "UTC"])(
    "has every call of the range in %s, whatever Convoso compares",
    (timeZone) => {
      const intervalOf = accountInterval(timeZone, "a test");
      const read = accountTime(timeZone);
      const clock = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
      // Days around the changes of 2026, and one without any.
      for (const day of [
        "2026-03-08",
        "2026-03-29",
        "2026-04-05",
        "2026-10-04",
        "2026-10-25",
        "2026-11-01",
        "2026-07-01",
      ]) {
        const middleMs = Date.parse(`${day}T00:00:00Z`);
        const times = Array.from({ length: 4 * 60 }, (_, index) => middleMs + (index - 120) * 15 * minuteMs);
        const calls = times.map((ms) => ({
          ms,
          date: clock.format(ms),
          readMs: Date.parse(read(clock.format(ms)) ?? ""),
        }));
        for (let from = 0; from < times.length - 8; from += 3) {
          const fromMs = times[from] ?? 0;
          const toMs = fromMs + 45 * minuteMs;
          const { start, end } = intervalOf(fromMs, toMs);
          const mine = calls.filter(({ readMs }) => readMs >= fromMs && readMs < toMs);
          // What the clock showed, as texts.
          expect(mine.filter(({ date }) => date < start || date > end)).toEqual([]);
          // What was true, the texts of the interval being read as either of the two.
          const starts = truthsOf(start, clock);
          const ends = truthsOf(end, clock);
          expect(starts.length * ends.length).toBeGreaterThan(0);
          expect(mine.filter(({ ms }) => starts.some((each) => ms < each) || ends.some((each) => ms > each))).toEqual(
            [],
          );
        }
      }
    },
  );

  test("needs a zone", () => {
    expect(() => accountInterval("Mars/Olympus", "createConvosoClient({ timeZone })")).toThrow(
      "createConvosoClient({ timeZone }): expected the IANA name",
    );
  });
});

/** The true times at which a clock shows a text: one, two, or none. */
function truthsOf(text: string, clock: Intl.DateTimeFormat): number[] {
  const shownMs = readClock(text) ?? Number.NaN;
  const truths: number[] = [];
  for (let ms = shownMs - 14 * hourMs; ms <= shownMs + 14 * hourMs; ms += 15 * minuteMs) {
    if (clock.format(ms) === text) truths.push(ms);
  }
  return truths;
}

describe("a time of the clock", () => {
  test("is written and read back", () => {
    expect(clockText(Date.UTC(2026, 10, 20, 10, 5, 9, 999))).toBe("2026-11-20 10:05:09");
    expect(readClock("2026-11-20 10:05:09")).toBe(Date.UTC(2026, 10, 20, 10, 5, 9));
  });

  test.each([
    "",
    "2026-11-20",
    "2026-11-20T10:00:00",
    "2026-02-31 10:00:00",
    "2026-11-20 24:00:00",
    "2026-11-20 10:00:00 ",
  ])("%j is none", (text) => {
    expect(readClock(text)).toBeNull();
  });

  test("between two others is a whole second that is neither of them", () => {
    expect(middleOf({ start: "2026-11-20 10:00:00", end: "2026-11-20 10:00:05" })).toBe("2026-11-20 10:00:02");
    expect(middleOf({ start: "2026-11-20 10:00:00", end: "2026-11-20 10:00:02" })).toBe("2026-11-20 10:00:01");
    expect(middleOf({ start: "2026-11-20 10:00:00", end: "2026-11-20 10:00:01" })).toBeNull();
  });
});
