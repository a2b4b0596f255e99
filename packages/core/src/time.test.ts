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
