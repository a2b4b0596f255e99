import { expect, test } from "vitest";
import { addSeconds, isoFromMs, isoFromSeconds, isoFromText } from "./time.ts";

test("times are ISO-8601 in UTC with milliseconds", () => {
  expect(isoFromSeconds(1_790_000_000)).toBe("2026-09-21T14:13:20.000Z");
  expect(isoFromMs(1_790_000_000_123)).toBe("2026-09-21T14:13:20.123Z");
  expect(isoFromText("2026-11-19T12:04:05.123-05:00")).toBe("2026-11-19T17:04:05.123Z");
  expect(isoFromText("Thu, 19 Nov 2026 17:04:05 +0000")).toBe("2026-11-19T17:04:05.000Z");
  expect(addSeconds("2026-11-19T17:04:05.000Z", 1.5)).toBe("2026-11-19T17:04:06.500Z");
});

test("what is not a time is null, and so is text without a zone", () => {
  for (const text of [
    "",
    "yesterday",
    "2026-11-20 10:00:00",
    "2026-11-20",
    null,
    undefined,
    "Z",
    `${"9".repeat(99)}Z`,
  ]) {
    expect(isoFromText(text)).toBeNull();
  }
  for (const number of [Number.NaN, Infinity, -1, 1e20, null, undefined]) expect(isoFromMs(number)).toBeNull();
  expect(addSeconds(null, 1)).toBeNull();
  expect(addSeconds("2026-11-19T17:04:05.000Z", null)).toBeNull();
});

test("times are written as the engine writes them, over changes of day, month and year", () => {
  const starts = [
    "2026-11-20T23:59:59.998Z",
    "2024-02-28T23:59:59.999Z",
    "1970-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.000Z",
  ];
  for (const start of starts) {
    for (let ms = Date.parse(start), count = 0; count < 500; ms += 997 * count, count += 1) {
      expect(isoFromMs(ms)).toBe(ms <= Date.UTC(9999, 11, 31) ? new Date(ms).toISOString() : null);
    }
  }
});

test("text that looks canonical and is no date is read as the engine reads it", () => {
  for (const text of [
    "2026-02-30T10:00:00.000Z",
    "2026-02-31T10:00:00.000Z",
    "2026-11-20T24:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-11-20T10:61:00.000Z",
  ]) {
    const ms = Date.parse(text);
    expect(isoFromText(text)).toBe(Number.isNaN(ms) ? null : new Date(ms).toISOString());
  }
});
