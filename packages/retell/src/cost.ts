import { toMoney, type Money } from "@offhook/core";

/** Places kept of a cent: more than any unit price has, fewer than the dust of adding floats. */
const centPlaces = 8;

/** US cents, with a fraction, as dollars: 2.63 is "0.0263". Moves the point in the text, because dividing leaves dust. */
export function dollarsFromCents(cents: number | null | undefined): Money | null {
  // From 1e21 on numbers are written with an exponent; no call costs that.
  if (typeof cents !== "number" || !(cents >= 0 && cents < 1e15)) return null;
  const [whole = "", fraction = ""] = cents.toFixed(centPlaces).split(".");
  const digits = whole.padStart(3, "0");
  const places = (digits.slice(-2) + fraction).replace(/0+$/, "");
  const dollars = digits.slice(0, -2);
  return toMoney(places === "" ? dollars : `${dollars}.${places}`, "USD");
}
