import type { Fetch } from "./api/api-client.ts";
import type { CallEventDraft } from "./call-event.ts";
import type { Call, Recording, Reference } from "./call.ts";
import type { IntegrationsFactory } from "./integrations.ts";

/**
 * What a vendor's API can be asked, in words that all vendors have in common. Made by a client's `connect`; what a
 * vendor has no API for is a missing member.
 */
export interface ProviderApi {
  /** Carries it all out. Comes with the client, so that whoever only receives webhooks does not load it. */
  readonly integrations: IntegrationsFactory;
  /** What the vendor allows; kept across restarts where the storage keeps checkpoints. Empty: nothing is published. */
  readonly limits: readonly RequestLimit[];
  /** Requests for single calls that run at the same time, 1 to 16. */
  readonly concurrency: number;
  /** How far back calls can be listed. Months; undefined: no limit is known. */
  readonly historyMonths?: number;
  /** Carriers on whose calls this vendor may have talked without knowing that we know them: `["twilio"]`. */
  readonly talksOn?: readonly string[];
  /** What reads recordings instead of the platform, in tests; which hosts may be asked stays checked. */
  readonly fetch?: Fetch | undefined;
  /** Where recordings may lie: `api.twilio.com`, or `*.example.com` for every name below. */
  readonly recordingHosts: readonly string[];

  /** The cheapest request that shows whether the credentials are good. */
  ping(context?: ApiContext): Promise<ApiAccount>;
  /** One page of the calls that started in a range, and of what belongs to them. In any order, but always the same. */
  listCalls(query: ApiListQuery, context?: ApiContext): Promise<ApiPage>;
  /** All that the vendor knows of one call; undefined: it knows no such call. */
  getCall(id: string, context?: ApiContext): Promise<ApiRecord | undefined>;
  /**
   * What this vendor knows of a call that another one carried and that ended.
   * @returns "none" where it had no part in the call, "later" where it has not finished its work on it.
   */
  findCall?(call: Call, context: FindContext): Promise<readonly ApiRecord[] | "none" | "later">;
  /**
   * What became of the recording of a call that ended without one.
   * @returns "none" where there is none and will be none, "later" where it is still being made.
   */
  findRecording?(call: Call, context?: ApiContext): Promise<CallEventDraft | "none" | "later">;
  /** Where a recording can be read now, and with which credentials. "gone": the vendor has let go of it. */
  locateRecording?(
    recording: Recording,
    call: Call,
    context?: ApiContext,
  ): Promise<RecordingLocation | "gone" | "later">;
  /** Tells the vendor where to send its webhooks. */
  setupWebhook?(setup: WebhookSetup, context?: ApiContext): Promise<WebhookSetupResult>;
}

/** At most so many requests in so long. */
export interface RequestLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** What every request is made under. */
export interface ApiContext {
  /** Ends the request and what would follow it. */
  readonly signal?: AbortSignal | undefined;
  /** Awaited before every request, also when one is repeated; rejects where there must be none. */
  readonly beforeRequest?: (() => Promise<void>) | undefined;
  /** The clock, where what is asked depends on it. Milliseconds since 1970; default: the platform's. */
  readonly now?: (() => number) | undefined;
}

export interface FindContext extends ApiContext {
  /** True for calls of this vendor that are stored together with their carrier's leg: they need not be looked at. */
  readonly isLinked: (reference: Pick<Reference, "provider" | "id">) => Promise<boolean>;
}

export interface ApiListQuery {
  /** Half-open range of the calls' start: from inclusive, to exclusive. ISO-8601 in UTC with milliseconds. */
  readonly from: string;
  readonly to: string;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

export interface ApiPage {
  readonly records: readonly ApiRecord[];
  /** Why items of the page could not be read, one text each, without their content. */
  readonly unreadable: readonly string[];
  /** Null on the last page. Lives as long as the vendor lets it: one that is refused makes the walk begin anew. */
  readonly nextCursor: string | null;
  /**
   * How many calls the vendor counts in the range; null where it does not say. Pages are by number where this is
   * known, so a change of it on the way means that they have shifted.
   */
  readonly total: number | null;
  /**
   * What somebody should know of how it was asked for, such as fields that the vendor refuses. Looked at when its calls are
   * written, after their details were asked for.
   */
  readonly notes?: readonly string[];
}

/** What the vendor says of one call, as the events that a webhook would have made of it. */
export interface ApiRecord {
  /** `recording`: more of a call that is a record of its own. */
  readonly subject: "call" | "recording";
  /** The vendor's own name of the call. */
  readonly reference: Reference;
  /** ISO-8601 in UTC with milliseconds. */
  readonly startedAt: string | null;
  readonly events: readonly CallEventDraft[];
  /** Nothing more is to come of what was said on the call, whether there is something or not. Default false. */
  readonly isSettled?: boolean;
  /** Whether `getCall` knows more than a call, as it is stored, has. Missing: the record says everything. */
  readonly lacksDetails?: (call: Call | undefined) => boolean;
}

export interface ApiAccount {
  /** As the vendor names it; null where it does not say. */
  readonly account: string | null;
}

export interface RecordingLocation {
  readonly url: string;
  /** Sent to this address and to no other host. */
  readonly headers?: { readonly [name: string]: string };
}

export interface WebhookSetup {
  /** Where the vendor reaches the app, without the path of the webhook: `https://app.example.com`. */
  readonly publicUrl: string;
  /** Below which the webhooks are served. Default `/api/webhooks`. */
  readonly prefix?: string;
  /** Also what points elsewhere today. Default false: that is left alone and reported. */
  readonly replace?: boolean;
}

export interface WebhookSetupResult {
  readonly targets: readonly WebhookTarget[];
  /** What proves the vendor's deliveries, where it was made or shown just now. To be kept as a secret. */
  readonly secret?: string;
}

/** Something of the vendor's that sends webhooks: a number, an agent, an integration. */
export interface WebhookTarget {
  /** As the vendor names it. */
  readonly name: string;
  /** `kept`: it points elsewhere and was not to be replaced, or cannot be set, as its name says. */
  readonly state: "set" | "unchanged" | "kept";
  readonly url: string;
}
