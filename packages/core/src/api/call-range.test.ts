import { expect, test } from "vitest";
import { readCallRange } from "./call-range.ts";

test.each([
  ["2026-11-20T10:00:00Z", "2026-11-20T09:00:00Z"],
  ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"],
  ["yesterday", "2026-11-20T10:00:00Z"],
  ["2026-11-20T10:00:00", "2026-11-20T11:00:00Z"],
])("A02: %s to %s is no range", (from, to) => {
  expect(() => readCallRange("createToyClient", { from, to })).toThrow(
    expect.objectContaining({ code: "option_invalid", message: expect.stringContaining("createToyClient") }),
  );
});
