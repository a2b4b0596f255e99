import type { ApiContext, WebhookTarget } from "@offhook/core";
import { malformed, type ApiClient } from "@offhook/core/client";
import { readApplication, type TwilioPhoneNumber } from "./api-records.ts";

export interface TwilioWebhookSetup {
  /** The whole address: `https://app.example.com/api/webhooks/twilio`, with connection overrides if you want some. */
  readonly url: string;
  /** Only these numbers, in E.164. Default: all of the account that can take calls. */
  readonly numbers?: readonly string[];
  /** Also what sends its callbacks elsewhere today. Default false. */
  readonly replace?: boolean;
}

interface Account {
  readonly api: ApiClient;
  /** The path of the account. */
  readonly path: string;
  readonly numbers: AsyncIterable<TwilioPhoneNumber>;
}

/** Status callbacks are set for each number, or its application. Calls that the app places name their own. */
export async function setupWebhooks(
  account: Account,
  setup: TwilioWebhookSetup,
  context: ApiContext | undefined,
): Promise<readonly WebhookTarget[]> {
  const targets: WebhookTarget[] = [];
  const applications = new Set<string>();
  for await (const number of account.numbers) {
    const name = number.phone_number ?? number.sid;
    if (setup.numbers !== undefined && !setup.numbers.includes(name)) continue;
    if (number.capabilities?.voice === false) continue;
    const path = `${account.path}/IncomingPhoneNumbers/${encodeURIComponent(number.sid)}.json`;
    const { voice_application_sid: applicationSid, trunk_sid: trunkSid } = number;
    // A trunk and an application take the place of what is set at the number.
    // https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
    if (hasText(trunkSid)) {
      targets.push({ name: `${name}, on a SIP trunk, which has no callbacks`, state: "kept", url: "" });
    } else if (hasText(applicationSid)) {
      if (!applications.has(applicationSid)) {
        targets.push(await setupApplication(account, applicationSid, setup, context));
      }
      applications.add(applicationSid);
    } else {
      targets.push(await setupTarget(account.api, { ...number, name, path }, setup, context));
    }
  }
  return targets;
}

async function setupApplication(
  { api, path: accountPath }: Account,
  sid: string,
  setup: TwilioWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookTarget> {
  const what = "get application";
  const path = `${accountPath}/Applications/${encodeURIComponent(sid)}.json`;
  const application = readApplication(await api.request({ what, path }, context));
  if (application === undefined) throw malformed("twilio", what, "expected an application");
  const name = `application ${application.friendly_name ?? sid}`;
  return setupTarget(api, { ...application, name, path }, setup, context);
}

interface Target {
  readonly name: string;
  readonly path: string;
  readonly status_callback?: string | null | undefined;
  readonly status_callback_method?: string | null | undefined;
}

async function setupTarget(
  api: ApiClient,
  { name, path, status_callback: present, status_callback_method: method }: Target,
  { url, replace = false }: TwilioWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookTarget> {
  const isOurs = hasText(present) && withoutOverrides(present) === withoutOverrides(url);
  // Overrides that somebody added by hand stay, unless others are asked for.
  const wanted = isOurs && !url.includes("#") ? present : url;
  if (present === wanted && method !== "GET") return { name, state: "unchanged", url: wanted };
  if (hasText(present) && !isOurs && !replace) return { name, state: "kept", url: present };
  await api.request(
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
}

/** Behind the `#` stands how often to retry. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
const withoutOverrides = (url: string): string => url.replace(/#.*$/, "");

const hasText = (text: string | null | undefined): text is string => text != null && text !== "";
