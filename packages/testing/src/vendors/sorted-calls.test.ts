import { expect, test } from "vitest";
import { sampleContext } from "../sample.ts";
import { SortedCalls, type PageQuery } from "./sorted-calls.ts";

const context = sampleContext();
const everything = { from: -Infinity, to: Infinity };

function callsAt(...times: readonly number[]): SortedCalls {
  const calls = new SortedCalls();
  for (const [index, at] of times.entries()) calls.add({ id: `c${index}`, at, context });
  return calls;
}

function walk(calls: SortedCalls, query: PageQuery, between: (ids: readonly string[]) => void = () => {}): string[] {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = calls.page({ ...query, cursor });
    if (page === undefined) throw new Error("expected a page");
    ids.push(...page.calls.map(({ id }) => id));
    cursor = page.cursor ?? undefined;
    between(ids);
  } while (cursor !== undefined);
  return ids;
}

test("pages have every call once, in both directions", () => {
  const calls = callsAt(5, 1, 3, 3, 2);
  expect(walk(calls, { ...everything, size: 2 })).toEqual(["c1", "c4", "c2", "c3", "c0"]);
  expect(walk(calls, { ...everything, size: 2, isDescending: true })).toEqual(["c0", "c3", "c2", "c4", "c1"]);
  expect(walk(calls, { from: 2, to: 5, size: 9 })).toEqual(["c4", "c2", "c3"]);
  expect(calls.page({ from: 4, to: 5, size: 1 })).toEqual({ calls: [], cursor: null });
});

test("calls that come and go between two pages move no others", () => {
  for (const isDescending of [false, true]) {
    const calls = callsAt(1, 2, 3, 4, 5, 6);
    const ids = walk(calls, { ...everything, size: 2, isDescending }, (seen) => {
      if (seen.length !== 2) return;
      calls.remove(seen[0] ?? "");
      calls.remove(seen[1] ?? "");
      calls.add({ id: "new", at: isDescending ? 7 : 0, context });
    });
    expect(ids).toEqual(isDescending ? ["c5", "c4", "c3", "c2", "c1", "c0"] : ["c0", "c1", "c2", "c3", "c4", "c5"]);
  }
});

test("a slice is a part of the range by its number", () => {
  const calls = callsAt(1, 2, 3, 4, 5);
  const slice = (offset: number, isDescending: boolean): string[] =>
    calls.slice({ from: 2, to: 6 }, { offset, size: 3, isDescending }).map(({ id }) => id);
  expect(calls.count({ from: 2, to: 6 })).toBe(4);
  expect(slice(0, false)).toEqual(["c1", "c2", "c3"]);
  expect(slice(3, false)).toEqual(["c4"]);
  expect(slice(0, true)).toEqual(["c4", "c3", "c2"]);
  expect(slice(3, true)).toEqual(["c1"]);
  expect(slice(4, true)).toEqual([]);
});

test("a call that is added again takes its new place, before and after somebody has looked", () => {
  const calls = callsAt(1, 2);
  calls.add({ id: "c0", at: 3, context });
  expect(walk(calls, { ...everything, size: 9 })).toEqual(["c1", "c0"]);
  calls.add({ id: "c0", at: 0, context });
  expect(walk(calls, { ...everything, size: 9 })).toEqual(["c0", "c1"]);
});

test("what is no cursor gives no page", () => {
  expect(callsAt(1).page({ ...everything, size: 1, cursor: "elsewhere" })).toBeUndefined();
});
