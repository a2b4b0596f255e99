import { expect, test } from "vitest";
import { newId } from "./new-id.ts";

test("ids sort by time and do not repeat", () => {
  const times = [0, 1, 31, 32, 1_000, 1_790_000_000_000, 1_790_000_000_001, Date.UTC(9999, 0)];
  const ids = times.map((time) => newId("dlv", time));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(Array.from({ length: 5_000 }, () => newId("dlv", 0))).size).toBe(5_000);
  const together = Array.from({ length: 5_000 }, () => newId("dlv", 1));
  expect(together.toSorted()).toEqual(together);
  expect(ids[0]).toMatch(/^dlv_[0-9a-z]{26}$/);
});
