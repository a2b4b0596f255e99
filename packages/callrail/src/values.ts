import { isoFromText, toMoney, type JsonValue, type Money } from "@offhook/core";

/** CallRail's ways of writing a value: `""` for null, and the same field as text here and as a number there. */

/** The first text that is not empty: CallRail writes `""` where its API says null. */
export function known(text: string | null | undefined, older?: string | null): string | null {
  if (text !== undefined && text !== null && text !== "") return text;
  return older !== undefined && older !== "" ? older : null;
}

/** Null where CallRail says that it has none, undefined where it says nothing that can be read. */
export function flagOf(value: boolean | string | null | undefined): boolean | null | undefined {
  if (typeof value === "boolean") return value;
  if (value === null || value === "") return null;
  // Form bodies write booleans as text.
  return value === "true" ? true : value === "false" ? false : undefined;
}

const decimal = /^\d{1,9}(?:\.\d{1,9})?$/;

/** Seconds with their fraction; null and undefined as for flags. */
export function secondsOf(value: string | number | null | undefined): number | null | undefined {
  if (value === null || value === "") return null;
  if (typeof value === "number") return value >= 0 && value < 1e9 ? value : undefined;
  return value !== undefined && decimal.test(value) ? Number(value) : undefined;
}

/** Whole seconds, or null. */
export function wholeSecondsOf(value: string | number | null | undefined): number | null {
  const seconds = secondsOf(value);
  return seconds === null || seconds === undefined ? null : Math.round(seconds);
}

/** `"$1,234.50"`, `"1234.50"` or a number. CallRail keeps values in US dollars. */
export function dollarsOf(value: string | number | null | undefined): Money | null {
  const money = toMoney(typeof value === "string" ? value.replace(/[$,]/g, "") : value, "USD");
  if (money === null) return null;
  // Webhooks write cents where the API writes whole dollars; both are to be the same value.
  const [dollars = "", cents = ""] = money.amount.split(".");
  return { ...money, amount: `${dollars}.${cents.padEnd(2, "0")}` };
}

/** An id that CallRail writes as masked text, or as a number in its older fields. */
export function idOf(masked: string | null | undefined, older: string | number | null | undefined): string | null {
  return known(masked) ?? (typeof older === "number" ? String(older) : known(older));
}

const withoutZone = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/**
 * When the call started. `timestamp` repeats the start; the older `datetime` is UTC and does not say so.
 * https://apidocs.callrail.com/#webhooks
 */
export function startOf(fields: {
  readonly start_time?: string | null | undefined;
  readonly timestamp?: string | null | undefined;
  readonly datetime?: string | null | undefined;
}): string | null {
  const { start_time: startTime, timestamp, datetime } = fields;
  const started = isoFromText(startTime) ?? isoFromText(timestamp);
  if (started !== null || typeof datetime !== "string" || !withoutZone.test(datetime)) return started;
  return isoFromText(`${datetime.replace(" ", "T")}Z`);
}

/** Names and their plain values, such as cookies; what is nested is passed over. Null where none is left. */
export function plainValuesOf(
  object: { readonly [name: string]: unknown } | null | undefined,
): { readonly [name: string]: JsonValue } | null {
  const plain = Object.entries(object ?? {}).filter(
    (entry): entry is [string, string | number | boolean] =>
      typeof entry[1] === "string" || typeof entry[1] === "number" || typeof entry[1] === "boolean",
  );
  return plain.length === 0 ? null : Object.fromEntries(plain);
}
