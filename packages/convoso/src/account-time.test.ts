import { describe, expect, test } from "vitest";
import { accountTime } from "./account-time.ts";

const newYork = accountTime("America/New_York");

describe("the formats of an Adaptor", () => {
  test.each([
    ["Y-m-d H:i:s", "2026-11-20 10:00:00", "2026-11-20T15:00:00.000Z"],
    ["m/d/Y H:i:s", "11/20/2026 10:00:00", "2026-11-20T15:00:00.000Z"],
    ["m/d/y g:i a", "11/20/26 2:05 pm", "2026-11-20T19:05:00.000Z"],
    ["m/d/y g:i a at midnight", "11/20/26 12:00 am", "2026-11-20T05:00:00.000Z"],
    ["m/d/y g:i a at noon", "11/20/26 12:30 PM", "2026-11-20T17:30:00.000Z"],
    ["D M j G:i:s T Y", "Fri Nov 20 10:00:00 EST 2026", "2026-11-20T15:00:00.000Z"],
    ["D M j G:i:s T Y in summer", "Sat Jul 4 9:00:00 EDT 2026", "2026-07-04T13:00:00.000Z"],
    ["Y-m-d\\TH:i:s", "2026-11-20T10:00:00", "2026-11-20T15:00:00.000Z"],
    ["Ymd\\THis\\Z", "20261120T100000Z", "2026-11-20T10:00:00.000Z"],
    ["Ymd\\THis", "20261120T100000", "2026-11-20T15:00:00.000Z"],
    ["unix seconds", "1795168800", "2026-11-20T10:00:00.000Z"],
    ["unix seconds with a fraction", "1795168800.5", "2026-11-20T10:00:00.500Z"],
    ["unix milliseconds", "1795168800123", "2026-11-20T10:00:00.123Z"],
    ["without seconds", "2026-11-20 10:00", "2026-11-20T15:00:00.000Z"],
    ["with milliseconds", "2026-11-20 10:00:00.123456", "2026-11-20T15:00:00.123Z"],
  ])("%s: %s", (_format, text, expected) => {
    expect(newYork(text)).toBe(expected);
  });

  test.each(["2026-11-20", "11/20/2026", "11.20.26", "20261120"])("a date alone is no time: %s", (text) => {
    expect(newYork(text)).toBeNull();
  });

  test.each([
    "",
    "now",
    "0000-00-00 00:00:00",
    "2026-02-30 10:00:00",
    "2026-13-01 10:00:00",
    "2026-11-20 24:00:00",
    "2026-11-20 10:60:00",
    "2026-11-20 10:00:61",
    "20/11/2026 10:00:00",
    "11/20/26 13:05 pm",
    "11/20/26 0:05 am",
    "Fri Foo 20 10:00:00 EST 2026",
    "-1",
    "1e9",
    "12345",
    "2026-11-20 10:00:00 ".padEnd(200, "x"),
  ])("what is no time gives null: %j", (text) => {
    expect(newYork(text)).toBeNull();
  });

  test("no text gives null", () => {
    expect(newYork(null)).toBeNull();
  });
});

describe("an explicit zone", () => {
  test.each([
    ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000Z"],
    ["2026-11-20T10:00:00.5z", "2026-11-20T10:00:00.500Z"],
    ["2026-11-20T10:00:00+01:00", "2026-11-20T09:00:00.000Z"],
    ["2026-11-20 10:00:00 -0800", "2026-11-20T18:00:00.000Z"],
    ["2026-11-20 10:00:00+05", "2026-11-20T05:00:00.000Z"],
    ["2026-11-20 10:00:00 PST", "2026-11-20T18:00:00.000Z"],
    ["2026-11-20 10:00:00 UTC", "2026-11-20T10:00:00.000Z"],
    ["Fri, 20 Nov 2026 10:00:00 +0000", "2026-11-20T10:00:00.000Z"],
    ["Fri Nov 20 10:00:00 -03 2026", "2026-11-20T13:00:00.000Z"],
  ])("beats the account's: %s", (text, expected) => {
    expect(newYork(text)).toBe(expected);
  });

  test("that is an unknown abbreviation is the account's own", () => {
    expect(accountTime("Europe/Berlin")("Fri Nov 20 10:00:00 CET 2026")).toBe("2026-11-20T09:00:00.000Z");
  });
});

