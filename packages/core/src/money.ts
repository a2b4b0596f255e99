import type { Money } from "./call.ts";

const decimal = /^(-?)(\d+)(?:\.(\d+))?$/;

/** An amount as a decimal string, from what a vendor sends as number or text; null when it is neither. */
export function toMoney(amount: string | number | null | undefined, currency: string): Money | null {
  if (amount === null || amount === undefined || amount === "") return null;
  const text = typeof amount === "number" ? numberToDecimal(amount) : amount.trim();
  return text !== undefined && decimal.test(text) ? { amount: text, currency } : null;
}

/** Numbers are written without an exponent; vendors' prices have at most twelve places. */
function numberToDecimal(amount: number): string | undefined {
  if (!Number.isFinite(amount)) return undefined;
  const text = String(amount);
  return text.includes("e") ? amount.toFixed(12).replace(/\.?0+$/, "") : text;
}

/** The exact sum of amounts in one currency; null when there are none or the currencies differ. */
export function sumMoney(amounts: readonly Money[]): Money | null {
  const [first] = amounts;
  if (first === undefined) return null;
  if (amounts.length === 1) return { amount: first.amount, currency: first.currency };
  if (amounts.some((money) => money.currency !== first.currency)) return null;
  const places = Math.max(...amounts.map((money) => (money.amount.split(".")[1] ?? "").length));
  let sum = 0n;
  for (const { amount } of amounts) {
    const [, sign, whole = "0", fraction = ""] = decimal.exec(amount) ?? [];
    const scaled = BigInt(whole + fraction.padEnd(places, "0"));
    sum += sign === "-" ? -scaled : scaled;
  }
  const negative = sum < 0n;
  const digits = String(negative ? -sum : sum).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const text = places === 0 ? whole : `${whole}.${digits.slice(-places)}`;
  return { amount: negative ? `-${text}` : text, currency: first.currency };
}
