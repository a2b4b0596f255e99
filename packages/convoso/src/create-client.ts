import {
  createApiClient,
  malformed,
  openDownload,
  readCallRange,
  requireApiKey,
  type ApiKey,
  type ClientOptions,
  type ItemPage,
} from "@offhook/core/client";
import { ApiError, ConfigurationError, type ApiContext, type ProviderApi, type RecordingStream } from "@offhook/core";
import { accountInterval, clockText, readClock, type AccountInterval } from "./account-interval.ts";
import { readFailure } from "./api-failure.ts";
import {
  idOf,
  readLead,
  readLeadRecording,
  type ConvosoCall,
  type ConvosoLead,
  type ConvosoLeadRecording,
} from "./api-records.ts";
import { convosoRequests, type RequestParameters } from "./api-requests.ts";
import { callsPerPage, readLogPage } from "./call-log-pages.ts";
import { leadParameters, type ConvosoLeadSearch, type ConvosoNewLead } from "./lead-requests.ts";
import { listCalls } from "./list-calls.ts";
import { convosoApi, mostRequests } from "./provider-api.ts";
import { recordingsOf, withAddresses, type ConvosoRecording } from "./recordings.ts";
import type { ConvosoRules } from "./rules.ts";

export interface ConvosoClientOptions extends ClientOptions {
  /**
   * An Authorization Token that may retrieve the call log, and whatever else you use of this client. A function is asked
   * once for each request; when that is repeated, it carries the same token.
   */
  readonly authToken: ApiKey;
  /** Default `https://api.convoso.com/v1`. The version belongs to it: `https://proxy.example.com/v1`. */
  readonly baseUrl?: string;
  /** IANA name of the account's time zone, such as `America/New_York`: the one of `convoso({ timeZone })`. */
  readonly timeZone: string;
  /** Hosts that recordings lie on, beside those of Convoso: `cdn.example.com`, or `*.example.com`. */
  readonly recordingHosts?: readonly string[];
}

export interface ConvosoRange extends ApiContext {
  /**
   * The start of the calls: from inclusive, to exclusive. A day in UTC, or ISO-8601 with a zone. In the hour that the
   * account's clock shows twice, a call counts as of the first of the two.
   */
  readonly from: string;
  /** Default: now, when the first page is asked for. */
  readonly to?: string | undefined;
}

