import type { Delivery, DeliveryStatus, DeliverySummary } from "@offhook/core";

/** What a list reads of a delivery. */
export interface DeliveryRow {
  readonly id: string;
  readonly provider: string;
  readonly identity: Uint8Array | string | null;
  readonly status: DeliveryStatus;
  readonly received_at: string;
  readonly duplicates: number;
  readonly facts: string;
  readonly body_removed_at: string | null;
}
export interface DeliveryRowWithBody extends DeliveryRow {
  readonly body: Uint8Array | null;
}

export const deliveryColumns = "id, provider, identity, status, received_at, duplicates, facts, body_removed_at";

/** What has no column of its own; as JSON, in which NUL and lone surrogates survive. */
export type DeliveryFacts = Omit<
  DeliverySummary,
  "id" | "tenantId" | "provider" | "identity" | "status" | "receivedAt" | "duplicates" | "bodyRemovedAt"
>;

export function deliveryFacts(delivery: DeliveryFacts): string {
  const { route, kind, error, method, url, headers, bodyBytes, remoteAddress, references, test } = delivery;
  const facts: DeliveryFacts = {
    route,
    kind,
    error,
    method,
    url,
    headers,
    bodyBytes,
    remoteAddress,
    references,
    test,
  };
  return JSON.stringify(facts);
}

const hex = /^(?:[0-9a-f]{2})+$/;

/** Hex as half as many bytes; other text as it is. The two never compare equal. */
export function identityValue(identity: string | null): Uint8Array | string | null {
  return identity !== null && hex.test(identity) ? Buffer.from(identity, "hex") : identity;
}

function identityOf(value: Uint8Array | string | null): string | null {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}

export function toSummary(tenantId: string, row: DeliveryRow): DeliverySummary {
  // Written by deliveryFacts.
  const facts = JSON.parse(row.facts) as DeliveryFacts;
  return {
    id: row.id,
    tenantId,
    provider: row.provider,
    route: facts.route,
    kind: facts.kind,
    identity: identityOf(row.identity),
    status: row.status,
    error: facts.error,
    method: facts.method,
    url: facts.url,
    headers: facts.headers,
    bodyBytes: facts.bodyBytes,
    bodyRemovedAt: row.body_removed_at,
    remoteAddress: facts.remoteAddress,
    receivedAt: row.received_at,
    references: facts.references,
    duplicates: row.duplicates,
    test: facts.test,
  };
}

export function toDelivery(tenantId: string, row: DeliveryRowWithBody): Delivery {
  return { ...toSummary(tenantId, row), body: row.body ?? new Uint8Array() };
}
