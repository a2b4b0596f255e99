import { ApiError } from "../api-error.ts";
import type { Documents } from "./documents.ts";
import { Turns } from "../api/turns.ts";
import type { QuotaState } from "../integrations.ts";
import type { ApiContext, ProviderApi } from "../provider-api.ts";
import { RequestBudget } from "./request-budget.ts";

/** How long nothing is asked of a vendor that has refused the credentials. */
const refusedMs = 5 * 60_000;

export interface RequestPurpose {
  readonly signal?: AbortSignal | undefined;
  /** What somebody waits for, or what does not come again, may use what long work has to leave. */
  readonly isUrgent: boolean;
  /** Called with each request. */
  readonly onRequest?: () => void;
}

/** All requests of an Offhook to one vendor: within its limits, and none with credentials that were refused just now. */
export class ApiRequests {
  readonly #budget: RequestBudget;
  readonly #now: () => number;
  readonly #turns: Turns;
  #refusal: { readonly error: ApiError; readonly untilMs: number } | undefined;

  constructor(provider: string, api: ProviderApi, documents: Documents, now: () => number) {
    this.#budget = new RequestBudget({ provider, limits: api.limits, documents, now });
    this.#now = now;
    this.#turns = new Turns(api.concurrency);
  }

  /** Asks the vendor something. @throws ApiError */
  async ask<Answer>(purpose: RequestPurpose, ask: (context: ApiContext) => Promise<Answer>): Promise<Answer> {
    // Whoever waited for its turn meets the refusal that one before it met.
    return this.guard(() => this.#turns.run(purpose.signal, () => ask(this.contextFor(purpose))));
  }

  contextFor({ signal, isUrgent, onRequest }: RequestPurpose): ApiContext {
    return {
      signal,
      now: this.#now,
      beforeRequest: async () => {
        if (this.#refusal !== undefined && this.#now() < this.#refusal.untilMs) throw this.#refusal.error;
        await this.#budget.take(isUrgent);
        onRequest?.();
      },
    };
  }

  /** Remembers a refusal of the credentials, so that not every job meets one. */
  async guard<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      this.remember(error);
      throw error;
    }
  }

  remember(error: unknown): void {
    if (!(error instanceof ApiError) || error.code !== "api_unauthorized" || error === this.#refusal?.error) return;
    this.#refusal = { error, untilMs: this.#now() + refusedMs };
  }

  /** The credentials may have been put right. */
  forgive(): void {
    this.#refusal = undefined;
  }

  quota(): Promise<readonly QuotaState[]> {
    return this.#budget.state();
  }
}
