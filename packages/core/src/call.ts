/** The normalized Call: one physical phone call, whatever number of vendors spoke of it. */

/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Names a call or lead in a vendor's world. */
export interface Reference {
  /** The provider's name, such as `"twilio"`. */
  readonly provider: string;
  /** The vendor's id, such as a Twilio CallSid. */
  readonly id: string;
  /**
   * What the id names. `leg`: the carrier's call leg; `session`: a conversation or log entry on top of one.
   * A Call takes its id from its leg when it has one, so that a session heard of later does not rename it.
   */
  readonly kind: "leg" | "session";
}

export type CallDirection = "inbound" | "outbound" | "unknown";

/** Where the call is in its life. The last five are terminal. */
export type CallStatus =
  "queued" | "ringing" | "in_progress" | "completed" | "busy" | "no_answer" | "failed" | "canceled";

/** What came of the call for the people on it. */
export type CallOutcome = "answered" | "voicemail" | "missed" | "abandoned" | "unknown";

/** Who picked up, as far as machine detection can tell. */
export type AnsweredBy = "human" | "machine" | "fax" | "unknown";

/** A phone number. What cannot be normalized keeps `raw` and has `e164: null`. */
export interface Phone {
  /** E.164, such as `"+14155550100"`. */
  readonly e164: string | null;
  /** What the vendor sent: also `client:ana`, `sip:…`, `anonymous`. */
  readonly raw: string;
}

/** An amount of money. */
export interface Money {
  /** A decimal string, such as `"0.0130"`. */
  readonly amount: string;
  /** ISO 4217, such as `"USD"`. */
  readonly currency: string;
}

export interface EndReason {
  /** Lower-case words joined by underscores, such as `user_hangup`. */
  readonly code: string;
  /** As the vendor wrote it. */
  readonly raw: string;
}

export interface Agent {
  readonly id: string | null;
  readonly name: string | null;
  readonly kind: "human" | "ai" | null;
}

/** A campaign as the vendor names it. */
export interface CampaignName {
  readonly id: string | null;
  readonly name: string | null;
}

/** The person on the other side, as the vendor knows them. */
export interface Contact {
  /** The vendor's id of the person or lead. */
  readonly id: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly country: string | null;
}

/** Where the caller came from: marketing source, UTM parameters, click ids. */
export interface Source {
  readonly name: string | null;
  readonly medium: string | null;
  readonly campaign: string | null;
  readonly term: string | null;
  readonly content: string | null;
  readonly referrer: string | null;
  readonly landingPage: string | null;
  /** Google, Meta and Microsoft click ids. */
  readonly gclid: string | null;
  readonly fbclid: string | null;
  readonly msclkid: string | null;
}

export type RecordingState = "pending" | "available" | "archived" | "expired" | "failed" | "empty";

export interface Recording {
  readonly provider: string;
  /** The vendor's id, or the call's where the vendor has one recording per call. */
  readonly id: string;
  readonly state: RecordingState;
  /** May need the vendor's credentials, and may expire. */
  readonly url: string | null;
  readonly channels: number | null;
  /** Whole seconds. */
  readonly durationSeconds: number | null;
  /** ISO-8601 UTC. */
  readonly expiresAt: string | null;
}

export interface TranscriptTurn {
  readonly role: "agent" | "customer" | "other";
  readonly text: string;
  /** Seconds from the start of the call; may have a fraction. */
  readonly startSeconds: number | null;
  readonly endSeconds: number | null;
}

export interface Transcript {
  /** The whole text; made from the turns where the vendor sends only turns. */
  readonly text: string;
  readonly turns: readonly TranscriptTurn[];
}

export interface AnalysisCriterion {
  readonly id: string;
  readonly result: "success" | "failure" | "unknown";
  readonly rationale: string | null;
}

export interface Analysis {
  readonly title: string | null;
  readonly summary: string | null;
  readonly sentiment: "positive" | "neutral" | "negative" | "unknown" | null;
  /** Whether the call reached its goal, as the vendor's analysis judges. */
  readonly successful: boolean | null;
  readonly criteria: readonly AnalysisCriterion[];
  /** Values collected from the conversation, by the vendor's names. */
  readonly data: { readonly [key: string]: JsonValue };
}

export interface Conversion {
  readonly converted: boolean;
  /** What decided: a disposition, an analysis, a person. */
  readonly reason: string;
}

export interface Attribution {
  readonly campaignId: string;
  /** `phone_number`, `agent`, `manual`. */
  readonly rule: string;
}

/** One physical phone call. A pure function of the set of its events: see `foldCall`. */
export interface Call {
  /** `call_…`, made from the reference the Call is known by; see `callIdOf`. */
  readonly id: string;
  readonly tenantId: string;
  /** Every name the vendors have for this call. The first one gives the Call its id. */
  readonly references: readonly Reference[];
  readonly direction: CallDirection;
  readonly status: CallStatus;
  readonly outcome: CallOutcome;
  readonly endReason: EndReason | null;
  readonly from: Phone | null;
  readonly to: Phone | null;
  /** The number that was advertised and dialled, where a vendor tracks it apart from `to`. */
  readonly trackingNumber: Phone | null;
  /** ISO-8601 UTC with milliseconds, as are all times. */
  readonly startedAt: string | null;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  /** Whole seconds, as are all durations. */
  readonly durationSeconds: number | null;
  readonly talkSeconds: number | null;
  readonly ringSeconds: number | null;
  readonly agent: Agent | null;
  readonly campaign: CampaignName | null;
  readonly lead: Contact | null;
  readonly source: Source | null;
  readonly recordings: readonly Recording[];
  readonly transcript: Transcript | null;
  readonly analysis: Analysis | null;
  readonly answeredBy: AnsweredBy;
  /** The vendor's own word for the result, such as `SALE`. */
  readonly disposition: string | null;
  /** The sum over vendors where they bill in one currency; else null, and `costs` has the parts. */
  readonly cost: Money | null;
  readonly costs: readonly ProviderCost[];
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly value: Money | null;
  readonly conversion: Conversion | null;
  readonly attribution: Attribution | null;
  /** The Call whose leg this one is, for example of a Twilio `<Dial>`. */
  readonly parentCallId: string | null;
  /** What the app handed to the vendor and got back (metadata, dynamic variables), by provider. */
  readonly metadata: { readonly [provider: string]: JsonValue };
  /** True when any event says that this is test data. */
  readonly test: boolean;
  /** For each field that an event decided, the id of that event. */
  readonly provenance: { readonly [field: string]: string };
  /** When the first thing happened that we know of. */
  readonly createdAt: string;
  /** When the last thing happened that we know of. */
  readonly updatedAt: string;
  /** How many events the Call is folded from. */
  readonly version: number;
}

export interface ProviderCost extends Money {
  readonly provider: string;
}
