import { createFetch, type $Fetch, type FetchResponse } from "ofetch";
import { ApiError, type ApiErrorCode } from "../api-error.ts";
import { codeOfStatus, retryAfterOf } from "./api-status.ts";
import { readClientOptions, type ClientOptions } from "./client-options.ts";
import { reasonOf } from "./failure-code.ts";
import { mediaTypeOf } from "../headers.ts";
import type { ApiContext } from "../provider-api.ts";
import { pause } from "./pause.ts";
import { Turns } from "./turns.ts";
import { untilAborted } from "./until-aborted.ts";

/** Any `fetch`, such as that of a test or of a proxy. */
export type Fetch = typeof globalThis.fetch;

/** How one vendor's API is spoken to. */
export interface ApiDialect {
  readonly provider: string;
  /** The function that makes the client, named in errors about its options. Default `createApiClient`. */
  readonly maker?: string;
  /** With a path if every request has it; without a slash at the end. */
  readonly baseUrl: string;
  /** Credentials and what else every request carries. Asked anew for each attempt. */
  readonly headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Reads the body of a failure, which may be anything. */
  readonly readFailure: (body: unknown, status: number) => ApiFailure;
  /** Requests that are under way at the same time; others wait their turn. Default 8. */
  readonly concurrency?: number;
  /** The response header that names the request. Lower case. */
  readonly requestIdHeader?: string;
}

export interface ApiFailure {
  readonly code?: string | null;
  readonly message?: string | null;
  /** Where the vendor says it in the body. */
  readonly requestId?: string | null;
  /** Where the status does not say what it is: a 422 for an unknown id. */
  readonly cause?: ApiErrorCode;
}

type Scalar = string | number | boolean;

export interface ApiRequest {
  /** Completes "Twilio API, …": `list calls`. Part of error messages, so without ids and numbers. */
  readonly what: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base, beginning with a slash; or a whole address of the same origin, as in links to the next page. */
  readonly path: string;
  /** Lists repeat the name. */
  readonly query?: Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>;
  /** Whether it may be made twice. Default: only GET. */
  readonly repeatable?: boolean;
  /** Looks into a success; what it returns is a failure after all. For vendors that answer 200 either way. */
  readonly failureIn?: (body: unknown) => (ApiFailure & { readonly status?: number }) | undefined;
}

export interface ApiClient {
  /** Where everything is asked, without a slash at the end. */
  readonly baseUrl: string;
  /**
   * The answer's JSON; undefined where it is empty.
   * @throws ApiError
   */
  request(request: ApiRequest, context?: ApiContext): Promise<unknown>;
}

/** Longer than this nobody waits inside a call: whoever asked comes back later. */
const longestPauseMs = 10_000;
const firstPauseMs = 250;

/**
 * Speaks to one vendor's API. ofetch makes one attempt; repeating, time limits, redirects and where credentials go are
 * decided here.
 *
 * @throws ConfigurationError `option_invalid` for options that no request could be made with.
 */
export function createApiClient(dialect: ApiDialect, options: ClientOptions = {}): ApiClient {
  const { provider } = dialect;
  const plan = readClientOptions(dialect.maker ?? "createApiClient", dialect.baseUrl, options);
  const { timeoutMs, attempts: maxAttempts } = plan;
  const turns = new Turns(dialect.concurrency ?? 8);
  const baseUrl = `${plan.base.origin}${plan.base.pathname.replace(/\/+$/, "")}`;
  const send = createFetch({ fetch: plan.fetch ?? ((input, init) => globalThis.fetch(input, init)) });

  return {
    baseUrl,
    async request(request, context = {}) {
      const url = urlOf(baseUrl, request, provider);
      const attempts = (request.repeatable ?? (request.method ?? "GET") === "GET") ? maxAttempts : 1;
      for (let attempt = 1; ; attempt += 1) {
        const result = await turns.run(context.signal, async () => {
          await context.beforeRequest?.();
          try {
            return { answer: await attemptOnce({ send, dialect, request, url, timeoutMs, signal: context.signal }) };
          } catch (error) {
            context.signal?.throwIfAborted();
            if (!(error instanceof ApiError)) throw error;
            return { failure: error };
          }
        });
        if (result.failure === undefined) return result.answer;
        const { failure } = result;
        const pauseMs = failure.retryAfterMs ?? firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random());
        // An answer that cannot be read would hardly become readable within seconds.
        const mayHelp = failure.isRetryable && failure.code !== "api_malformed";
        if (attempt >= attempts || !mayHelp || pauseMs > longestPauseMs) throw failure;
        await pause(pauseMs, context.signal);
      }
    },
  };
}

