import { malformed, type ApiClient } from "@offhook/core/client";
import type { ApiContext, WebhookSetupResult, WebhookTarget } from "@offhook/core";
import { readCreatedWebhook, type CreatedWebhook, type ElevenLabsWebhook } from "./api-records.ts";
import { isRecord } from "./payload.ts";

export interface ElevenLabsWebhookSetup {
  /** The whole address: `https://app.example.com/api/webhooks/elevenlabs`. */
  readonly url: string;
  /** Also send each recording, of about 1.3 MB a minute, which the API has as well. Default false. */
  readonly audio?: boolean;
  /** Also where the workspace's post-call webhook goes elsewhere today. Default false. */
  readonly replace?: boolean;
}

interface Workspace {
  readonly api: ApiClient;
  readonly webhooks: readonly ElevenLabsWebhook[];
}

/**
 * Makes a webhook, or finds and wakes the one that goes to the address, and names it as the one of all agents. Agents
 * may name another for themselves.
 */
export async function setupWebhook(
  { api, webhooks }: Workspace,
  { url, audio = false, replace = false }: ElevenLabsWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookSetupResult> {
  const settings = await readSettings(api, context);
  const current = textOf(settings["post_call_webhook_id"]);
  const ours = webhooks.filter((webhook) => webhook.webhook_url === url);
  const found =
    ours.find((webhook) => webhook.webhook_id === current) ?? ours.find((webhook) => !isAsleep(webhook)) ?? ours[0];
  if (current !== null && current !== found?.webhook_id && !replace) {
    const present = webhooks.find((webhook) => webhook.webhook_id === current);
    return { targets: [{ name: nameOf(present), state: "kept", url: present?.webhook_url ?? "" }] };
  }
  const target = (state: WebhookTarget["state"]): WebhookTarget => ({ name: nameOf(found), state, url });

  if (found !== undefined) {
    const needsWaking = isAsleep(found) || found.retry_enabled === false;
    // The list does not say whether retries are on, so they are switched on once more.
    if (needsWaking || found.retry_enabled !== true) await wake(api, found.webhook_id, nameOf(found), context);
    const isPointed = await point(api, settings, { id: found.webhook_id, audio }, context);
    return { targets: [target(needsWaking || isPointed ? "set" : "unchanged")] };
  }

  const made = await create(api, url, context);
  const { webhook_id: id, webhook_secret: secret } = made;
  try {
    await wake(api, id, defaultName, context);
    await point(api, settings, { id, audio }, context);
  } catch (error) {
    // Its secret is shown but once: a webhook that nobody can verify would be found the next time.
    await remove(api, id).catch(() => undefined);
    throw error;
  }
  return { targets: [target("set")], ...(secret == null ? {} : { secret }) };
}

const defaultName = "Offhook";

// "transcript" is the whole conversation with its analysis.
// https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks
const wantedEvents = ["transcript", "call_initiation_failure"];

const nameOf = (webhook: ElevenLabsWebhook | undefined): string => webhook?.name || defaultName;
const isAsleep = (webhook: ElevenLabsWebhook): boolean =>
  webhook.is_disabled === true || webhook.is_auto_disabled === true;
const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

type Settings = { readonly [name: string]: unknown };

async function readSettings(api: ApiClient, context: ApiContext | undefined): Promise<Settings> {
  const what = "read settings";
  const json = await api.request({ what, path: settingsPath }, context);
  if (!isRecord(json)) throw malformed("elevenlabs", what, "expected settings");
  const { webhooks } = json;
  return isRecord(webhooks) ? webhooks : {};
}

async function create(api: ApiClient, url: string, context: ApiContext | undefined): Promise<CreatedWebhook> {
  const what = "create webhook";
  const json = await api.request(
    {
      what,
      method: "POST",
      path: webhooksPath,
      json: { settings: { auth_type: "hmac", name: defaultName, webhook_url: url } },
    },
    context,
  );
  const made = readCreatedWebhook(json);
  if (made === undefined) throw malformed("elevenlabs", what, "expected a webhook");
  return made;
}

/** Both members are required. Retries are off in every webhook that nobody switched them on in. */
async function wake(api: ApiClient, id: string, name: string, context: ApiContext | undefined): Promise<void> {
  await api.request(
    {
      what: "enable webhook",
      method: "PATCH",
      path: `${webhooksPath}/${encodeURIComponent(id)}`,
      json: { name, is_disabled: false, retry_enabled: true },
      // Twice is once.
      repeatable: true,
    },
    context,
  );
}

async function remove(api: ApiClient, id: string): Promise<void> {
  const path = `${webhooksPath}/${encodeURIComponent(id)}`;
  await api.request({ what: "delete webhook", method: "DELETE", path, repeatable: true });
}

/** False where the settings already say so. */
async function point(
  api: ApiClient,
  settings: Settings,
  { id, audio }: { readonly id: string; readonly audio: boolean },
  context: ApiContext | undefined,
): Promise<boolean> {
  const isNew = settings["post_call_webhook_id"] !== id;
  const wanted = audio ? [...wantedEvents, "audio"] : wantedEvents;
  const present = !isNew && Array.isArray(settings["events"]) ? (settings["events"] as readonly unknown[]) : [];
  if (!isNew && wanted.every((event) => present.includes(event))) return false;
  // `send_audio` is the older word for an event.
  const { send_audio: _older, ...kept } = settings;
  const webhooks = {
    // An object as a whole, because nobody says whether its members are replaced one by one.
    ...kept,
    post_call_webhook_id: id,
    events: [...new Set([...present, ...wanted])],
    // OpenTelemetry's form has no turns that could be read.
    ...(isNew ? { transcript_format: "json" } : {}),
  };
  await api.request(
    { what: "update settings", method: "PATCH", path: settingsPath, json: { webhooks }, repeatable: true },
    context,
  );
  return true;
}

const settingsPath = "/v1/convai/settings";
const webhooksPath = "/v1/workspace/webhooks";
