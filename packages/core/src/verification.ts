import type { FormFields, RawDelivery } from "./delivery.ts";
import type { HashName, MessagePart, SignatureEncoding } from "./hmac.ts";

/** One secret, or several while rotating: a delivery is genuine if any of them signed it. */
export type Secrets = string | readonly string[];

/** The bytes that were signed: one or two parts, joined. */
export type SignedMessage = readonly [MessagePart] | readonly [MessagePart, MessagePart];

/** How the signature header is written. */
export type SignatureFormat =
  /** The header is the signature, after an optional prefix such as `sha256=`. */
  | { readonly type: "plain"; readonly optionalPrefix?: string }
  /**
   * Fields joined by commas, `name=value`, one of which holds the time and one or more the signature. Unknown
   * fields are ignored. With `strict` the header is exactly the time and one signature, in this order.
   */
  | {
      readonly type: "fields";
      readonly timestamp: string;
      readonly signature: string;
      readonly strict?: boolean;
    };

/** How old, and how far ahead of our clock, a signed time may be. Both limits are inclusive. */
export interface Freshness {
  /** The unit of the time in the header. */
  readonly unit: "seconds" | "milliseconds";
  readonly pastMs: number;
  readonly futureMs: number;
}

/** A keyed hash over the message, in a header. */
export interface HmacVerification {
  readonly type: "hmac";
  readonly hash: HashName;
  readonly encoding: SignatureEncoding;
  readonly secrets: Secrets;
  /** Lower case. */
  readonly header: string;
  readonly format: SignatureFormat;
  readonly message: SignedMessageLayout;
  /** For headers that carry a time. */
  readonly freshness?: Freshness;
}

/** What is signed: pieces in their order, of which the body is at most one; or content that takes parsing to find. */
export type SignedMessageLayout = readonly ("body" | "timestamp" | { readonly text: string })[] | SignedContent;

/** For signatures over something other than the bytes and the time, such as Twilio's URL and form fields. */
export interface SignedContent {
  /**
   * The messages of which one must have been signed, most likely first; none where the request cannot be genuine.
   */
  candidates(delivery: RawDelivery): SignedCandidates | Promise<SignedCandidates>;
  /** Completes a request before it is signed, for example by a query field; used by `signRequest` alone. */
  prepare?(request: SignableRequest): SignableRequest | Promise<SignableRequest>;
}

export interface SignedCandidates {
  readonly messages: readonly SignedMessage[];
  /** What was parsed on the way, handed on with the verified delivery. */
  readonly form?: FormFields | undefined;
}

/** A secret that the sender repeats in each request. Weaker than a signature: for vendors that cannot sign. */
export interface SharedSecretVerification {
  readonly type: "shared-secret";
  readonly secrets: Secrets;
  /** Where it stands. What stands in a query ends up in access logs. */
  readonly in: { readonly header: string } | { readonly query: string };
}

/** A check that is neither, such as a signed token. */
export interface CustomVerification {
  readonly type: "custom";
  /** Returns nothing for a genuine delivery and throws VerificationError for any other. */
  verify(delivery: RawDelivery, options: { readonly nowMs: number }): void | Promise<void>;
  /**
   * True when `verify` proves the query as well. Otherwise a request that differs from another one only in its query
   * counts as a repetition of it, because anybody could have changed that.
   */
  readonly coversQuery?: boolean;
  /** Headers that must not be kept, in lower case. */
  readonly secretHeaders?: readonly string[];
  /** How the genuine requests are signed that `verify` takes, where that can be declared; before `sign`. */
  readonly signedAs?: Verification;
  /** Makes a genuine request, for tests and the simulator. */
  sign?(request: SignableRequest, options: { readonly nowMs: number }): SignableRequest | Promise<SignableRequest>;
}

/** Takes every request. The reason is for whoever reads the configuration. */
export interface NoVerification {
  readonly type: "none";
  readonly reason: string;
}

/** How a provider proves that a delivery is genuine, as data. Core performs it, in one place: `verify.ts`. */
export type Verification = HmacVerification | SharedSecretVerification | CustomVerification | NoVerification;

/** A request that can still be signed. */
export interface SignableRequest {
  readonly method: string;
  /** Absolute, or the request target. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}
