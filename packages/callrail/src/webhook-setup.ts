import { malformed, type ApiClient } from "@offhook/core/client";
import {
  ApiError,
  ConfigurationError,
  type ApiContext,
  type WebhookSetupResult,
  type WebhookTarget,
} from "@offhook/core";
import { readIntegration, type CallRailIntegration } from "./api-records.ts";

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
   * Takes these events' other addresses off, and those of all events where the webhooks are switched off. Default false:
   * CallRail sends to several; webhooks that are off and would send to others again stay off, and set nothing.
   */
  readonly replace?: boolean;
}

interface Company {
  readonly api: ApiClient;
  /** The path of the account. */
  readonly account: string;
  readonly companyId: string;
  /** All that the company has. */
  readonly integrations: AsyncIterable<CallRailIntegration>;
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
  const isOff = present !== undefined && present.state !== "active";
  const foreign = isOff ? foreignTargets(present, base) : [];
  if (foreign.length > 0 && !replace) return resultOf(foreign, await signingKeyOf(company, present, context));
  for (const { name } of foreign) config[name] = addressesOf(config[name]).filter((address) => isBelow(base, address));

  const targets: WebhookTarget[] = [];
  let hasChanged = present === undefined || isOff;
  for (const event of events) {
    const own = `${base}/${paths[event]}`;
    const known = addressesOf(config[event]);
    const others = known.filter((address) => address !== own);
    const isSet = known.includes(own);
    targets.push({ name: event, state: isSet && !isOff ? "unchanged" : "set", url: own });
    if (!replace) for (const address of others) targets.push({ name: event, state: "kept", url: address });
    if (isSet && (!replace || others.length === 0)) continue;
    config[event] = [...(replace ? [] : others), own];
    hasChanged = true;
  }
  const written = hasChanged ? await administering(write(company, present, config, context)) : undefined;
  return resultOf(targets, written?.signingKey ?? (await signingKeyOf(company, present, context)));
}

const resultOf = (targets: readonly WebhookTarget[], secret: string | null): WebhookSetupResult => ({
  targets,
  ...(secret === null ? {} : { secret }),
});

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

async function findWebhooks({ integrations }: Company): Promise<CallRailIntegration | undefined> {
  for await (const integration of integrations) if (integration.type === "Webhooks") return integration;
  return undefined;
}

/** @throws ApiError `api_malformed`: what cannot be read would be lost by writing it back. */
function addressesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null || value === "") return [];
  const addresses: unknown[] = Array.isArray(value) ? value : [value];
  if (addresses.every((address) => typeof address === "string")) return addresses;
  throw malformed("callrail", "list integrations", "expected lists of addresses");
}

/** All of the configuration, because what is left out of it may be lost. */
async function write(
  { api, account, companyId }: Company,
  present: CallRailIntegration | undefined,
  config: { readonly [name: string]: unknown },
  context: ApiContext | undefined,
): Promise<CallRailIntegration> {
  const what = present === undefined ? "create webhooks" : "update webhooks";
  const json = await api.request(
    present === undefined
      ? {
          what,
          method: "POST",
          path: `${account}/integrations.json`,
          json: { type: "Webhooks", company_id: companyId, config },
        }
      : {
          what,
          method: "PUT",
          path: integrationPath(account, present),
          json: { state: "active", config },
          // Twice is once.
          repeatable: true,
        },
    context,
  );
  const integration = readIntegration(json);
  if (integration === undefined) throw malformed("callrail", what, "expected an integration");
  return integration;
}

async function signingKeyOf(
  { api, account }: Company,
  present: CallRailIntegration | undefined,
  context: ApiContext | undefined,
): Promise<string | null> {
  if (present === undefined || present.signingKey !== null) return present?.signingKey ?? null;
  const request = { what: "get webhooks", path: integrationPath(account, present), query: { fields: "signing_key" } };
  return readIntegration(await api.request(request, context))?.signingKey ?? null;
}

const integrationPath = (account: string, { id }: CallRailIntegration): string =>
  `${account}/integrations/${encodeURIComponent(id)}.json`;

/** A key can do what its user may do, and few users may do this. */
async function administering<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    const { provider, status, vendorCode, vendorMessage, requestId, retryAfterMs } = error;
    throw new ApiError(
      "api_forbidden",
      `${error.message}: the user of the key may not change integrations. Use the key of an administrator, or enter the addresses in CallRail`,
      { provider, status, vendorCode, vendorMessage, requestId, retryAfterMs, cause: error },
    );
  }
}
