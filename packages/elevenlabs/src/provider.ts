import { checkClient, ConfigurationError, type Provider, type ProviderRoute, type Secrets } from "@offhook/core";
import type { ElevenLabsConversionRule } from "./analysis.ts";
import type { ElevenLabsClient } from "./create-client.ts";
import { toTranslation } from "./events.ts";
import { replyToQuestion, toQuestion } from "./initiation.ts";
import { readInitiation, readPayloads } from "./payload.ts";
import { initiationVerification, webhookVerification } from "./verification.ts";

export interface ElevenLabsOptions {
  /**
   * The secret that was shown when the workspace webhook was made, as a whole: `wsec_…`. Several while rotating, and
   * where an agent has a webhook of its own.
   */
  readonly webhookSecret: Secrets;
  /** How old a signed time may be. Milliseconds; default 30 minutes, as in the vendor's SDK. */
  readonly toleranceMs?: number;
  /** How far ahead of our clock a signed time may be. Milliseconds; default 5 minutes. */
  readonly futureToleranceMs?: number;
  /**
   * Largest body that is taken. Default 32 MiB, because `post_call_audio` carries the recording: about 1.3 MB for a
   * minute. Lower it where that webhook is off.
   */
  readonly maxBodyBytes?: number;
  /** Answers the question that ElevenLabs asks before a call, on `elevenlabs/initiation`. Default: no such address. */
  readonly initiation?: ElevenLabsInitiation;
  /**
   * Decides which conversation is a conversion. Default: one that the vendor's analysis judges a success. `false`:
   * none. Must be pure, because a replay asks again; what it throws keeps the delivery as failed.
   */
  readonly conversion?: false | ElevenLabsConversionRule;
  /** `createElevenLabsClient` of `@offhook/elevenlabs/client`: for import, reconcile, recordings and Twilio's calls. */
  readonly client?: Pick<ElevenLabsClient, "connect" | "provider">;
}

/** How the initiation webhook, which is not signed, proves where it comes from. */
export interface ElevenLabsInitiation {
  /** A request header that is configured at ElevenLabs together with the webhook's URL: `x-offhook-secret`. */
  readonly header: string;
  /** What that header holds; several while rotating. */
  readonly secret: Secrets;
}

/**
 * ElevenLabs Agents: post-call webhooks and, if wanted, the conversation-initiation webhook.
 *
 * @example
 * createOffhook({ providers: [elevenlabs({ webhookSecret })], storage });
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for a negative time or size, for what is no header's
 * name, or for the client of another vendor.
 */
export function elevenlabs(options: ElevenLabsOptions): Provider {
  const { maxBodyBytes = 32 * 1024 * 1024, conversion, initiation, client } = options;
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) {
    throw new ConfigurationError("option_invalid", "elevenlabs({ maxBodyBytes }): expected a whole number above 0");
  }
  const webhook: ProviderRoute = {
    paths: ["elevenlabs", "/webhooks/elevenlabs"],
    kind: "",
    methods: ["POST"],
    contentTypes: ["application/json"],
    maxBodyBytes,
    verification: webhookVerification(options),
    // Any other success counts as a failure, and ten of them switch the webhook off.
    // https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks
    acknowledgement: 200,
    translate: (delivery) => toTranslation(readPayloads(delivery.body), conversion),
  };
  checkClient("elevenlabs", "createElevenLabsClient", client);
  return {
    name: "elevenlabs",
    ...(client === undefined ? {} : { api: client.connect({ conversion }) }),
    routes: initiation === undefined ? [webhook] : [webhook, initiationRoute(initiation)],
  };
}

function initiationRoute(initiation: ElevenLabsInitiation): ProviderRoute {
  return {
    paths: ["elevenlabs/initiation"],
    kind: "initiation",
    methods: ["POST"],
    contentTypes: ["application/json"],
    verification: initiationVerification(initiation),
    acknowledgement: 200,
    // Any other answer would keep the conversation from starting.
    fallbackReply: replyToQuestion(undefined),
    translate: (delivery) => toQuestion(readInitiation(delivery.body)),
  };
}
