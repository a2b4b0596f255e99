import { ApiError, type ApiErrorCode, type ApiErrorDetails } from "../api-error.ts";
import type { CallEventDraft } from "../call-event.ts";
import type { CallStatus } from "../call.ts";
import { connectApi } from "../api/connect-api.ts";
import type { ApiContext, ApiListQuery, ApiPage, ApiRecord, ProviderApi } from "../provider-api.ts";
import type { Provider } from "../provider.ts";
import { createReference } from "../references.ts";
import { toyProvider } from "../toy-provider.ts";

/** A vendor's API for core's own tests: calls in memory, listed in numbered pages, oldest first. */

export interface ToyCall {
  readonly id: string;
  /** ISO-8601 in UTC with milliseconds; null where the vendor does not say. */
  readonly at: string | null;
  readonly status?: CallStatus;
  readonly note?: string;
  readonly leg?: string;
}

export class ToyVendor {
  calls: ToyCall[];
  pageSize = 10;
  /** Whether pages say how many calls there are. */
  countsCalls = true;
  /** Called before each request is answered; throws to fail it. */
  onRequest: (what: "list" | "get" | "ping", query?: ApiListQuery) => void | Promise<void> = () => undefined;
  requests = 0;
  unreadable: readonly string[] = [];

  constructor(calls: readonly ToyCall[] = []) {
    this.calls = [...calls];
  }

  api(given: Partial<ProviderApi> = {}): ProviderApi {
    return connectApi({
      limits: [],
      concurrency: 4,
      recordingHosts: [],
      ping: async (context) => {
        await this.#request("ping", context);
        return { account: "toys" };
      },
      listCalls: async (query, context) => {
        await this.#request("list", context, query);
        return this.#page(query);
      },
      getCall: async (id, context) => {
        await this.#request("get", context);
        const call = this.calls.find((each) => each.id === id);
        return call && toyRecord(call);
      },
      ...given,
    });
  }

  provider(given: Partial<ProviderApi> = {}): Provider {
    return { ...toyProvider(), api: this.api(given) };
  }

  /** As another vendor's, beside a provider of toys. */
  otherProvider(given: Partial<ProviderApi> = {}): Provider {
    const { routes } = toyProvider();
    return { name: "other", routes: routes.map((route) => ({ ...route, paths: ["other"] })), api: this.api(given) };
  }

  async #request(what: "list" | "get" | "ping", context: ApiContext = {}, query?: ApiListQuery): Promise<void> {
    context.signal?.throwIfAborted();
    await context.beforeRequest?.();
    this.requests += 1;
    await this.onRequest(what, query);
  }

  #page({ from, to, cursor }: ApiListQuery): ApiPage {
    const listed = this.calls
      .filter(({ at }) => at === null || (at >= from && at < to))
      .toSorted((left, right) => ((left.at ?? "") < (right.at ?? "") ? -1 : left.at === right.at ? 0 : 1));
    const start = Number(cursor ?? 0);
    const end = start + this.pageSize;
    return {
      records: listed.slice(start, end).map(toyRecord),
      unreadable: this.unreadable,
      nextCursor: end < listed.length ? String(end) : null,
      total: this.countsCalls ? listed.length : null,
    };
  }
}

export function toyRecord({ id, at, status = "completed", note, leg }: ToyCall): ApiRecord {
  const reference = createReference("toy", id, "session");
  const references = [reference, ...(leg === undefined ? [] : [createReference("carrier", leg, "leg")])];
  const event: CallEventDraft = {
    type: status === "completed" ? "call.ended" : "call.progressed",
    occurredAt: at,
    references,
    facts: { status, note },
  };
  return { subject: "call", reference, startedAt: at, events: [event] };
}

export function toyFailure(code: ApiErrorCode, details: Partial<ApiErrorDetails> = {}): ApiError {
  return new ApiError(code, `API of toy: ${code}`, { provider: "toy", ...details });
}

/** So many calls, one each minute. */
export function toyCalls(count: number, startMs: number): ToyCall[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `c${String(index).padStart(6, "0")}`,
    at: new Date(startMs + index * 60_000).toISOString(),
  }));
}
