import { checkClient, ConfigurationError, type Provider, type ProviderRoute, type Secrets } from "@offhook/core";
import type { CallRailClient } from "./create-client.ts";
import { toTranslation, type MappingOptions } from "./events.ts";
import type { CallKind, OtherKind } from "./kinds.ts";
import { readPayload } from "./payload.ts";
import type { AbandonedStatus } from "./statuses.ts";
import { callRailVerification } from "./verification.ts";

export interface CallRailOptions {
  /**
   * The company's signing key, as CallRail shows it beside its webhooks; several for several companies or while
   * rotating. https://apidocs.callrail.com/#webhooks
   */
  readonly signingKey: Secrets;
  /** ISO 3166 country for numbers that come without a country code. Default `"US"`. */
  readonly defaultCountry?: string;
  /** The status of a call whose caller hung up before anybody answered. Default `"canceled"`. */
  readonly abandonedAs?: "canceled" | "no_answer";
  /** `createCallRailClient` of `@offhook/callrail/client`: for import, reconcile and recordings. */
  readonly client?: Pick<CallRailClient, "connect" | "provider">;
}

/**
 * CallRail: calls before, during and after, and their later changes. Each event wants its own address, because
 * CallRail names none of its events; `callrail` alone takes them all and guesses.
 *
 * @example
 * createOffhook({ providers: [callrail({ signingKey: "072e77e4…" })], storage });
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for another option that cannot be.
 */
export function callrail(options: CallRailOptions): Provider {
  const mapping: MappingOptions = {
    abandonedAs: checkAbandonedAs(options.abandonedAs ?? "canceled"),
    defaultCountry: checkCountry(options.defaultCountry ?? "US"),
  };
  const verification = callRailVerification(options.signingKey);
  const route = (path: string, kind: CallKind | OtherKind | ""): ProviderRoute => ({
    paths: [path],
    kind,
    methods: ["POST"],
    // Any: CallRail sends an event once and never again, and switches an integration off that refuses too often.
    // What proves a request is its signature over the bytes. https://apidocs.callrail.com/#webhooks
    contentTypes: [],
    verification,
    translate: (delivery) => toTranslation(readPayload(delivery, kind), mapping),
  });
  checkClient("callrail", "createCallRailClient", options.client);
  return {
    name: "callrail",
    ...(options.client === undefined ? {} : { api: options.client.connect(mapping) }),
    routes: [
      route("callrail", ""),
      route("callrail/post-call", "post-call"),
      route("callrail/pre-call", "pre-call"),
      route("callrail/call-modified", "call-modified"),
      route("callrail/routing-complete", "routing-complete"),
      route("callrail/outbound-post-call", "outbound-post-call"),
      route("callrail/outbound-call-modified", "outbound-call-modified"),
      route("callrail/text-received", "message.received"),
      route("callrail/text-sent", "message.sent"),
      route("callrail/form-submission", "form.submitted"),
      route("callrail/convert-assist", "analysis.ready"),
      route("callrail/voice-assist", "voice-assist-answered"),
    ],
  };
}

function checkAbandonedAs(status: AbandonedStatus): AbandonedStatus {
  if (status === "canceled" || status === "no_answer") return status;
  throw new ConfigurationError(
    "option_invalid",
    'callrail({ abandonedAs }): expected "canceled" or "no_answer", got something else',
  );
}

function checkCountry(country: string): string {
  if (/^[A-Z]{2}$/.test(country)) return country;
  throw new ConfigurationError(
    "option_invalid",
    'callrail({ defaultCountry }): expected a country in two capital letters such as "US", got something else',
  );
}
