import { ApiError, type ApiContext, type WebhookSetupResult, type WebhookTarget } from "@offhook/core";
import { malformed, restated, type ApiClient } from "@offhook/core/client";
import { readApplication, type TwilioPhoneNumber } from "./api-records.ts";
import { hasText, takesCalls, webhookPlaces, type WebhookPlace } from "./webhook-places.ts";

export interface TwilioWebhookSetup {
  /** The whole address: `https://app.example.com/api/webhooks/twilio`, with connection overrides if you want some. */
  readonly url: string;
  /**
   * Only these numbers, in E.164; the account must have all of them. An application that stands before other numbers as
   * well is kept as it is. Default: all of the account that can take calls.
   */
  readonly numbers?: readonly string[];
  /** Also what sends its callbacks elsewhere today. Default false. */
  readonly replace?: boolean;
}

interface Account {
  readonly api: ApiClient;
  /** The path of the account. */
  readonly path: string;
  readonly numbers: AsyncIterable<TwilioPhoneNumber>;
  /** Connection overrides, `#` included, where neither the address that is asked for nor the present one has any. */
  readonly overrides: string;
}

/**
 * Three more tries where no connection comes about, or the answer is a failure of the server's. By default there is one,
 * and none after an answer. Not where the answer is late: what it answers may be stored already.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export const retryOverrides = "#rc=3&rp=ct,5xx";

interface Work extends Account {
  /** Why targets were not set. */
  readonly refusals: ApiError[];
}

/**
 * Status callbacks are set for each number, or its application. Calls that the app places name their own.
 *
 * What is refused for one target is `kept` with the code of its reason, and stops no other.
 *
 * @throws ApiError that would meet every target as well, with how many were set before it, or the first of the refusals
 * where there is nothing else. Either way it may be repeated.
 */
export async function setupWebhooks(
  account: Account,
  setup: TwilioWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookSetupResult> {
  const numbers: TwilioPhoneNumber[] = [];
  for await (const number of account.numbers) numbers.push(number);
  const places = webhookPlaces(numbers, setup.numbers);
  const targets: WebhookTarget[] = [];
  const work: Work = { ...account, refusals: [] };
  for (const place of places) {
    try {
      targets.push(await setupPlace(work, place, setup, context));
    } catch (error) {
      throw withProgress(error, targets, places.length);
    }
  }
  const [refusal] = work.refusals;
  if (refusal !== undefined && work.refusals.length === targets.length) throw refusal;
  return { targets };
}

// A trunk and an application take the place of what is set at the number.
// https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
function setupPlace(
  work: Work,
  { number, name, applicationSid, sharedWith }: WebhookPlace,
  setup: TwilioWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookTarget> | WebhookTarget {
  if (applicationSid !== null) return setupApplication(work, { sid: applicationSid, sharedWith }, setup, context);
  if (hasText(number.trunk_sid)) return kept(`${name}, on a SIP trunk, which has no callbacks`);
  if (!takesCalls(number)) return kept(`${name}, which takes no calls`);
  const path = `${work.path}/IncomingPhoneNumbers/${encodeURIComponent(number.sid)}.json`;
  return setupTarget(work, { ...number, name, path }, setup, context);
}

async function setupApplication(
  work: Work,
  { sid, sharedWith }: { readonly sid: string; readonly sharedWith: number },
  setup: TwilioWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookTarget> {
  const what = "get application";
  const path = `${work.path}/Applications/${encodeURIComponent(sid)}.json`;
  return keptIfRefused(work, { name: `application ${sid}` }, async () => {
    const application = readApplication(await work.api.request({ what, path }, context));
    if (application === undefined) throw malformed("twilio", what, "expected an application");
    const name = `application ${application.friendly_name ?? sid}`;
    return setupTarget(work, { ...application, name, path, sharedWith }, setup, context);
  });
}

interface Target {
  readonly name: string;
  readonly path: string;
  readonly sharedWith?: number;
  readonly status_callback?: string | null | undefined;
  readonly status_callback_method?: string | null | undefined;
}

async function setupTarget(
  work: Work,
  { name, path, sharedWith = 0, status_callback: present, status_callback_method: method }: Target,
  { url, replace = false }: TwilioWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookTarget> {
  const isOurs = hasText(present) && withoutOverrides(present) === withoutOverrides(url);
  const wanted = withOverrides(url, isOurs ? present : "", work.overrides);
  if (present === wanted && method !== "GET") return { name, state: "unchanged", url: wanted };
  if (sharedWith > 0) return kept(`${name}, which stands before numbers that were not named: ${sharedWith}`, present);
  if (hasText(present) && !isOurs && !replace) return kept(name, present);
  return keptIfRefused(work, { name, present }, async () => {
    await work.api.request(
      {
        what: "set status callback",
        method: "POST",
        path,
        form: { StatusCallback: wanted, StatusCallbackMethod: "POST" },
        // Twice is once.
        repeatable: true,
      },
      context,
    );
    return { name, state: "set", url: wanted };
  });
}

const kept = (name: string, url?: string | null): WebhookTarget => ({ name, state: "kept", url: url ?? "" });

/** What is the matter with one target says nothing of the others. */
async function keptIfRefused(
  { refusals }: Work,
  { name, present }: { readonly name: string; readonly present?: string | null | undefined },
  set: () => Promise<WebhookTarget>,
): Promise<WebhookTarget> {
  try {
    return await set();
  } catch (error) {
    if (!(error instanceof ApiError && ofOneTarget.has(error.code))) throw error;
    refusals.push(error);
    return kept(`${name}, not set: ${error.code}`, present);
  }
}

/** A key that may not set one may set none. */
const ofOneTarget: ReadonlySet<string> = new Set(["api_rejected", "api_not_found", "api_malformed"]);

/** Where nothing more can be done for now, whoever asked shall know what was done, which another time will show too. */
function withProgress(error: unknown, targets: readonly WebhookTarget[], count: number): unknown {
  const set = targets.filter(({ state }) => state === "set").length;
  if (!(error instanceof ApiError) || set === 0) return error;
  return restated(error, { message: `${error.message}; ${set} of ${count} targets were set before` });
}

/**
 * Overrides that somebody added by hand stay, unless others are asked for.
 * @param present the same address as it stands at Twilio; empty where another one does, or none.
 */
function withOverrides(url: string, present: string, overrides: string): string {
  if (url.includes("#")) return url;
  return /#./.test(present) || (present !== "" && overrides === "") ? present : `${url}${overrides}`;
}

/** Behind the `#` stands how often to retry. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
const withoutOverrides = (url: string): string => url.replace(/#.*$/, "");
