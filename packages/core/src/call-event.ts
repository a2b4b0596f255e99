import type {
  Agent,
  Analysis,
  AnsweredBy,
  Attribution,
  CallDirection,
  CallOutcome,
  CallStatus,
  CampaignName,
  Contact,
  Conversion,
  EndReason,
  JsonValue,
  Money,
  Phone,
  Recording,
  Reference,
  Source,
  Transcript,
} from "./call.ts";

/** What may be said of a call, in the order in which it becomes true. Later stages outrank earlier ones. */
export type CallEventType =
  | "call.queued"
  | "call.ringing"
  | "call.answered"
  | "call.progressed"
  | "call.ended"
  | "call.dialed"
  | "call.recorded"
  | "call.analyzed"
  | "call.updated";

/** Who says so. A person's word beats a machine's for the fields that a person may edit. */
export type EventSource = "webhook" | "api" | "manual";

/** Members that are null, undefined or missing say nothing. */
type Stated<Facts> = { readonly [Name in keyof Facts]?: Facts[Name] | null | undefined };

/** The facts a CallEvent can state; the fields of a Call that a vendor can know. */
export type CallFacts = Stated<{
  direction: CallDirection;
  status: CallStatus;
  outcome: CallOutcome;
  endReason: EndReason;
  from: Phone;
  to: Phone;
  trackingNumber: Phone;
  startedAt: string;
  answeredAt: string;
  endedAt: string;
  durationSeconds: number;
  talkSeconds: number;
  ringSeconds: number;
  agent: Stated<Agent>;
  campaign: Stated<CampaignName>;
  lead: Stated<Contact>;
  source: Stated<Source>;
  recordings: readonly Recording[];
  transcript: Transcript;
  analysis: Stated<Analysis>;
  answeredBy: AnsweredBy;
  disposition: string;
  cost: Money;
  tags: readonly string[];
  note: string;
  value: Money;
  conversion: Conversion;
  attribution: Attribution;
  /** The leg that this call is a leg of. */
  parent: Reference;
  metadata: JsonValue;
}>;

/** What a provider says of a call; core adds ids, times of arrival and the tenant. */
export interface CallEventDraft {
  readonly type: CallEventType;
  /** ISO-8601 UTC with milliseconds; null where the vendor does not say when. */
  readonly occurredAt: string | null;
  /** The vendor's own counter within the call, where it has one; orders events of the same time. */
  readonly sequence?: number | null;
  /** At least one. All of them name the same physical call. */
  readonly references: readonly Reference[];
  readonly facts: CallFacts;
  /** The vendor's names of what it changed, where it says so. */
  readonly changedFields?: readonly string[];
  /** True for a vendor's test button and for the simulator. */
  readonly test?: boolean;
}

/** What a delivery, an API record or a person says happened to a call. Immutable. */
export interface CallEvent extends CallEventDraft {
  /** `evt_…`, derived from the content that the vendor sent: the same content is the same event. */
  readonly id: string;
  readonly tenantId: string;
  readonly provider: string;
  readonly source: EventSource;
  /** When Offhook first heard of it. ISO-8601 UTC. */
  readonly receivedAt: string;
  /** The delivery that carried it; null for API records and manual events. */
  readonly deliveryId: string | null;
}
