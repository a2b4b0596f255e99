import { OffhookError, type OffhookErrorOptions } from "./errors.ts";

/** Causes for which a vendor's API gives nothing. */
export type ApiErrorCode =
  | "api_unauthorized"
  | "api_forbidden"
  | "api_not_found"
  | "api_rate_limited"
  | "api_rejected"
  | "api_unavailable"
  | "api_malformed"
  | "api_quota_exhausted"
  | "url_refused";

export interface ApiErrorDetails extends OffhookErrorOptions {
  readonly provider: string;
  readonly status?: number | null;
  readonly vendorCode?: string | null;
  readonly vendorMessage?: string | null;
  readonly requestId?: string | null;
  readonly retryAfterMs?: number | null;
}

const retryable: ReadonlySet<ApiErrorCode> = new Set([
  "api_rate_limited",
  "api_unavailable",
  "api_malformed",
  "api_quota_exhausted",
]);

/** A vendor's API answered with an error, not as documented, or not at all. */
export class ApiError extends OffhookError {
  protected static override readonly brandName: string = "ApiError";

  declare readonly code: ApiErrorCode;
  /** The provider's name. */
  readonly provider: string;
  /** The HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** The vendor's own code, such as Twilio's `20003`. */
  readonly vendorCode: string | null;
  /** How to find the request in the vendor's logs. */
  readonly requestId: string | null;
  /** How long the vendor, or our own budget, asks to wait. Milliseconds; null where nobody says. */
  readonly retryAfterMs: number | null;
  /** What the vendor says in words. Not part of the message, because it may quote what was sent. */
  declare readonly vendorMessage: string | null;

  constructor(code: ApiErrorCode, message: string, details: ApiErrorDetails) {
    super(code, message, details);
    this.provider = details.provider;
    this.status = details.status ?? null;
    this.vendorCode = details.vendorCode ?? null;
    this.requestId = details.requestId ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
    // Whoever prints the error with all its members shall not print what callers said.
    Object.defineProperty(this, "vendorMessage", { value: details.vendorMessage ?? null });
  }

  /** Whether the same request may succeed later. */
  get isRetryable(): boolean {
    return retryable.has(this.code);
  }
}
