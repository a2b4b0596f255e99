import {
  ConfigurationError,
  isHeaderName,
  requireSecrets,
  type HmacVerification,
  type SharedSecretVerification,
} from "@offhook/core";
import type { ElevenLabsInitiation, ElevenLabsOptions } from "./provider.ts";

const minuteMs = 60_000;

/**
 * `ElevenLabs-Signature: t=<seconds>,v0=<hex>`: HMAC-SHA256 over the time, a dot and the raw body; the key is the
 * whole secret as text. https://elevenlabs.io/docs/eleven-api/resources/webhooks
 */
export function webhookVerification(options: ElevenLabsOptions): HmacVerification {
  const { webhookSecret, toleranceMs = 30 * minuteMs, futureToleranceMs = 5 * minuteMs } = options;
  return {
    type: "hmac",
    hash: "sha256",
    encoding: "hex",
    secrets: requireSecrets("elevenlabs({ webhookSecret })", webhookSecret),
    header: "elevenlabs-signature",
    format: { type: "fields", timestamp: "t", signature: "v0" },
    message: ["timestamp", { text: "." }, "body"],
    freshness: {
      unit: "seconds",
      pastMs: requireDuration("toleranceMs", toleranceMs),
      futureMs: requireDuration("futureToleranceMs", futureToleranceMs),
    },
  };
}

/**
 * The initiation webhook carries no signature, only the static headers that were configured for it.
 * https://elevenlabs.io/docs/eleven-agents/customization/personalization/twilio-personalization
 */
export function initiationVerification({ header, secret }: ElevenLabsInitiation): SharedSecretVerification {
  if (!isHeaderName(header)) {
    throw new ConfigurationError(
      "option_invalid",
      "elevenlabs({ initiation }): expected the name of a request header such as x-offhook-secret, got something else",
    );
  }
  return {
    type: "shared-secret",
    secrets: requireSecrets("elevenlabs({ initiation: { secret } })", secret),
    in: { header: header.toLowerCase() },
  };
}

function requireDuration(name: string, ms: number): number {
  if (!Number.isFinite(ms) || ms < 0) {
    throw new ConfigurationError(
      "option_invalid",
      `elevenlabs({ ${name} }): expected milliseconds, 0 or more, got ${String(ms)}`,
    );
  }
  return ms;
}
