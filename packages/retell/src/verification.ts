import {
  ConfigurationError,
  headerOf,
  requireSecrets,
  verifyDelivery,
  type CustomVerification,
  type HmacVerification,
  type RawDelivery,
  type Verification,
} from "@offhook/core";
import type { RetellOptions } from "./provider.ts";

export const signatureHeader = "x-retell-signature";

/** Both ways. https://docs.retellai.com/features/secure-webhook */
const defaultToleranceMs = 300_000;

/** @throws ConfigurationError `secret_missing`, or `option_invalid` for a tolerance that is none. */
export function retellVerification(options: RetellOptions): Verification {
  const timestamped = timestampedSignature(options);
  return options.legacyBodySignature === true ? withBodySignatures(timestamped) : timestamped;
}

/**
 * `x-retell-signature: v=<milliseconds>,d=<hex>`: HMAC-SHA256 over the body and the time, in this order and with
 * nothing between them. https://docs.retellai.com/features/secure-webhook
 */
function timestampedSignature({ apiKey, toleranceMs = defaultToleranceMs }: RetellOptions): HmacVerification {
  if (!Number.isFinite(toleranceMs) || toleranceMs <= 0) {
    throw new ConfigurationError(
      "option_invalid",
      `retell({ toleranceMs }): expected milliseconds above 0, such as ${defaultToleranceMs}, got ${String(toleranceMs)}`,
    );
  }
  return {
    type: "hmac",
    hash: "sha256",
    encoding: "hex",
    secrets: requireSecrets("retell({ apiKey })", apiKey),
    header: signatureHeader,
    format: { type: "fields", timestamp: "v", signature: "d", strict: true },
    message: ["body", "timestamp"],
    freshness: { unit: "milliseconds", pastMs: toleranceMs, futureMs: toleranceMs },
  };
}

const bareHex = /^[0-9a-f]{64}$/i;
const bareBase64 = /^[A-Za-z0-9+/]{43}=$/;

/** The look of the header picks one declaration, which then decides alone: no second try turns a refusal around. */
function withBodySignatures(timestamped: HmacVerification): CustomVerification {
  const { hash, secrets } = timestamped;
  const plain = {
    type: "hmac",
    hash,
    secrets,
    header: signatureHeader,
    format: { type: "plain" },
    message: ["body"],
  } as const;
  const inHex: HmacVerification = { ...plain, encoding: "hex" };
  const inBase64: HmacVerification = { ...plain, encoding: "base64" };
  const declarationFor = ({ headers }: RawDelivery): HmacVerification => {
    const stated = headerOf(headers, signatureHeader) ?? "";
    if (bareHex.test(stated)) return inHex;
    return bareBase64.test(stated) ? inBase64 : timestamped;
  };
  return {
    type: "custom",
    verify: async (delivery, { nowMs }) => {
      await verifyDelivery(declarationFor(delivery), delivery, { nowMs });
    },
    signedAs: timestamped,
  };
}
