import { malformed } from "@offhook/core/client";
import { ConfigurationError, type ApiContext, type WebhookSetupResult, type WebhookTarget } from "@offhook/core";
import type { CallRailIntegration } from "./api-records.ts";
import { administering, findWebhooks, signingKeyOf, writeWebhooks, type Company } from "./webhook-integration.ts";

/** Where the provider serves each event, below its own address. https://apidocs.callrail.com/#configuring-integrations */
const paths = {
  pre_call_webhook: "pre-call",
  answered_call_webhook: "routing-complete",
  post_call_webhook: "post-call",
  updated_call_webhook: "call-modified",
  post_outbound_call_webhook: "outbound-post-call",
  updated_outbound_call_webhook: "outbound-call-modified",
  sms_received_webhook: "text-received",
  sms_sent_webhook: "text-sent",
  form_captured_webhook: "form-submission",
} as const;

/** An event, as the API names it. Convert Assist and Voice Assist can only be entered in CallRail. */
export type CallRailWebhookEvent = keyof typeof paths;

/**
 * The state that webhooks are taken to be in which CallRail itself switched off, because they failed again and again. That
 * is not documented; what a person switches off is `disabled`. https://apidocs.callrail.com/#integrations
 */
const failed = "failed";

const callEvents: readonly CallRailWebhookEvent[] = [
  "pre_call_webhook",
  "answered_call_webhook",
  "post_call_webhook",
  "updated_call_webhook",
  "post_outbound_call_webhook",
  "updated_outbound_call_webhook",
];

export interface CallRailWebhookSetup {
  /** Where the provider is served: `https://app.example.com/api/webhooks/callrail`. Each event goes to a path below. */
  readonly url: string;
  /** Default: all six that are about calls. Texts and forms say nothing of calls. */
  readonly events?: readonly CallRailWebhookEvent[];
  /**
   * Takes these events' other addresses off, and those of all events where somebody has switched the webhooks off.
   * Default false: CallRail sends to several; webhooks that somebody has switched off and that would send to others again
   * stay off, and nothing is set. Those that CallRail itself has switched off are switched on as they were.
   */
  readonly replace?: boolean;
}

/** A company has one integration of webhooks, which lists the addresses of every event. */
export async function setupWebhooks(
  company: Company,
  { url, events = callEvents, replace = false }: CallRailWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookSetupResult> {
  if (!URL.canParse(url)) {
    throw new ConfigurationError(
      "option_invalid",
      "webhooks.setup({ url }): expected an absolute URL, got another text",
    );
  }
  const present = await administering(findWebhooks(company));
  const config: { [name: string]: unknown } = { ...present?.config };
  const base = url.replace(/\/$/, "");
  const isOn = present?.state === "active";
  const foreign = present === undefined || isOn ? [] : foreignTargets(present, base);
  const wasOn = isOn || present?.state === failed;
  if (present !== undefined && !wasOn && foreign.length > 0 && !replace) {
    return resultOf([...offTargets(present, base, events), ...foreign], await signingKeyOf(company, present, context));
  }
  const removed = wasOn ? [] : foreign;
  for (const { name } of removed) config[name] = addressesOf(config[name]).filter((address) => isBelow(base, address));

  const targets: WebhookTarget[] = [];
  let hasChanged = !isOn;
  for (const event of events) {
    const own = `${base}/${paths[event]}`;
    const known = addressesOf(config[event]);
    const others = known.filter((address) => address !== own);
    const isSet = known.includes(own);
    targets.push({ name: event, state: isSet && isOn ? "unchanged" : "set", url: own });
    if (!replace) for (const address of others) targets.push({ name: event, state: "kept", url: address });
    if (isSet && (!replace || others.length === 0)) continue;
    config[event] = [...(replace ? [] : others), own];
    hasChanged = true;
  }
  // Those of the other events are on again as well.
  if (wasOn) targets.push(...foreign.filter(({ name }) => !events.some((event) => event === name)));
  const written = hasChanged ? await administering(writeWebhooks(company, present, config, context)) : undefined;
  return resultOf(targets, written?.signingKey ?? (await signingKeyOf(company, present, context)));
}

const resultOf = (targets: readonly WebhookTarget[], secret: string | null): WebhookSetupResult => ({
  targets,
  ...(secret === null ? {} : { secret }),
});

/** Ours, where nothing is set because the webhooks are off and others' are among them. */
function offTargets(
  { config, state }: CallRailIntegration,
  base: string,
  events: readonly CallRailWebhookEvent[],
): WebhookTarget[] {
  const why = `CallRail's webhooks are ${state === "" ? "not active" : state}`;
  return events.map((event) => {
    const own = `${base}/${paths[event]}`;
    return addressesOf(config[event]).includes(own)
      ? { name: `${event}, off: ${why}`, state: "kept", url: own }
      : { name: `${event}, not set: ${why}`, state: "kept", url: "" };
  });
}

/** Whose events go elsewhere, once the webhooks are switched on again: those of calls, of texts and of all else. */
function foreignTargets({ config }: CallRailIntegration, base: string): WebhookTarget[] {
  return Object.keys(config)
    .filter((name) => name.endsWith("_webhook"))
    .flatMap((name) =>
      addressesOf(config[name])
        .filter((address) => !isBelow(base, address))
        .map((address): WebhookTarget => ({ name, state: "kept", url: address })),
    );
}

const isBelow = (base: string, address: string): boolean => address === base || address.startsWith(`${base}/`);

/** @throws ApiError `api_malformed`: what cannot be read would be lost by writing it back. */
function addressesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null || value === "") return [];
  const addresses: unknown[] = Array.isArray(value) ? value : [value];
  if (addresses.every((address) => typeof address === "string")) return addresses;
  throw malformed("callrail", "list integrations", "expected lists of addresses");
}
