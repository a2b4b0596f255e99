import type { ApiErrorCode } from "./api-error.ts";

const brand = Symbol.for("@offhook/core/OffhookError");

/** Causes for which a request is refused; part of the HTTP contract. */
export type RefusalCode =
  | "signature_missing"
  | "signature_malformed"
  | "signature_mismatch"
  | "timestamp_out_of_range"
  | "payload_invalid"
  | "body_too_large"
  | "body_timeout"
  | "body_already_parsed"
  | "rate_limited"
  | "address_not_allowed"
  | "storage_unavailable"
  | "internal_failure"
  | "method_not_allowed"
  | "unsupported_media_type"
  | "not_found";

/** Every cause an Offhook package reports. */
export type OffhookErrorCode =
  | RefusalCode
  | "secret_missing"
  | "option_invalid"
  | "environment_incomplete"
  | "mapper_failed"
  | "storage_failed"
  | "storage_outdated"
  | "notifier_failed"
  | "client_missing"
  | "import_running"
  | ApiErrorCode;

/** Options of every Offhook error. */
export interface OffhookErrorOptions {
  /** What went wrong underneath; kept, never printed into the message. */
  readonly cause?: unknown;
}

/**
 * Every failure an Offhook package reports. Messages name what is, what should be and the next step, and never
 * hold a secret, a phone number or a transcript.
 */
export class OffhookError extends Error {
  /** True for an error from any loaded copy of this package: ESM, CommonJS or another version. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class from outside Offhook that extends one of ours keeps the ordinary prototype check.
    if (!Object.hasOwn(this, "brandName")) return Function.prototype[Symbol.hasInstance].call(this, value);
    // Ours compare their names, so that two copies of a class agree.
    if (typeof value !== "object" || value === null || !(brand in value)) return false;
    if (this === OffhookError) return true;
    return (value as { readonly [brand]: string })[brand] === this.brandName;
  }

  /** The class name that copies of a class compare; survives minification. */
  protected static readonly brandName: string = "OffhookError";

  override readonly name: string;
  /** The stable cause; see the error reference in the documentation. */
  readonly code: OffhookErrorCode;

  constructor(code: OffhookErrorCode, message: string, options: OffhookErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    const { brandName } = new.target;
    this.name = brandName;
    Object.defineProperty(this, brand, { value: brandName });
  }

  /** Where the documentation explains the code. */
  get docs(): string {
    return docsAnchor(this.code);
  }
}

/** The documentation's anchor for a code, relative to the documentation's root. */
export function docsAnchor(code: OffhookErrorCode): string {
  return `docs/errors.md#${code}`;
}

/** The developer wired something in a way that cannot work. Thrown at construction where possible. */
export class ConfigurationError extends OffhookError {
  protected static override readonly brandName: string = "ConfigurationError";
}

/** A request could not be shown to come from the vendor. */
export class VerificationError extends OffhookError {
  protected static override readonly brandName: string = "VerificationError";
}

/** Bytes arrived that cannot be read as what the vendor documents. */
export class PayloadError extends OffhookError {
  protected static override readonly brandName: string = "PayloadError";
}

/** The storage refused or could not be reached. With code `storage_unavailable` the sender should try again. */
export class StorageError extends OffhookError {
  protected static override readonly brandName: string = "StorageError";
}

/** A notifier could not deliver. */
export class NotifierError extends OffhookError {
  protected static override readonly brandName: string = "NotifierError";
}
