import { expect, test } from "vitest";
import { isBehind, readRange } from "./range-header.ts";

test.each(["bytes=0-0", "bytes=5-", "bytes=-5", "bytes=4-11", "bytes=-0"])("%s is one part", (header) => {
  expect(readRange(header)).toBe(header);
});

test("units are read in any case", () => {
  expect(readRange("Bytes=0-1")).toBe("bytes=0-1");
});

test.each([
  undefined,
  "",
  "bytes",
  "bytes=",
  "bytes=-",
  "bytes=a",
  "bytes=5-2",
  "bytes=0-1,3-4",
  "bytes=0 - 1",
  "seconds=0-1",
  "bytes=1234567890123456-",
])("%j is the whole", (header) => {
  expect(readRange(header)).toBe(undefined);
});

test.each([
  ["bytes=0-", 10, false],
  ["bytes=9-20", 10, false],
  ["bytes=10-", 10, true],
  ["bytes=-20", 10, false],
  ["bytes=-0", 10, true],
  ["bytes=0-", 0, true],
  ["bytes=-1", 0, true],
])("that %s is behind the end of %i bytes is %s", (range, bytes, expected) => {
  expect(isBehind(range, bytes)).toBe(expected);
});
