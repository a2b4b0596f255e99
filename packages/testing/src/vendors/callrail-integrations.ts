import type { FakeWebhook } from "./fake-vendor.ts";
import { membersOf, type Members } from "./request-body.ts";

interface Integration {
  readonly id: number;
  readonly type: string;
  readonly state: unknown;
  readonly config: Members;
}

/** The integrations of a company. https://apidocs.callrail.com/#integrations */
export class CallRailIntegrations {
  readonly #signingKey: string;
  #all: readonly Integration[] = [];

  constructor(signingKey: string) {
    this.#signingKey = signingKey;
  }

  /** Each event has several addresses. */
  get webhooks(): readonly FakeWebhook[] {
    return this.#all
      .filter(({ type, state }) => type === "Webhooks" && state === "active")
      .flatMap(({ config }) => Object.entries(config))
      .flatMap(([name, urls]) => (Array.isArray(urls) ? urls.map((url) => ({ name, url: String(url) })) : []));
  }

  list(query: URLSearchParams): Members {
    const integrations = this.#all.map((each) => this.#shown(each, query));
    return { page: 1, per_page: 100, total_pages: 1, total_records: integrations.length, integrations };
  }

  /** Undefined for one that there is not. */
  get(id: number, query: URLSearchParams): Members | undefined {
    const found = this.#all.find((each) => each.id === id);
    return found && this.#shown(found, query);
  }

  /** Undefined where there is one of the type already: a company has one of each. */
  create({ type, config }: Members): Members | undefined {
    if (typeof type !== "string" || this.#all.some((each) => each.type === type)) return undefined;
    const created = { id: this.#all.length + 1, type, state: "active", config: membersOf(config) };
    this.#all = [...this.#all, created];
    return { ...created, signing_key: this.#signingKey };
  }

  /** What is left out of a configuration is gone. */
  update(id: number, { state, config }: Members): Members | undefined {
    this.#all = this.#all.map((each) =>
      each.id === id
        ? { ...each, state: state ?? each.state, config: config === undefined ? each.config : membersOf(config) }
        : each,
    );
    return this.get(id, new URLSearchParams());
  }

  #shown(integration: Integration, query: URLSearchParams): Members {
    const showsKey = query.get("fields") === "signing_key" && integration.type === "Webhooks";
    return { ...integration, ...(showsKey ? { signing_key: this.#signingKey } : {}) };
  }
}
