import { ApiRequests } from "./api-requests.ts";
import type { Documents } from "./documents.ts";
import { ConfigurationError } from "../errors.ts";
import { askedOf, type Asked } from "./follow-ups.ts";
import type { Vendor } from "./import-runs.ts";
import type { Workings } from "../workings.ts";

/** The vendors of an Offhook whose APIs can be asked. */
export class Vendors {
  readonly #byName: ReadonlyMap<string, Vendor>;
  readonly #names: readonly string[];
  readonly asked: Asked;

  constructor({ providers, now, archive }: Workings, documents: Documents, closing: AbortSignal) {
    this.#names = providers.map(({ name }) => name);
    this.#byName = new Map(
      providers.flatMap(({ name, api }) => {
        if (api === undefined) return [];
        const requests = new ApiRequests({ provider: name, api, documents, now, closing });
        return [[name, { name, api, requests }] as const];
      }),
    );
    this.asked = askedOf(providers, archive !== undefined);
  }

  get recorders(): ReadonlySet<string> {
    return this.asked.recorders;
  }

  all(): readonly Vendor[] {
    return [...this.#byName.values()];
  }

  find(name: string): Vendor | undefined {
    return this.#byName.get(name);
  }

  /** @throws ConfigurationError `option_invalid` for a provider that there is not, `client_missing` for one without a client. */
  require(name: string): Vendor {
    this.checkName(name);
    const vendor = this.#byName.get(name);
    if (vendor !== undefined) return vendor;
    throw new ConfigurationError(
      "client_missing",
      `Provider ${name}: expected one with an API client, got one without: see the option "client" of ${name}(…)`,
    );
  }

  /** @throws ConfigurationError `option_invalid` */
  checkName(name: string): void {
    if (this.#names.includes(name)) return;
    throw new ConfigurationError(
      "option_invalid",
      `Provider: expected one of ${this.#names.join(", ")}, got another name`,
    );
  }
}