interface Attempt {
  readonly send: $Fetch;
  readonly dialect: ApiDialect;
  readonly request: ApiRequest;
  readonly url: URL;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

async function attemptOnce({ send, dialect, request, url, timeoutMs, signal }: Attempt): Promise<unknown> {
  const { provider } = dialect;
  const { what, method = "GET", json, form } = request;
  // Outside of the attempt: a key that is missing is no failure of the vendor's.
  const credentials = await dialect.headers();
  const timeout = AbortSignal.timeout(timeoutMs);
  const ends = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  let response: FetchResponse<string>;
  try {
    const sent = send.raw<unknown, "text">(url.href, {
      method,
      headers: { accept: "application/json", ...credentials },
      ...(json === undefined ? {} : { body: json as object }), // ofetch writes any JSON
      ...(form === undefined ? {} : { body: formOf(form) }),
      signal: ends,
      // JSON is read below: ofetch would give text where it is broken, and lose digits.
      responseType: "text",
      retry: false,
      redirect: "manual",
      ignoreResponseError: true,
    });
    response = await untilAborted(ends, sent);
  } catch (error) {
    const cause = withoutUrl(error);
    const said = timeout.aborted ? "no answer in time" : `no answer${reasonOf(cause)}`;
    throw new ApiError("api_unavailable", messageOf(provider, what, said), { provider, cause });
  }
  const { status, headers } = response;
  // oxlint-disable-next-line no-underscore-dangle -- ofetch's name for what it has read
  const { _data: text } = response;
  const body = parse(text);
  if (status >= 200 && status < 300) {
    if (body === unreadable) {
      throw new ApiError("api_malformed", messageOf(provider, what, `answered ${status} with ${contentOf(headers)}`), {
        provider,
        status,
        requestId: requestIdOf(dialect, headers),
      });
    }
    const failure = request.failureIn?.(body);
    if (failure !== undefined) throw errorOf(dialect, what, failure.status ?? status, headers, failure);
    return body;
  }
  // Credentials are for this origin alone.
  const failure = status < 400 ? {} : dialect.readFailure(body === unreadable ? text : body, status);
  throw errorOf(dialect, what, status, headers, failure);
}

function errorOf(dialect: ApiDialect, what: string, status: number, headers: Headers, failure: ApiFailure): ApiError {
  const { provider } = dialect;
  // Where others write codes, some vendors write sentences, which may quote what was sent.
  const code = failure.code != null && plainCode.test(failure.code) ? failure.code : null;
  const said = code === null ? `answered ${status}` : `answered ${status}, code ${code}`;
  return new ApiError(failure.cause ?? codeOfStatus(status), messageOf(provider, what, said), {
    provider,
    status,
    vendorCode: code,
    vendorMessage: (failure.message ?? failure.code)?.slice(0, 500) ?? null,
    requestId: failure.requestId ?? requestIdOf(dialect, headers),
    retryAfterMs: retryAfterOf(headers),
  });
}

const plainCode = /^[A-Za-z0-9][\w.:-]{0,59}$/;

const messageOf = (provider: string, what: string, said: string): string => `API of ${provider}, ${what}: ${said}`;

const requestIdOf = ({ requestIdHeader }: ApiDialect, headers: Headers): string | null =>
  requestIdHeader === undefined ? null : headers.get(requestIdHeader);

const unreadable = Symbol("unreadable");

function parse(text: string | undefined): unknown {
  if (text === undefined || text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return unreadable;
  }
}

/** What came instead of JSON: mostly the page of a proxy, or of a `baseUrl` that leads elsewhere. */
function contentOf(headers: Headers): string {
  const type = mediaTypeOf(headers.get("content-type") ?? "");
  if (!/^[a-z0-9.+-]{1,30}\/[a-z0-9.+-]{1,60}$/.test(type)) return "something else than JSON";
  return /[/+]json$/.test(type) ? `${type} that cannot be read` : `${type} instead of JSON`;
}

/** The platform takes these for a way up, also where they are escaped: no id that is made of dots leads to what has it. */
const wayUp = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

function urlOf(baseUrl: string, { path, query = {}, what }: ApiRequest, provider: string): URL {
  if (wayUp.test(path)) {
    throw new ApiError("api_not_found", messageOf(provider, what, "nothing has an id of dots alone"), { provider });
  }
  const url = new URL(path.startsWith("/") ? `${baseUrl}${path}` : path);
  if (url.origin !== new URL(baseUrl).origin) {
    throw new ApiError("url_refused", messageOf(provider, what, "points to another host than the API's"), { provider });
  }
  for (const [name, value] of entriesOf(query)) url.searchParams.append(name, value);
  return url;
}

function formOf(form: NonNullable<ApiRequest["form"]>): URLSearchParams {
  return new URLSearchParams([...entriesOf(form)]);
}

function* entriesOf(record: NonNullable<ApiRequest["query"]>): Iterable<[string, string]> {
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined) continue;
    for (const item of typeof value === "object" ? value : [value]) yield [name, String(item)];
  }
}

/** ofetch's errors hold the address and the headers; what lies below them is the reason. */
function withoutUrl(error: unknown): unknown {
  return error instanceof Error && error.name === "FetchError" ? error.cause : error;
}
