import { ConfigurationError, verifyDelivery, type RawDelivery, type VerifiedDelivery } from "@offhook/core";
import type { RetellOptions } from "./provider.ts";
import { retellVerification, signatureHeader } from "./verification.ts";

/** A webhook of Retell as it arrived, and the options to judge it by. */
export interface SignedRetellWebhook extends Omit<RetellOptions, "client"> {
  /** The raw body. Not a parsed one: JSON that is written again has other bytes. */
  readonly body: string | Uint8Array;
  /** The header `x-retell-signature`; what is missing is refused. */
  readonly signature: string | null | undefined;
  /** The time to judge freshness by. Milliseconds since 1970; default: now. */
  readonly nowMs?: number;
}

/**
 * Checks one webhook of Retell, for handlers that do not run through Offhook's receiver, which checks by itself. The
 * result is the verified delivery, never a boolean. Go on with its `body` and with no other copy: then a forgotten
 * `await` has nothing to go on with.
 *
 * @example
 * const { body } = await verifyRetellWebhookSignature({
 *   apiKey,
 *   body: await request.text(),
 *   signature: request.headers.get("x-retell-signature"),
 * });
 * const { event, call } = JSON.parse(new TextDecoder().decode(body));
 *
 * @throws VerificationError `signature_missing`, `signature_malformed`, `signature_mismatch` or
 * `timestamp_out_of_range` for whatever is not shown to come from Retell.
 * @throws ConfigurationError `secret_missing`, `option_invalid`, or `body_already_parsed` for a body that is no text
 * and no bytes.
 */
export async function verifyRetellWebhookSignature(webhook: SignedRetellWebhook): Promise<VerifiedDelivery> {
  const { signature, nowMs = Date.now() } = webhook;
  const delivery: RawDelivery = {
    method: "POST",
    url: "",
    query: "",
    headers: { [signatureHeader]: signature ?? undefined },
    body: bytesOf(webhook.body),
    receivedAtMs: nowMs,
  };
  return verifyDelivery(retellVerification(webhook), delivery, { nowMs });
}

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new ConfigurationError(
    "body_already_parsed",
    "verifyRetellWebhookSignature({ body }): expected the raw text or bytes, got something else: read the body before a parser does",
  );
}
