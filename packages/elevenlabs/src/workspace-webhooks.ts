import { malformed, readItems, type ApiClient } from "@offhook/core/client";
import { isRecord, type ApiContext } from "@offhook/core";
import { readCreatedWebhook, readUsedWebhook, readWebhook, type ElevenLabsWebhook } from "./api-records.ts";

/**
 * The webhooks of the workspace.
 * @throws ApiError `api_malformed` also where one of them cannot be read, because it may be the one that is looked for.
 */
export async function listWebhooks(api: ApiClient, context?: ApiContext): Promise<readonly ElevenLabsWebhook[]> {
  return readList(await api.request({ what: list, path: webhooksPath }, context), readWebhook);
}

/**
 * Never made twice: nobody would know the other one.
 * @throws ApiError `api_malformed` also for one without a secret, which nobody could verify; it is removed.
 */
export async function createWebhook(
  api: ApiClient,
  { name, url }: { readonly name: string; readonly url: string },
  context: ApiContext | undefined,
): Promise<{ readonly id: string; readonly secret: string }> {
  const what = "create webhook";
  const json = { settings: { auth_type: "hmac", name, webhook_url: url } };
  const made = readCreatedWebhook(await api.request({ what, method: "POST", path: webhooksPath, json }, context));
  if (made === undefined) throw malformed("elevenlabs", what, "expected a webhook");
  const { webhook_id: id, webhook_secret: secret } = made;
  if (secret != null && secret !== "") return { id, secret };
  await removeWebhook(api, id);
  throw malformed("elevenlabs", what, "expected a secret");
}

/** Both members are required. Retries are off in every webhook that nobody switched them on in. */
export async function wakeWebhook(
  api: ApiClient,
  id: string,
  name: string,
  context: ApiContext | undefined,
): Promise<void> {
  await api.request(
    {
      what: "enable webhook",
      method: "PATCH",
      path: pathOf(id),
      json: { name, is_disabled: false, retry_enabled: true },
      // Twice is once.
      repeatable: true,
    },
    context,
  );
}

/** Tidies up: what stays because it fails is not in use, and harms nobody. */
export async function removeWebhook(api: ApiClient, id: string): Promise<void> {
  try {
    await api.request({ what: "delete webhook", method: "DELETE", path: pathOf(id), repeatable: true });
  } catch {
    // As above.
  }
}

/** Removes those of which ElevenLabs says that nothing uses them, no agent either. Keys of admins alone are told. */
export async function removeUnused(api: ApiClient, isMeant: (webhook: ElevenLabsWebhook) => boolean): Promise<void> {
  const query = { include_usages: true };
  try {
    const webhooks = readList(await api.request({ what: list, path: webhooksPath, query }), readUsedWebhook);
    for (const webhook of webhooks) {
      if (isMeant(webhook) && webhook.usage?.length === 0) await removeWebhook(api, webhook.webhook_id);
    }
  } catch {
    // What stays is not named by the settings.
  }
}

function readList<Webhook>(json: unknown, read: (json: unknown) => Webhook | undefined): readonly Webhook[] {
  if (!isRecord(json)) throw malformed("elevenlabs", list, "expected webhooks");
  const { items, unreadable } = readItems("elevenlabs", list, json["webhooks"], read);
  if (unreadable.length > 0) throw malformed("elevenlabs", list, "expected webhooks with ids");
  return items;
}

const list = "list webhooks";
const webhooksPath = "/v1/workspace/webhooks";
const pathOf = (id: string): string => `${webhooksPath}/${encodeURIComponent(id)}`;
