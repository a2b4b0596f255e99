import type { Reference } from "./call.ts";
import type { OffhookErrorCode } from "./errors.ts";
import type { SignedMessage } from "./verification.ts";

/** Header names in lower case; several values of one name either joined by a comma or as a list. */
export type HeaderRecord = { readonly [name: string]: string | readonly string[] | undefined };

/** Reads at most this many bytes of the body, or throws `body_too_large`. */
export type ReadBody = (maxBytes: number) => Promise<Uint8Array>;

/**
 * A request as the doors hand it to core: plain data, because building a `Request` in Node costs more than
 * verifying its signature: 7 to 9 µs against 3.
 */
export interface IncomingRequest {
  readonly method: string;
  /** The request target exactly as it stood on the wire, path and query, or an absolute URL. Never re-encoded. */
  readonly url: string;
  /** The path below the place where the handler is mounted; default: the path of `url`. */
  readonly path?: string;
  readonly headers: HeaderRecord;
  /** The raw bytes, or a function that reads them. Never a parsed body. */
  readonly body: Uint8Array | ReadBody;
  /** The peer's address, for the journal. */
  readonly remoteAddress?: string | undefined;
}

/** An answer as the doors give it to the vendor. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** Empty for 204. */
  readonly body: string;
}

/** A request whose body has been read; nothing of it is trusted yet. */
export interface RawDelivery {
  readonly method: string;
  /** As on the wire. */
  readonly url: string;
  /** The raw query, without the question mark; empty when there is none. */
  readonly query: string;
  readonly headers: HeaderRecord;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
}

declare const verified: unique symbol;

/**
 * A delivery that passed its provider's verification. Only `verifyDelivery` makes one, and translating asks for
 * one: what was not verified cannot be read by mistake.
 */
export interface VerifiedDelivery extends RawDelivery {
  readonly [verified]: true;
  /**
   * What the verification parsed on its way, such as a form whose fields are part of the signed message, so that
   * nothing is parsed twice. Undefined for schemes that sign the bytes.
   */
  readonly form: FormFields | undefined;
  /**
   * What was signed, without the time of signing, in the one writing that the signature fits: the request itself may
   * be written in others. Undefined where nothing was signed.
   */
  readonly signed: SignedMessage | undefined;
}

/** Form or query fields, in the order sent. Values are decoded. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/** `applied`: became events. `unmapped`: kept, no meaning known. `failed`: the mapper threw. `rejected`: not verified. */
export type DeliveryStatus = "applied" | "unmapped" | "failed" | "rejected";

/** Why a delivery failed or was rejected. */
export interface DeliveryError {
  readonly code: OffhookErrorCode;
  /** For the developer; without secrets. */
  readonly message: string;
}

/** One HTTP request that a vendor sent us, as kept in the journal. */
export interface Delivery {
  /** `dlv_…`, sortable by time of arrival. */
  readonly id: string;
  readonly tenantId: string;
  readonly provider: string;
  /** The route's kind, such as `post-call`; empty for a route that takes every kind. */
  readonly route: string;
  /** The vendor's name of the event, once translated; null before. */
  readonly kind: string | null;
  /**
   * SHA-256 over route and content, in hex; unique per tenant and provider. Null for rejected deliveries, so that
   * a forged copy can never take the place of the genuine one.
   */
  readonly identity: string | null;
  readonly status: DeliveryStatus;
  readonly error: DeliveryError | null;
  readonly method: string;
  /** With secrets in the query blotted out. */
  readonly url: string;
  /** Without signatures, tokens and cookies. */
  readonly headers: { readonly [name: string]: string };
  /** The raw bytes; of a rejected delivery at most the first 16 KiB. */
  readonly body: Uint8Array;
  /** Size of the body as received, in bytes. */
  readonly bodyBytes: number;
  /** When the body was let go of, by retention or because somebody asked for it; null while it is kept. ISO-8601 UTC. */
  readonly bodyRemovedAt: string | null;
  readonly remoteAddress: string | null;
  /** ISO-8601 UTC. */
  readonly receivedAt: string;
  /** What it speaks of. */
  readonly references: readonly Reference[];
  /** How often the same content arrived again. */
  readonly duplicates: number;
  readonly test: boolean;
}
