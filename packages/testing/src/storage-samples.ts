import {
  foldCall,
  leadIdOf,
  referenceKey,
  type CallEvent,
  type CallFacts,
  type Delivery,
  type EventOf,
  type Job,
  type Lead,
  type LeadEvent,
  type LeadFacts,
  type RecordChange,
  type RecordOf,
  type Reference,
  type Storage,
  type StorageTransaction,
  type Subject,
} from "@offhook/core";

export const tenantId = "default";

const startMs = Date.UTC(2026, 0, 1, 12);

/** A time some seconds after the samples' noon. */
export const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString();

/** Text that databases and drivers like to change. */
export const awkwardText = 'NUL \u0000, lone \ud800 and \udc00, 💥, é and e\u0301, "quoted" \\ \u2028';

/** JSON as a vendor may send it. */
export const awkwardJson = JSON.parse(
  `{"__proto__":{"polluted":true},"constructor":1,"":"empty","n":1e21,"text":${JSON.stringify(awkwardText)}}`,
) as Delivery["headers"]; // Read as JSON everywhere; the type only lets it pass where text is expected.

export function reference(id: string, provider = "toy", kind: Reference["kind"] = "leg"): Reference {
  return { provider, id, kind };
}

/** A delivery that arrived `order` seconds after the first. */
export function delivery(order: number, members: Partial<Delivery> = {}): Delivery {
  const number = String(order).padStart(6, "0");
  return {
    id: `dlv_${number}`,
    tenantId,
    provider: "toy",
    route: "events",
    kind: "ended",
    identity: order.toString(16).padStart(64, "0"),
    status: "applied",
    error: null,
    method: "POST",
    url: "/api/webhooks/toy/events?x=1",
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode(`{"order":${order}}`),
    bodyBytes: 20,
    bodyRemovedAt: null,
    remoteAddress: "192.0.2.1",
    receivedAt: at(order),
    references: [reference(`CA${order}`)],
    duplicates: 0,
    test: false,
    ...members,
  };
}

/** What an event of either subject is made from. */
export interface EventSample {
  readonly id: string;
  readonly references: readonly Reference[];
  readonly tenantId?: string;
  /** Seconds; see `at`. */
  readonly at?: number;
  readonly callFacts?: CallFacts;
  readonly leadFacts?: LeadFacts;
}

/** How the cases speak of calls and leads alike. */
export interface SubjectSample<S extends Subject> {
  readonly subject: S;
  readonly event: (sample: EventSample) => EventOf<S>;
  readonly fold: (events: readonly EventOf<S>[]) => RecordOf<S>;
}

export const callSample: SubjectSample<"call"> = {
  subject: "call",
  event: (sample): CallEvent => ({
    ...eventOrigin(sample),
    type: "call.progressed",
    facts: { status: "in_progress", ...sample.callFacts },
  }),
  fold: foldCall,
};

export const leadSample: SubjectSample<"lead"> = {
  subject: "lead",
  event: (sample): LeadEvent => ({
    ...eventOrigin(sample),
    type: "lead.received",
    facts: { firstName: "Ana", ...sample.leadFacts },
  }),
  fold(events): Lead {
    const last = events.at(-1);
    const references = [
      ...new Map(events.flatMap((event) => event.references).map((each) => [referenceKey(each), each])).values(),
    ].toSorted((left, right) => (referenceKey(left) < referenceKey(right) ? -1 : 1));
    const [first] = references;
    if (last === undefined || first === undefined) throw new RangeError("Expected at least one event, got none");
    const { facts } = last;
    return {
      id: leadIdOf(first),
      tenantId: last.tenantId,
      references,
      firstName: facts.firstName ?? null,
      lastName: null,
      phone: facts.phone ?? null,
      email: null,
      address: null,
      city: null,
      region: null,
      postalCode: null,
      country: null,
      campaign: null,
      status: null,
      data: facts.data ?? null,
      test: false,
      createdAt: events.map((event) => event.receivedAt).toSorted()[0] ?? last.receivedAt,
      updatedAt: last.receivedAt,
      version: events.length,
    };
  },
};

function eventOrigin(sample: EventSample) {
  const time = at(sample.at ?? 0);
  return {
    id: sample.id,
    tenantId: sample.tenantId ?? tenantId,
    provider: sample.references[0]?.provider ?? "toy",
    source: "webhook" as const,
    receivedAt: time,
    occurredAt: time,
    deliveryId: null,
    references: sample.references,
  };
}

/** Applies events as core does: loads what they speak of, folds, saves. All of them are about one record. */
export async function tellIn<S extends Subject>(
  transaction: StorageTransaction,
  { subject, fold }: SubjectSample<S>,
  events: readonly EventOf<S>[],
): Promise<RecordOf<S>> {
  const replaces = await transaction.load(
    subject,
    events[0]?.tenantId ?? tenantId,
    events.flatMap((event): readonly Reference[] => event.references),
  );
  const known = replaces.flatMap((stored): readonly EventOf<S>[] => stored.events);
  const record = fold([...known, ...events]);
  await transaction.save(subject, [{ record, newEvents: events, replaces }]);
  return record;
}

/** The same in a transaction of its own. */
export function tell<S extends Subject>(
  storage: Storage,
  sample: SubjectSample<S>,
  ...events: readonly EventOf<S>[]
): Promise<RecordOf<S>> {
  return storage.write((transaction) => tellIn(transaction, sample, events));
}

/** A call with one event, whose id is made from the call's. */
export function tellCall(storage: Storage, id: string, sample: Partial<EventSample> = {}): Promise<RecordOf<"call">> {
  return tell(storage, callSample, callSample.event({ id: `evt_${id}`, references: [reference(id)], ...sample }));
}

export function job(id: string, members: Partial<Job> = {}): Job {
  return {
    id,
    tenantId,
    kind: "handle",
    payload: { change: "call.ended" },
    state: "waiting",
    runAtMs: 1_000,
    attempts: 0,
    leaseToken: null,
    leaseUntilMs: null,
    lastError: null,
    createdAtMs: 500,
    ...members,
  };
}

/** An entry of the live feed about a call. */
export function change(recordId: string, members: Partial<RecordChange> = {}): RecordChange {
  return { tenantId, subject: "call", recordId, types: ["call.updated"], at: at(0), ...members };
}
