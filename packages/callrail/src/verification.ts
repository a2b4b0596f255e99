import { requireSecrets, type HmacVerification, type Secrets } from "@offhook/core";

/**
 * `Signature`: base64 HMAC-SHA1 over the raw body, keyed with the company's signing key as text, not as the bytes
 * that its hexadecimal digits spell. https://apidocs.callrail.com/#webhooks
 *
 * The address and its query are not signed, so nothing of the query is ever read. The only time in a body is the
 * start of the call, which may be hours before the delivery; so age is not judged, and a replayed request is a
 * duplicate that changes nothing.
 */
export function callRailVerification(signingKey: Secrets): HmacVerification {
  return {
    type: "hmac",
    hash: "sha1",
    encoding: "base64",
    secrets: requireSecrets("callrail({ signingKey })", signingKey),
    header: "signature",
    format: { type: "plain" },
    message: ["body"],
  };
}
