import { expect, test } from "vitest";
import { dollarsFromCents } from "./cost.ts";

test.each([
  [2.63, "0.0263"],
  [0, "0"],
  [100, "1"],
  [12.600000000000001, "0.126"],
  [0.1 + 0.2, "0.003"],
  [7, "0.07"],
  [10.5, "0.105"],
  [123456.789, "1234.56789"],
  [1e-7, "0.000000001"],
  [1e-12, "0"],
])("E04: %d cents are %s dollars, without the dust of floats", (cents, amount) => {
  expect(dollarsFromCents(cents)).toEqual({ amount, currency: "USD" });
});

test.each([null, undefined, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e21])("E04: %s cents are no cost", (cents) => {
  expect(dollarsFromCents(cents)).toBeNull();
});
