import { expect, test } from "vitest";
import { RecentIds } from "./recent-ids.ts";

test("an id is known while it is among the newest, and no longer than bounded memory lasts", () => {
  const ids = new RecentIds(3);
  expect(["a", "b", "a", "c", "b", "d"].map((id) => ids.isRepeated(id))).toEqual([
    false,
    false,
    true,
    false,
    true,
    false,
  ]);
  // Three others came since, and then three more.
  for (const id of ["e", "f", "g", "h", "i"]) expect(ids.isRepeated(id)).toBe(false);
  expect(ids.isRepeated("a")).toBe(false);
  expect(ids.isRepeated("i")).toBe(true);
});
