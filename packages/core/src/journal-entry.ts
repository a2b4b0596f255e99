import type { JournalEntry } from "./apply.ts";
import type { CallEvent } from "./call-event.ts";
import type { Delivery, DeliveryError, DeliveryStatus } from "./delivery.ts";
import type { LeadEvent } from "./lead.ts";
import { newId } from "./new-id.ts";
import type { Translation } from "./provider.ts";
import { uniteReferences } from "./references.ts";

/** A delivery and what was made of it, before it has ids. */
export interface Journaled {
  readonly tenantId: string;
  readonly provider: string;
  readonly route: string;
  readonly identity: string | null;
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
  /** Where the body was cut: its size as received. */
  readonly bodyBytes?: number;
  readonly remoteAddress: string | null;
  readonly receivedAtMs: number;
  readonly translation: Translation | undefined;
  readonly error: DeliveryError | null;
  readonly rejected?: boolean;
  /** The sender says that it is only trying. */
  readonly test: boolean;
}

/**
 * Gives a delivery and its events their ids. Events are named after the delivery's content, so a replay renames none.
 *
 * @param id of a delivery that has one already.
 */
export function journalEntry(journaled: Journaled, id = newId("dlv", journaled.receivedAtMs)): JournalEntry {
  const { tenantId, provider, identity, translation, body, receivedAtMs } = journaled;
  const receivedAt = new Date(receivedAtMs).toISOString();
  const origin = { tenantId, provider, source: "webhook" as const, receivedAt, deliveryId: id };
  // Two vendors may send the same bytes.
  const eventId = (index: number): string => `evt_${provider}_${(identity ?? id).slice(0, 32)}_${index}`;
  const drafts = translation?.events ?? [];
  const leadDrafts = translation?.leads ?? [];
  const isTest = journaled.test ? { test: true } : {};
  const calls = drafts.map((draft, index): CallEvent => ({ ...draft, ...origin, ...isTest, id: eventId(index) }));
  const leads = leadDrafts.map((draft, index): LeadEvent => ({
    ...draft,
    ...origin,
    ...isTest,
    id: eventId(calls.length + index),
  }));
  const both = [...calls, ...leads];
  const [only] = both;
  const delivery: Delivery = {
    id,
    tenantId,
    provider,
    route: journaled.route,
    kind: translation?.kind ?? null,
    identity,
    status: statusOf(journaled, both.length),
    error: journaled.error,
    method: journaled.method,
    url: journaled.url,
    headers: journaled.headers,
    body,
    bodyBytes: journaled.bodyBytes ?? body.length,
    bodyRemovedAt: null,
    remoteAddress: journaled.remoteAddress,
    receivedAt,
    references:
      both.length === 1 && only !== undefined
        ? only.references
        : uniteReferences(both.map((event) => event.references)),
    duplicates: 0,
    test: journaled.test || both.some((event) => event.test === true),
  };
  return { delivery, calls, leads };
}

function statusOf({ rejected, error }: Journaled, events: number): DeliveryStatus {
  if (rejected === true) return "rejected";
  if (error !== null) return "failed";
  return events === 0 ? "unmapped" : "applied";
}
