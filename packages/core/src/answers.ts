import type { Answer } from "./delivery.ts";
import { docsAnchor, type RefusalCode } from "./errors.ts";
import type { VendorReply } from "./provider.ts";

/** Every answer Offhook gives over HTTP. No other file knows a status. */

const statuses: { readonly [Code in RefusalCode]: number } = {
  signature_missing: 401,
  signature_malformed: 401,
  signature_mismatch: 401,
  timestamp_out_of_range: 401,
  payload_invalid: 400,
  body_too_large: 413,
  body_timeout: 408,
  body_already_parsed: 500,
  rate_limited: 429,
  address_not_allowed: 403,
  storage_unavailable: 503,
  internal_failure: 503,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  not_found: 404,
};

/** What the sender is told: enough to find the mistake, nothing to work with. The journal has the reason. */
const messages: { readonly [Code in RefusalCode]: string } = {
  signature_missing: "The request carries no signature",
  signature_malformed: "The signature is not in the expected format",
  signature_mismatch: "The signature does not fit the request",
  timestamp_out_of_range: "The signed time is too far from now",
  payload_invalid: "The body cannot be read",
  body_too_large: "The body is too large",
  body_timeout: "The body took too long to arrive",
  body_already_parsed:
    "A body parser ran before Offhook: mount Offhook's handler first, or let the parser keep the bytes in req.rawBody",
  rate_limited: "Too many requests",
  address_not_allowed: "Requests from this address are not accepted here",
  storage_unavailable: "The delivery could not be stored, please send it again",
  internal_failure: "Something failed on our side, please send it again",
  method_not_allowed: "The method is not allowed here",
  unsupported_media_type: "The content type is not supported here",
  not_found: "There is nothing here",
};

const jsonHeaders = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(statuses, code);
}

/** The delivery is stored. */
export function accepted(deliveryId: string, duplicate: boolean): Answer {
  return { status: 200, headers: jsonHeaders, body: `{"success":true,"id":"${deliveryId}","duplicate":${duplicate}}` };
}

/** The delivery is stored, and the vendor wants to hear nothing. */
export const acceptedSilently: Answer = { status: 204, headers: { "cache-control": "no-store" }, body: "" };

/** The delivery is stored, and the vendor wants a body of its own. */
export function replied({ contentType, body }: VendorReply): Answer {
  return { status: 200, headers: { ...jsonHeaders, "content-type": contentType }, body };
}

export function refused(code: RefusalCode, headers: { readonly [name: string]: string } = {}): Answer {
  const retry = statuses[code] === 503 || statuses[code] === 429 ? { "retry-after": "5" } : {};
  return {
    status: statuses[code],
    headers: { ...jsonHeaders, ...retry, ...headers },
    body: JSON.stringify({ success: false, error: { code, message: messages[code], docs: docsAnchor(code) } }),
  };
}

/** Information for a person or a monitor. */
export function informed(body: object): Answer {
  return { status: 200, headers: jsonHeaders, body: JSON.stringify(body) };
}

/** Answer to a preflight. */
export function preflight(allow: string): Answer {
  return { status: 204, headers: { allow, "cache-control": "no-store" }, body: "" };
}
