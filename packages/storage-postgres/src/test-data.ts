import {
  foldCall,
  type CallEvent,
  type Delivery,
  type Job,
  type RecordChange,
  type Storage,
  type StorageTransaction,
} from "@offhook/core";

export const tenantId = "default";

export const reference = (id: string) => ({ provider: "toy", id, kind: "leg" as const });

export function callEvent(id: string, names: readonly string[], at = "2026-11-20T10:00:00.000Z"): CallEvent {
  return {
    id,
    tenantId,
    provider: "toy",
    type: "call.progressed",
    source: "webhook",
    occurredAt: at,
    receivedAt: at,
    deliveryId: null,
    references: names.map(reference),
    facts: { status: "in_progress" },
  };
}

/** Tells of calls as core does: events that share a reference are about one call. */
export async function tellIn(transaction: StorageTransaction, ...events: readonly CallEvent[]): Promise<void> {
  for (const event of events) {
    const replaces = await transaction.load("call", event.tenantId, event.references);
    const known = replaces.flatMap((stored): readonly CallEvent[] => stored.events);
    if (known.some(({ id }) => id === event.id)) continue;
    await transaction.save("call", [{ record: foldCall([...known, event]), newEvents: [event], replaces }]);
  }
}

export const tell = (storage: Storage, ...events: readonly CallEvent[]): Promise<void> =>
  storage.write((transaction) => tellIn(transaction, ...events));

export function delivery(order: number, members: Partial<Delivery> = {}): Delivery {
  return {
    id: `dlv_${String(order).padStart(6, "0")}`,
    tenantId,
    provider: "toy",
    route: "events",
    kind: "ended",
    identity: order.toString(16).padStart(64, "0"),
    status: "applied",
    error: null,
    method: "POST",
    url: "/api/webhooks/toy/events",
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode(`{"order":${order}}`),
    bodyBytes: 20,
    bodyRemovedAt: null,
    remoteAddress: null,
    receivedAt: new Date(Date.UTC(2026, 10, 20) + order * 1000).toISOString(),
    references: [],
    duplicates: 0,
    test: false,
    ...members,
  };
}

export function job(id: string): Job {
  return {
    id,
    tenantId,
    kind: "handle",
    payload: {},
    state: "waiting",
    runAtMs: 0,
    attempts: 0,
    leaseToken: null,
    leaseUntilMs: null,
    lastError: null,
    createdAtMs: 0,
  };
}

export function change(recordId: string, at = "2026-11-20T10:00:00.000Z"): RecordChange {
  return { tenantId, subject: "call", recordId, types: ["call.updated"], at };
}
