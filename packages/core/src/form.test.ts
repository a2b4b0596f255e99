import { expect, test } from "vitest";
import { PayloadError } from "./errors.ts";
import { formToRecord, parseForm } from "./form.ts";

test("fields keep their order, repetitions and decoded values", () => {
  const form = parseForm(new TextEncoder().encode("b=1+2&a=%2B3&b=&c"));
  expect([...form]).toEqual([
    ["b", ["1 2", ""]],
    ["a", ["+3"]],
    ["c", [""]],
  ]);
});

test("a field named like a prototype is only a field", () => {
  const record = formToRecord(parseForm("__proto__=1&constructor=2&toString=3"));
  expect(Object.getPrototypeOf(record)).toBeNull();
  expect(record["__proto__"]).toBe("1");
  expect(Object.keys(record)).toHaveLength(3);
});

test("more fields than any vendor sends are refused", () => {
  expect(() => parseForm("a=1&".repeat(2_001))).toThrow(PayloadError);
  expect(parseForm("a=1&".repeat(2_000)).get("a")).toHaveLength(2_000);
  // Fields without a value take URLSearchParams quadratic time.
  expect(() => parseForm("a&".repeat(500_000))).toThrow(PayloadError);
});
