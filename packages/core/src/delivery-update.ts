import { pathOf } from "./request-target.ts";
import type { DeliverySummary, DeliveryUpdate } from "./storage.ts";

/** What of a journal row can change later. */
export function updateOf(delivery: DeliveryUpdate["delivery"]): DeliveryUpdate["delivery"] {
  const { tenantId, id, kind, status, error, url, headers, remoteAddress, references, test, bodyRemovedAt } = delivery;
  return { tenantId, id, kind, status, error, url, headers, remoteAddress, references, test, bodyRemovedAt };
}

/** A journal row without anything that a caller said; that it came, and whether it came again, stays known. */
export function erasureOf(delivery: DeliverySummary, now: string): DeliveryUpdate {
  return {
    delivery: {
      ...updateOf(delivery),
      url: pathOf(delivery.url),
      headers: {},
      references: [],
      bodyRemovedAt: now,
    },
    keepBody: false,
  };
}