describe("the change to summer time and back", () => {
  test.each([
    ["before it", "2026-03-08 01:59:59", "2026-03-08T06:59:59.000Z"],
    ["after it", "2026-03-08 03:00:00", "2026-03-08T07:00:00.000Z"],
    [
      "an hour that the clock skips is read as if it had not been put forward",
      "2026-03-08 02:30:00",
      "2026-03-08T07:30:00.000Z",
    ],
    ["the day before", "2026-03-07 12:00:00", "2026-03-07T17:00:00.000Z"],
    ["the day after", "2026-03-09 12:00:00", "2026-03-09T16:00:00.000Z"],
    ["before the change back", "2026-11-01 00:59:59", "2026-11-01T04:59:59.000Z"],
    ["an hour that the clock shows twice is the first of the two", "2026-11-01 01:30:00", "2026-11-01T05:30:00.000Z"],
    ["after the change back", "2026-11-01 02:00:00", "2026-11-01T07:00:00.000Z"],
    ["the day after the change back", "2026-11-02 12:00:00", "2026-11-02T17:00:00.000Z"],
  ])("%s: %s", (_when, text, expected) => {
    expect(newYork(text)).toBe(expected);
    // Remembered now.
    expect(newYork(text)).toBe(expected);
  });

  test("an explicit zone tells the two hours apart", () => {
    expect(newYork("2026-11-01 01:30:00 EDT")).toBe("2026-11-01T05:30:00.000Z");
    expect(newYork("2026-11-01 01:30:00 EST")).toBe("2026-11-01T06:30:00.000Z");
  });

  test.each([
    ["Australia/Lord_Howe", "2026-04-05 01:15:00", "2026-04-04T14:15:00.000Z"],
    ["Australia/Lord_Howe", "2026-04-05 02:00:00", "2026-04-04T15:30:00.000Z"],
    ["Australia/Lord_Howe", "2026-10-04 02:35:00", "2026-10-03T15:35:00.000Z"],
    ["Asia/Kathmandu", "2026-11-20 10:00:00", "2026-11-20T04:15:00.000Z"],
    ["Pacific/Auckland", "2026-11-20 10:00:00", "2026-11-19T21:00:00.000Z"],
    ["UTC", "2026-11-20 10:00:00", "2026-11-20T10:00:00.000Z"],
  ])("%s: %s", (zone, text, expected) => {
    expect(accountTime(zone)(text)).toBe(expected);
  });

  test.each(["America/New_York", "Europe/London", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"])(
    "%s: every half hour of two years agrees with Intl",
    (timeZone) => {
      const read = accountTime(timeZone);
      const clock = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
      const seen = new Set<string>();
      const wrong: string[] = [];
      for (let ms = Date.UTC(2026, 0, 1, 0, 10); ms < Date.UTC(2028, 0, 1); ms += 1_800_000) {
        const local = clock.format(ms);
        // The second of two equal times cannot be told from the first.
        if (!seen.has(local) && read(local) !== new Date(ms).toISOString()) wrong.push(local);
        seen.add(local);
      }
      expect(wrong).toEqual([]);
    },
  );
});

test("Intl is asked once for a quarter of an hour", () => {
  const original = Intl.DateTimeFormat.prototype.formatToParts;
  let asked = 0;
  Intl.DateTimeFormat.prototype.formatToParts = function formatToParts(this: Intl.DateTimeFormat, date) {
    asked += 1;
    return original.call(this, date);
  };
  try {
    const read = accountTime("America/New_York");
    for (let second = 0; second < 900; second += 1) {
      read(`2026-11-20 10:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}`);
    }
    expect(asked).toBe(2);
  } finally {
    Intl.DateTimeFormat.prototype.formatToParts = original;
  }
});

test.each(["", "Mars/Olympus", "EST5EDT4", undefined, null, 5])("the time zone %j is refused", (timeZone) => {
  // As JavaScript could write it.
  expect(() => accountTime(timeZone as string)).toThrow(expect.objectContaining({ code: "option_invalid" }));
});
