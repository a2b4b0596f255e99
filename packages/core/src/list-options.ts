import { PayloadError } from "./errors.ts";
import type { JobQuery } from "./job.ts";
import type { DeliveryQuery, ListQuery } from "./storage.ts";
import { isoFromText } from "./time.ts";

/** A page's query without the tenant, which is always the Offhook's own. */
export type ListOptions = Partial<Omit<ListQuery, "tenantId">>;
export type DeliveryListOptions = Partial<Omit<DeliveryQuery, "tenantId">>;
export type JobListOptions = Partial<Omit<JobQuery, "tenantId">>;

const defaultLimit = 50;
const maxLimit = 200;

/** The limit and the times of a list as storages compare them. */
export function rangeOf({ limit, from, to }: ListOptions | DeliveryListOptions) {
  return { limit: limitOf({ limit }), from: timeOption("from", from), to: timeOption("to", to) };
}

/** How much of a list makes a page. */
export function limitOf({ limit = defaultLimit }: { readonly limit?: number | undefined }): number {
  return Number.isInteger(limit) ? Math.min(Math.max(limit, 1), maxLimit) : defaultLimit;
}

/** @throws PayloadError `payload_invalid` for text that is no time, or names no zone. */
export function timeOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = timeOf(text);
  if (time !== null) return time;
  const expected = `${name}: expected an ISO-8601 time since 1970 with its zone`;
  throw new PayloadError("payload_invalid", `${expected}, got ${quoted(text)}`);
}

/** ISO-8601 text with its zone, as storages compare it; null for what is none. */
export function timeOf(text: string): string | null {
  const time = isoFromText(text);
  return time !== null && isDay(text.slice(0, 10)) ? time : null;
}

/** What was given, for a message. */
export const quoted = (text: unknown): string => (typeof text === "string" ? `"${text.slice(0, 40)}"` : typeof text);

/** The platform reads the 31st of February as a day in March. What is no ISO-8601 date has no such days. */
function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(ms) || new Date(ms).toISOString().startsWith(text);
}
