import { malformed, restated, type ApiClient } from "@offhook/core/client";
import { ApiError, isRecord, type ApiContext, type WebhookSetupResult } from "@offhook/core";
import type { ElevenLabsWebhook } from "./api-records.ts";
import { createWebhook, listWebhooks, removeUnused, removeWebhook, wakeWebhook } from "./workspace-webhooks.ts";

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
  /** All of them. */
  readonly webhooks: readonly ElevenLabsWebhook[];
}

/**
 * Makes a webhook and names it as the one of all agents, or wakes the one that is named already where that goes to the
 * address. Agents may name another for themselves.
 *
 * @throws ApiError; where a webhook was made that is not in use, it is removed.
 */
export async function setupWebhook(
  { api, webhooks }: Workspace,
  { url, audio = false, replace = false }: ElevenLabsWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookSetupResult> {
  const settings = await readSettings(api, context);
  const current = namedIn(settings);
  const findNamed = (among: readonly ElevenLabsWebhook[]) => among.find(({ webhook_id: id }) => id === current);
  // What the list lacks may have been made since it was read.
  const named = findNamed(webhooks) ?? (current === null ? undefined : findNamed(await listWebhooks(api, context)));
  if (named !== undefined && isOurs(named, url)) {
    const needsWaking = isAsleep(named) || named.retry_enabled === false;
    // The list does not say whether retries are on, so they are switched on once more.
    if (needsWaking || named.retry_enabled !== true) await wakeWebhook(api, named.webhook_id, nameOf(named), context);
    const isPointed = await point(api, settings, { id: named.webhook_id, audio }, context);
    return { targets: [{ name: nameOf(named), state: needsWaking || isPointed ? "set" : "unchanged", url }] };
  }
  // Settings may still name one that was deleted, to which nothing is sent: its place is free.
  if (named !== undefined && !replace) {
    return { targets: [{ name: nameOf(named), state: "kept", url: named.webhook_url ?? "" }] };
  }
  // One with the address that is not in use does not do: nobody can be shown its secret any more.
  const { id, secret } = await createWebhook(api, { name: defaultName, url }, context);
  try {
    await wakeWebhook(api, id, defaultName, context);
  } catch (error) {
    await removeWebhook(api, id);
    throw error;
  }
  try {
    await point(api, settings, { id, audio }, context);
  } catch (error) {
    if (!(await isInUse(api, id, error))) {
      await removeWebhook(api, id);
      throw error;
    }
  }
  if (webhooks.some((webhook) => isOurs(webhook, url))) {
    await removeUnused(
      api,
      (webhook) => isOurs(webhook, url) && webhook.name === defaultName && webhook.webhook_id !== id,
    );
  }
  return { targets: [{ name: defaultName, state: "set", url }], secret };
}

/** Deliveries of the other ways to authenticate carry no signature. */
const isOurs = (webhook: ElevenLabsWebhook, url: string): boolean =>
  webhook.webhook_url === url && webhook.auth_type === "hmac";

/**
 * Whether the settings name the webhook although naming it failed: the answer alone may have been lost.
 * @throws ApiError where nobody says, so that a webhook that may be in use is not removed.
 */
async function isInUse(api: ApiClient, id: string, failure: unknown): Promise<boolean> {
  try {
    return namedIn(await readSettings(api)) === id;
  } catch (error) {
    const reason = failure instanceof ApiError ? failure : error;
    if (!(reason instanceof ApiError)) throw failure;
    throw restated(reason, {
      message: `${reason.message}: whether the new webhook "${defaultName}" is in use is not known. Delete it in ElevenLabs before setting up again, because its secret is lost`,
    });
  }
}

const defaultName = "Offhook";

// "transcript" is the whole conversation with its analysis.
// https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks
const wantedEvents = ["transcript", "call_initiation_failure"];

const nameOf = ({ name }: ElevenLabsWebhook): string => name || defaultName;
const isAsleep = (webhook: ElevenLabsWebhook): boolean =>
  webhook.is_disabled === true || webhook.is_auto_disabled === true;

type Settings = { readonly [name: string]: unknown };

function namedIn({ post_call_webhook_id: id }: Settings): string | null {
  return typeof id === "string" && id !== "" ? id : null;
}

async function readSettings(api: ApiClient, context?: ApiContext): Promise<Settings> {
  const what = "read settings";
  const json = await api.request({ what, path: settingsPath }, context);
  if (!isRecord(json)) throw malformed("elevenlabs", what, "expected settings");
  const { webhooks } = json;
  if (webhooks !== undefined && webhooks !== null && !isRecord(webhooks)) {
    throw malformed("elevenlabs", what, "expected settings of webhooks");
  }
  return webhooks ?? {};
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
  if (!isNew && isReadable(settings) && wanted.every((event) => present.includes(event))) return false;
  // `send_audio` is the older word for an event.
  const { send_audio: _older, ...kept } = settings;
  const webhooks = {
    // An object as a whole, because nobody says whether its members are replaced one by one.
    ...kept,
    post_call_webhook_id: id,
    events: [...new Set([...present, ...wanted])],
    transcript_format: "json",
    ...("exclude_transcript" in kept ? { exclude_transcript: false } : {}),
  };
  await api.request(
    { what: "update settings", method: "PATCH", path: settingsPath, json: { webhooks }, repeatable: true },
    context,
  );
  return true;
}

/** OpenTelemetry's form has no turns that could be read, and they may be left out of JSON. Neither is the default. */
const isReadable = ({ transcript_format: format, exclude_transcript: isExcluded }: Settings): boolean =>
  (format ?? "json") === "json" && isExcluded !== true;

const settingsPath = "/v1/convai/settings";
