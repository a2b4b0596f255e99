import { expect, test } from "vitest";
import { readCallRange } from "./call-range.ts";

test.each([
  ["2026-11-20T10:00:00Z", "2026-11-20T09:00:00Z"],
  ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"],
  ["yesterday", "2026-11-20T10:00:00Z"],
  ["2026-02-31", "2026-11-20"],
  ["2026-11-20T10:00:00", "2026-11-20T11:00:00Z"],
])("A02: %s to %s is no range", (from, to) => {
  expect(() => readCallRange("createToyClient", { from, to })).toThrow(
    expect.objectContaining({ code: "option_invalid", message: expect.stringContaining("createToyClient") }),
  );
});

test("A02: a range without an end ends now", () => {
  const now = () => Date.UTC(2026, 10, 20, 12);
  expect(readCallRange("createToyClient", { from: "2026-11-20" }, now)).toEqual({
    from: "2026-11-20T00:00:00.000Z",
    to: "2026-11-20T12:00:00.000Z",
  });
});
