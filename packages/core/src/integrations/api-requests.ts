import { ApiError } from "../api-error.ts";
import type { Documents } from "./documents.ts";
import { restated } from "../api/restated.ts";
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

export interface ApiRequestsOptions {
  readonly provider: string;
  readonly api: ProviderApi;
  readonly documents: Documents;
  readonly now: () => number;
  /** Ends every request. */
  readonly closing: AbortSignal;
}

/** All requests of an Offhook to one vendor: within its limits, and none with credentials that were refused just now. */
export class ApiRequests {
  readonly #budget: RequestBudget;
  readonly #now: () => number;
  readonly #turns: Turns;
  readonly #closing: AbortSignal;
  #refusal: { readonly error: ApiError; readonly untilMs: number } | undefined;

  constructor({ provider, api, documents, now, closing }: ApiRequestsOptions) {
    this.#budget = new RequestBudget({ provider, limits: api.limits, documents, now });
    this.#now = now;
    this.#turns = new Turns(api.concurrency);
    this.#closing = closing;
  }

  /** Asks the vendor something. @throws ApiError */
  async ask<Answer>(purpose: RequestPurpose, ask: (context: ApiContext) => Promise<Answer>): Promise<Answer> {
    // Whoever waited for its turn meets the refusal that one before it met.
    return this.guard(() => this.#turns.run(purpose.signal, () => ask(this.contextFor(purpose))));
  }

  contextFor({ signal, isUrgent, onRequest }: RequestPurpose): ApiContext {
    return {
      signal: signal === undefined ? this.#closing : AbortSignal.any([signal, this.#closing]),
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
    const untilMs = this.#now() + refusedMs;
    this.#refusal = { error: remembered(error, untilMs), untilMs };
  }

  /** The credentials may have been put right. */
  forgive(): void {
    this.#refusal = undefined;
  }

  /** Long work has ended: what it has taken of the limit, and did not use, is free again. */
  release(): Promise<void> {
    return this.#budget.release();
  }

  quota(): Promise<readonly QuotaState[]> {
    return this.#budget.state();
  }
}

/** For whoever asks meanwhile. */
function remembered(error: ApiError, untilMs: number): ApiError {
  const until = new Date(untilMs).toISOString().slice(11, 16);
  const message = `${error.message}; not asked again before ${until} UTC, but by a test of the connection`;
  return restated(error, { message });
}
