import type { Delivery, DeliveryStatus, DeliverySummary, DeliveryUpdate } from "@offhook/core";
import { fromKeyText, keyText } from "./key-text.ts";

/** What a list reads of a delivery. */
export interface DeliveryRow {
  readonly id: string;
  readonly provider: string;
  readonly identity: Uint8Array | null;
  readonly status: string;
  readonly received_at: string;
  readonly duplicates: number;
  readonly body_removed_at: string | null;
  readonly origin: string;
  readonly facts: string;
}
export interface DeliveryRowWithBody extends DeliveryRow {
  readonly body: Uint8Array;
}

export const deliveryColumns =
  "id, provider, identity, status, received_at, duplicates, body_removed_at, origin, facts";

/** What never changes and has no column of its own; as JSON, in which NUL and lone surrogates survive. */
type DeliveryOrigin = Pick<Delivery, "route" | "method" | "bodyBytes">;
/** What may be corrected later. */
type DeliveryFacts = Pick<
  DeliveryUpdate["delivery"],
  "kind" | "error" | "url" | "headers" | "remoteAddress" | "references" | "test"
>;

export function deliveryOrigin({ route, method, bodyBytes }: Delivery): string {
  return JSON.stringify({ route, method, bodyBytes } satisfies DeliveryOrigin);
}

export function deliveryFacts(delivery: DeliveryFacts): string {
  const { kind, error, url, headers, remoteAddress, references, test } = delivery;
  return JSON.stringify({ kind, error, url, headers, remoteAddress, references, test } satisfies DeliveryFacts);
}

const hex = /^(?:[0-9a-f]{2})+$/;

/** The bytes to keep, in hex: those that a hex identity stands for, or those of other text. A first byte tells which. */
export function identityHex(identity: string | null): string | null {
  if (identity === null) return null;
  return hex.test(identity) ? `01${identity}` : `00${Buffer.from(keyText(identity)).toString("hex")}`;
}

function identityOf(value: Uint8Array | null): string | null {
  if (value === null) return null;
  const rest = Buffer.from(value.buffer, value.byteOffset + 1, value.byteLength - 1);
  return value[0] === 1 ? rest.toString("hex") : fromKeyText(rest.toString());
}

export function toSummary(tenantId: string, row: DeliveryRow): DeliverySummary {
  // Written by deliveryOrigin and deliveryFacts.
  const origin = JSON.parse(row.origin) as DeliveryOrigin;
  const facts = JSON.parse(row.facts) as DeliveryFacts;
  return {
    id: fromKeyText(row.id),
    tenantId,
    provider: fromKeyText(row.provider),
    route: origin.route,
    kind: facts.kind,
    identity: identityOf(row.identity),
    // Written from a DeliveryStatus.
    status: fromKeyText(row.status) as DeliveryStatus,
    error: facts.error,
    method: origin.method,
    url: facts.url,
    headers: facts.headers,
    bodyBytes: origin.bodyBytes,
    bodyRemovedAt: row.body_removed_at,
    remoteAddress: facts.remoteAddress,
    receivedAt: fromKeyText(row.received_at),
    references: facts.references,
    duplicates: row.duplicates,
    test: facts.test,
  };
}

export function toDelivery(tenantId: string, row: DeliveryRowWithBody): Delivery {
  const { buffer, byteOffset, byteLength } = row.body;
  return { ...toSummary(tenantId, row), body: new Uint8Array(buffer, byteOffset, byteLength) };
}
