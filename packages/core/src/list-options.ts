import { PayloadError } from "./errors.ts";
import type { DeliveryQuery, ListQuery } from "./storage.ts";
import { isoFromText } from "./time.ts";

/** A page's query without the tenant, which is always the Offhook's own. */
export type ListOptions = Partial<Omit<ListQuery, "tenantId">>;
export type DeliveryListOptions = Partial<Omit<DeliveryQuery, "tenantId">>;

const defaultLimit = 50;
const maxLimit = 200;

/** The limit and the times of a list as storages compare them. */
export function rangeOf({ limit = defaultLimit, from, to }: ListOptions | DeliveryListOptions) {
  return {
    limit: Number.isInteger(limit) ? Math.min(Math.max(limit, 1), maxLimit) : defaultLimit,
    from: timeOption("from", from),
    to: timeOption("to", to),
  };
}

/** @throws PayloadError `payload_invalid` for text that is no time, or names no zone. */
function timeOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = isoFromText(text);
  if (time !== null) return time;
  throw new PayloadError(
    "payload_invalid",
    `${name}: expected an ISO-8601 time with its zone, got "${text.slice(0, 40)}"`,
  );
}