export interface ConvosoPageRange extends ConvosoRange {
  /** Said, because all pages are of the same range. */
  readonly to: string;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

/** What a customer's system may write into a call of the log. */
export interface ConvosoCallUpdate {
  readonly extra_field_01?: string;
  readonly extra_field_02?: string;
}

/**
 * A small, typed client of Convoso. What Convoso does not give is an ApiError, also where it says so with HTTP 200.
 * Before anything is asked, a ConfigurationError says what cannot be: `option_invalid` for a range, `secret_missing` for
 * a function that gives no token, or fails.
 */
export interface ConvosoClient {
  readonly calls: {
    /** Oldest first, each once. */
    list(range: ConvosoRange): AsyncGenerator<ConvosoCall, void, void>;
    /**
     * 500 calls at most. Around changes of the account's clock there are more than those of the range, and beyond 40,000
     * calls a later page may repeat some.
     */
    page(range: ConvosoPageRange): Promise<ItemPage<ConvosoCall>>;
    /** By the id of the call log, whenever it was. */
    get(id: string, context?: ApiContext): Promise<ConvosoCall>;
    /** Never repeated by itself. */
    update(id: string, fields: ConvosoCallUpdate, context?: ApiContext): Promise<void>;
  };
  readonly leads: {
    /** Never repeated by itself, because the same person would be called twice. */
    insert(lead: ConvosoNewLead, context?: ApiContext): Promise<{ readonly lead_id: string }>;
    search(search: ConvosoLeadSearch, context?: ApiContext): AsyncGenerator<ConvosoLead, void, void>;
  };
  readonly recordings: {
    /** Of one call: its id, or the call itself, which saves a request. */
    list(call: string | ConvosoCall, context?: ApiContext): Promise<readonly ConvosoRecording[]>;
    /** Of one lead, by the account's clock; around changes of it more than those of the range. */
    ofLead(leadId: string, range: ConvosoRange): AsyncGenerator<ConvosoLeadRecording, void, void>;
    /** The first one of a call. `range` is an HTTP Range, such as `bytes=0-1023`. */
    open(
      call: string | ConvosoCall,
      options?: ApiContext & { readonly range?: string | undefined },
    ): Promise<RecordingStream>;
  };
  /** Whether the token is good. Convoso does not say whose it is. */
  ping(context?: ApiContext): Promise<void>;
  /** Whose client it is: `convoso({ client })` takes no other vendor's. */
  readonly provider: "convoso";
  /** For `convoso({ client })`, which hands over what its options say. */
  connect(rules: ConvosoRules): ProviderApi;
}

/**
 * @example
 * const client = createConvosoClient({ authToken, timeZone: "America/New_York" });
 * const range = { from: "2026-11-01T00:00:00Z", to: "2026-11-20T00:00:00Z" };
 * for await (const call of client.calls.list(range)) console.log(call.id, call.status);
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for a time zone that is none, or another option that
 * cannot be.
 */
export function createConvosoClient(options: ConvosoClientOptions): ConvosoClient {
  const { timeZone, recordingHosts = [] } = options;
  const token = requireApiKey("createConvosoClient({ authToken })", options.authToken);
  const intervalOf = accountInterval(timeZone, "createConvosoClient({ timeZone })");
  const requests = convosoRequests(
    createApiClient(
      {
        provider: "convoso",
        maker: "createConvosoClient",
        baseUrl: "https://api.convoso.com/v1",
        // The token is a parameter. https://help.convoso.com/hc/en-us/articles/37988572145691-API-Glossary
        headers: () => ({}),
        readFailure,
        concurrency: mostRequests,
      },
      options,
    ),
    token,
  );
  const hosts = [...convosoRecordingHosts, ...recordingHosts];
  const intervalOfRange = (range: Pick<ConvosoRange, "from" | "to">, now?: () => number): AccountInterval => {
    const { from, to } = readCallRange("createConvosoClient", range, now);
    return intervalOf(Date.parse(from), Date.parse(to));
  };

  const recordingsOfLead = (parameters: RequestParameters, context: ApiContext | undefined) =>
    requests.entries(
      {
        what: "list recordings of a lead",
        path: "/leads/get-recordings",
        parameters,
        limit: 100,
        read: readLeadRecording,
      },
      context,
    );

  const client: ConvosoClient = {
    provider: "convoso",
    calls: {
      list: (range) => listCalls(client, timeZone, range),
      async page({ from, to, cursor, ...context }) {
        const what = "list calls";
        return readLogPage(what, intervalOfRange({ from, to }), cursor, ({ start, end, offset }) =>
          requests.log(
            what,
            { start_time: start, end_time: end, limit: callsPerPage, offset, order: "asc", include_recordings: 1 },
            context,
          ),
        );
      },
      async get(id, context) {
        const what = "get call";
        const parameters = { id, ...always, limit: 1, include_recordings: 1 };
        const { items, unreadable } = await requests.log(what, parameters, context);
        const [call] = items;
        if (call?.id === id) return call;
        if (items.length + unreadable.length > 0) throw malformed("convoso", what, "expected the call asked for");
        throw notFound(what, "the call log has no such call");
      },
      update: (id, { extra_field_01, extra_field_02 }, context) =>
        requests.send(
          {
            what: "update call",
            path: "/log/update",
            parameters: { call_log_id: id, extra_field_01, extra_field_02 },
          },
          context,
        ),
    },
    leads: {
      async insert(lead, context) {
        const what = "insert lead";
        const request = { what, path: "/leads/insert", parameters: leadParameters(lead) };
        const id = idOf((await requests.data(request, context))["lead_id"]);
        if (id === undefined) throw malformed("convoso", what, "expected the id of the lead");
        return { lead_id: id };
      },
      search: (search, context) =>
        requests.entries(
          { what: "search leads", path: "/leads/search", parameters: { ...search }, limit: 2000, read: readLead },
          context,
        ),
    },
    recordings: {
      async list(given, context) {
        const call = typeof given === "string" ? await client.calls.get(given, context) : given;
        const recordings = recordingsOf(call);
        const { lead_id: leadId, call_date: date } = call;
        const clockMs = readClock(date ?? "");
        const isComplete = recordings.every(({ url }) => url !== null);
        if (isComplete || leadId === null || leadId === "" || clockMs === null) return recordings;
        const ofLead: ConvosoLeadRecording[] = [];
        const around = { start_time: clockText(clockMs - dayMs), end_time: clockText(clockMs + dayMs) };
        for await (const each of recordingsOfLead({ lead_id: leadId, ...around }, context)) ofLead.push(each);
        return withAddresses(recordings, ofLead);
      },
      async *ofLead(leadId, { from, to, ...context }) {
        const { start, end } = intervalOfRange({ from, to }, context.now);
        yield* recordingsOfLead({ lead_id: leadId, start_time: start, end_time: end }, context);
      },
      async open(call, { range, ...context } = {}) {
        const recordings = await client.recordings.list(call, context);
        const url = recordings.find((each) => each.url !== null)?.url ?? null;
        if (url === null) throw notFound("open recording", "the call has none that can be fetched");
        await context.beforeRequest?.();
        const { signal } = context;
        const byFetch = options.fetch === undefined ? {} : { fetch: options.fetch };
        return openDownload({ url }, { provider: "convoso", hosts, range, signal, ...byFetch });
      },
    },
    async ping(context) {
      const nowMs = context?.now?.() ?? Date.now();
      const { start, end } = intervalOf(nowMs - dayMs, nowMs);
      await requests.log("ping", { start_time: start, end_time: end, limit: 1, include_recordings: 0 }, context);
    },
    connect: (rules) => {
      if (rules.timeZone !== timeZone) {
        throw new ConfigurationError(
          "option_invalid",
          `createConvosoClient({ timeZone }): expected "${rules.timeZone}" as in convoso({ timeZone }), got "${timeZone}"`,
        );
      }
      return convosoApi(client, { rules, hosts, fetch: options.fetch });
    },
  };
  return client;
}

// Convoso writes nowhere where its recordings lie; the samples show made-up addresses.
// https://help.convoso.com/hc/en-us/articles/37842066660891-Call-Log-Retrieve-Search-API
const convosoRecordingHosts = ["*.convoso.com"];

const dayMs = 24 * 60 * 60_000;

/** Without a range, Convoso looks at today alone. */
const always = { start_time: "2000-01-01 00:00:00", end_time: "2037-12-31 23:59:59" };

const notFound = (what: string, said: string): ApiError =>
  new ApiError("api_not_found", `API of convoso, ${what}: ${said}`, { provider: "convoso" });
