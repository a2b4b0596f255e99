import { expect, test } from "vitest";
import { partOf } from "./byte-range.ts";

test.each([
  ["bytes=0-0", { start: 0, end: 1 }],
  ["bytes=2-5", { start: 2, end: 6 }],
  ["bytes=7-", { start: 7, end: 10 }],
  ["bytes=7-99", { start: 7, end: 10 }],
  ["bytes=-3", { start: 7, end: 10 }],
  ["bytes=-99", { start: 0, end: 10 }],
])("%s of ten bytes is a part", (range, part) => {
  expect(partOf(range, 10)).toEqual(part);
});

test.each([
  "bytes=10-",
  "bytes=10-12",
  "bytes=5-4",
  "bytes=-0",
  "bytes=-",
  "bytes=0-1,4-5",
  "bytes=a-b",
  "bytes=1e3-",
  "bytes= 1-2",
  "items=0-1",
  "0-1",
  "",
])("%j of ten bytes is the whole", (range) => {
  expect(partOf(range, 10)).toBe(undefined);
});

test("of nothing there is no part", () => {
  expect([partOf("bytes=0-", 0), partOf("bytes=-1", 0)]).toEqual([undefined, undefined]);
});
