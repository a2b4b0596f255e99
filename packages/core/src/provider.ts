import type { CallEventDraft } from "./call-event.ts";
import type { JsonValue, Phone, Reference } from "./call.ts";
import type { VerifiedDelivery } from "./delivery.ts";
import type { LeadEventDraft } from "./lead.ts";
import type { ProviderApi } from "./provider-api.ts";
import type { Verification } from "./verification.ts";

/** One vendor integration, declared as data. Core performs everything; a provider only answers questions. */
export interface Provider {
  /** Lower case, unique in one Offhook: `twilio`. Part of ids and routes. */
  readonly name: string;
  readonly routes: readonly ProviderRoute[];
  /** What the vendor's API can be asked. Missing where the app gave no client. */
  readonly api?: ProviderApi;
}

/** One webhook address of a provider. */
export interface ProviderRoute {
  /** Paths below the prefix (`callrail/post-call`), or absolute ones (`/call-status-callback`). The first is the main one. */
  readonly paths: readonly [string, ...string[]];
  /** What the address is for, where the vendor's payload does not say: `post-call`. Empty for all kinds. */
  readonly kind: string;
  readonly methods: readonly ("GET" | "POST")[];
  /** Media types without parameters; a delivery of another type is refused. Empty: any. */
  readonly contentTypes: readonly string[];
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
  readonly verification: Verification;
  /** Query fields that hold secrets, blotted out before the URL is kept. */
  readonly secretQueryFields?: readonly string[];
  /** What a vendor that waits for an answer gets when its question cannot be read. */
  readonly fallbackReply?: VendorReply;
  /** The success the vendor wants to hear: a status and, where a body is not `204`, Offhook's own JSON. Default 200. */
  readonly acknowledgement?: 200 | 204;
  /**
   * Reads a genuine delivery. Pure and synchronous; throws PayloadError for bytes that cannot be read. A kind that
   * has no meaning for calls has no events.
   */
  translate(delivery: VerifiedDelivery): Translation;
}

/** What a delivery means. */
export interface Translation {
  /** The vendor's name of the event. */
  readonly kind: string;
  readonly events: readonly CallEventDraft[];
  readonly leads?: readonly LeadEventDraft[];
  /** Present where the vendor waits for an answer that decides what happens next. */
  readonly question?: InboundQuestion;
  /** Present where the vendor wants a body of its own even though nobody decides anything, such as empty TwiML. */
  readonly reply?: VendorReply;
}

/** A body in the vendor's format. Sent with status 200. */
export interface VendorReply {
  readonly contentType: string;
  readonly body: string;
}

/** What a vendor asks when a call comes in, before it goes on. */
export interface InboundQuestion {
  readonly from: Phone | null;
  readonly to: Phone | null;
  /** The agent that would take the call. */
  readonly agentId: string | null;
  readonly references: readonly Reference[];
  /** Writes the app's answer in the vendor's format; with undefined: the safe answer that changes nothing. */
  reply(answer: InboundAnswer | undefined): VendorReply;
}

/** What the app can decide about an incoming call. A provider takes what its vendor supports. */
export interface InboundAnswer {
  /** Take the call with this agent instead. */
  readonly agentId?: string;
  /** Values for the agent's prompt. */
  readonly variables?: { readonly [name: string]: string | number | boolean };
  /** Kept by the vendor with the call and sent back in its events. */
  readonly metadata?: { readonly [name: string]: JsonValue };
  /** Do not take the call. */
  readonly reject?: boolean;
  /** The vendor's own configuration overrides, passed on as they are. */
  readonly overrides?: { readonly [name: string]: JsonValue };
  /** For Twilio: the TwiML to run. */
  readonly twiml?: string;
}
