import type { FakeWebhook } from "./fake-vendor.ts";
import { membersOf, type Members } from "./request-body.ts";

/** The webhooks of a workspace, and the settings that name the one of all agents. */
export class ElevenLabsWorkspace {
  readonly #secret: string;
  #hooks: readonly Members[] = [];
  #made = 0;
  #settings: Members = {
    post_call_webhook_id: null,
    events: ["transcript"],
    transcript_format: "json",
    send_audio: null,
  };

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** The one that conversations are told to, unless it is switched off. */
  get webhooks(): readonly FakeWebhook[] {
    return this.#hooks
      .filter((hook) => hook["webhook_id"] === this.#settings["post_call_webhook_id"] && hook["is_disabled"] === false)
      .map(({ name, webhook_url: url }) => ({ name: String(name), url: String(url) }));
  }

  /** https://elevenlabs.io/docs/api-reference/webhooks/list */
  list(): Members {
    return { webhooks: this.#hooks };
  }

  /** The secret is shown this once. https://elevenlabs.io/docs/api-reference/webhooks/create */
  create(body: Members): Members {
    const { name, webhook_url: url, auth_type: authType } = membersOf(body["settings"]);
    this.#made += 1;
    const id = `wh_${this.#made}`;
    const hook: Members = {
      name,
      webhook_id: id,
      webhook_url: url,
      is_disabled: false,
      is_auto_disabled: false,
      created_at_unix: 1_780_000_000,
      auth_type: authType,
      usage: null,
      events: null,
      most_recent_failure_error_code: null,
      most_recent_failure_timestamp: null,
    };
    this.#hooks = [...this.#hooks, hook];
    return { webhook_id: id, webhook_secret: this.#secret };
  }

  /** Undefined for one that there is not. https://elevenlabs.io/docs/api-reference/webhooks/update */
  update(id: string, { name, is_disabled }: Members): Members | undefined {
    if (!this.#has(id)) return undefined;
    this.#hooks = this.#hooks.map((hook) =>
      hook["webhook_id"] === id ? { ...hook, name, is_disabled, is_auto_disabled: false } : hook,
    );
    return { status: "ok" };
  }

  remove(id: string): Members | undefined {
    if (!this.#has(id)) return undefined;
    this.#hooks = this.#hooks.filter((hook) => hook["webhook_id"] !== id);
    return { status: "ok" };
  }

  get settings(): Members {
    return {
      conversation_initiation_client_data_webhook: null,
      webhooks: this.#settings,
      can_use_mcp_servers: false,
      rag_retention_period_days: 10,
    };
  }

  /** An object replaces the one before it as a whole. */
  change({ webhooks }: Members): Members {
    if (webhooks !== undefined) this.#settings = membersOf(webhooks);
    return this.settings;
  }

  #has(id: string): boolean {
    return this.#hooks.some((hook) => hook["webhook_id"] === id);
  }
}
