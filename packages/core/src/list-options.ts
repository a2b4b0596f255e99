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
  const time = isoFromText(text);
  if (time !== null) return time;
  throw new PayloadError(
    "payload_invalid",
    `${name}: expected an ISO-8601 time with its zone, got "${text.slice(0, 40)}"`,
  );
}
