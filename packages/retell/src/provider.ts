import { checkClient, type Provider, type ProviderRoute, type Secrets } from "@offhook/core";
import type { RetellClient } from "./create-client.ts";
import { toTranslation } from "./events.ts";
import { emptyReply } from "./inbound.ts";
import { readPayload } from "./payload.ts";
import { retellVerification } from "./verification.ts";

export interface RetellOptions {
  /**
   * The API key that carries the "webhook" badge in the Retell dashboard; several while rotating. Retell has no
   * separate webhook secret, and its other keys do not sign. https://docs.retellai.com/features/secure-webhook
   */
  readonly apiKey: Secrets;
  /** How far a signed time may be from our clock, in the past or ahead, inclusive. Milliseconds; default 300000. */
  readonly toleranceMs?: number;
  /**
   * Also takes a bare HMAC of the body, in hex or base64, without a time. No documented version of Retell signs so;
   * it is for relays of your own, and such a request can be replayed at any time. Default false.
   */
  readonly legacyBodySignature?: boolean;
  /** `createRetellClient` of `@offhook/retell/client`: for import, reconcile and recordings. */
  readonly client?: Pick<RetellClient, "connect" | "provider">;
}

/**
 * Retell AI: the events of calls, and the question before an inbound call, on one address or on two.
 *
 * @example
 * createOffhook({
 *   providers: [retell({ apiKey })],
 *   storage,
 *   onInbound: ({ from }) => ({ variables: { caller: from?.e164 ?? "unknown" } }),
 * });
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for a tolerance that is none, or for the client of another
 * vendor.
 */
export function retell(options: RetellOptions): Provider {
  const webhook: ProviderRoute = {
    paths: ["retell"],
    kind: "",
    methods: ["POST"],
    contentTypes: ["application/json"],
    // An hour of talk, with the times of each word in two transcripts, passes the default of 1 MiB.
    maxBodyBytes: 8 * 1024 * 1024,
    verification: retellVerification(options),
    translate: (delivery) => toTranslation(readPayload(delivery)),
  };
  checkClient("retell", "createRetellClient", options.client);
  return {
    name: "retell",
    ...(options.client === undefined ? {} : { api: options.client.connect() }),
    // Both take everything; whoever calls only the second one waits for an answer.
    routes: [
      webhook,
      { ...webhook, paths: ["retell/inbound"], kind: "inbound", fallbackReply: emptyReply("call_inbound") },
    ],
  };
}
