import { expect, test } from "vitest";
import { sumMoney, toMoney } from "./money.ts";

test("amounts become decimal strings without an exponent", () => {
  expect(toMoney("-0.0130", "USD")).toEqual({ amount: "-0.0130", currency: "USD" });
  expect(toMoney(1.5e-7, "USD")?.amount).toBe("0.00000015");
  expect(toMoney(0, "USD")?.amount).toBe("0");
  for (const none of [null, undefined, "", "free", "1,5", Number.NaN, Infinity])
    expect(toMoney(none, "USD")).toBeNull();
});

test("sums are exact, also where floating point is not", () => {
  const usd = (amount: string) => ({ amount, currency: "USD" });
  expect(sumMoney([usd("0.1"), usd("0.2")])).toEqual(usd("0.3"));
  expect(sumMoney([usd("1"), usd("-0.0130")])).toEqual(usd("0.9870"));
  expect(sumMoney([usd("-1"), usd("0.5")])).toEqual(usd("-0.5"));
  expect(sumMoney([usd("1"), { amount: "1", currency: "EUR" }])).toBeNull();
  expect(sumMoney([])).toBeNull();
});
