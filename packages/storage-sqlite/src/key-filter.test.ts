import { describe, expect, test } from "vitest";
import { createFilter, FilterBank, filterCapacity } from "./key-filter.ts";

const keysOf = (filter: number, count = 200) =>
  Array.from({ length: count }, (_, index) => `call:twilio:7:default:CA${filter}-${index}`);

function bankOf(filters: number): FilterBank {
  const bank = new FilterBank();
  for (let filter = 0; filter < filters; filter += 1) bank.push(createFilter(keysOf(filter)));
  return bank;
}

describe("a bank of filters", () => {
  test("never misses a key, in any of its filters", () => {
    const bank = bankOf(70);
    for (let filter = 0; filter < 70; filter += 1) {
      for (const key of keysOf(filter)) expect(bank.candidates(key)).toContain(filter);
    }
  });

  test("is rarely wrong about a key that is not there, even when its filters are full", () => {
    const bank = new FilterBank();
    for (const filter of [0, 1, 2]) bank.push(createFilter(keysOf(filter, filterCapacity)));
    const wrong = keysOf(9, 10_000).reduce((sum, key) => sum + bank.candidates(key).length, 0);
    expect(wrong / 30_000).toBeLessThan(0.003);
  });

  test("names the last filter first", () => {
    const bank = new FilterBank();
    for (let filter = 0; filter < 40; filter += 1) bank.push(createFilter(["same"]));
    expect(bank.candidates("same")).toEqual(Array.from({ length: 40 }, (_, index) => 39 - index));
  });

  test.each([0, 1, 31, 32, 33, 64])("forgets all but the first %i", (length) => {
    const bank = bankOf(66);
    bank.truncate(length);
    expect(bank.length).toBe(length);
    for (const filter of [0, 30, 31, 32, 63, 65]) {
      const [key = ""] = keysOf(filter);
      if (filter < length) expect(bank.candidates(key)).toContain(filter);
      else expect(bank.candidates(key).every((candidate) => candidate < length)).toBe(true);
    }
    bank.push(createFilter(["added later"]));
    expect(bank.candidates("added later")).toContain(length);
    expect(bank.candidates(keysOf(65)[0] ?? "")).not.toContain(length);
  });
});
