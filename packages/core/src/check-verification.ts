import { ConfigurationError } from "./errors.ts";
import { isHeaderName } from "./headers.ts";
import { requireSecrets } from "./secrets.ts";
import type { HmacVerification, Verification } from "./verification.ts";

/**
 * Checks what a provider declares, for providers that no compiler has checked.
 *
 * @param name of the route, for the error.
 * @throws ConfigurationError `option_invalid` or `secret_missing` for a declaration that would let everybody in.
 */
export function checkVerification(name: string, verification: Verification): void {
  const invalid: Invalid = (expected) =>
    new ConfigurationError("option_invalid", `Verification of "${name}": expected ${expected}, got something else`);
  switch (verification.type) {
    case "hmac":
      requireSecrets(`Verification of "${name}"`, verification.secrets);
      checkHeader(verification.header, invalid);
      // A signature that does not cover the body would fit every body.
      if (Array.isArray(verification.message) && !verification.message.includes("body")) {
        throw invalid("a message that holds the body");
      }
      checkFreshness(verification, invalid);
      return;
    case "shared-secret":
      requireSecrets(`Verification of "${name}"`, verification.secrets);
      if ("header" in verification.in) checkHeader(verification.in.header, invalid);
      else if (typeof verification.in.query !== "string" || verification.in.query === "") {
        throw invalid("the name of a header or of a query field");
      }
      return;
    case "custom":
      if (typeof verification.verify !== "function") throw invalid("a function `verify`");
      return;
    case "none":
      if (typeof verification.reason !== "string" || verification.reason.trim() === "") {
        throw invalid("a reason for taking every request");
      }
      return;
    default:
      throw invalid('a type of "hmac", "shared-secret", "custom" or "none"');
  }
}

/** A time that is stated and not judged, or judged and not signed, would be no protection against replays. */
function checkFreshness({ format, freshness, message }: HmacVerification, invalid: Invalid): void {
  if (format.type === "fields" && freshness === undefined) throw invalid("freshness, because the header has a time");
  if (freshness !== undefined && ![freshness.pastMs, freshness.futureMs].every(isDuration)) {
    throw invalid("freshness in finite milliseconds, 0 or more");
  }
  if (freshness !== undefined && Array.isArray(message) && !message.includes("timestamp")) {
    throw invalid("a message that holds the timestamp, because its freshness is judged");
  }
}

const isDuration = (ms: number): boolean => Number.isFinite(ms) && ms >= 0;

type Invalid = (expected: string) => ConfigurationError;

function checkHeader(header: string, invalid: Invalid): void {
  if (!isHeaderName(header) || header !== header.toLowerCase()) throw invalid("a header name in lower case");
}
