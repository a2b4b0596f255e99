import {
  createApiClient,
  listAll,
  malformed,
  openDownload,
  readCallRange,
  requireApiKey,
  type ApiKey,
  type ClientOptions,
  type ItemPage,
} from "@offhook/core/client";
import {
  ApiError,
  ConfigurationError,
  isRecord,
  type ApiContext,
  type ProviderApi,
  type RecordingStream,
  type WebhookSetupResult,
} from "@offhook/core";
import { callRailFields, completeFields, listedFields } from "./api-fields.ts";
import { minuteRange, readLinkedPage, readNumberedPage } from "./api-pages.ts";
import { readAccount, readCall, readIntegration, type CallRailAccount, type CallRailCall } from "./api-records.ts";
import { changesBody, type CallRailChanges } from "./call-changes.ts";
import { chooseFields } from "./field-choice.ts";
import { listCalls } from "./list-calls.ts";
import { callRailApi } from "./provider-api.ts";
import { setupWebhooks, type CallRailWebhookSetup } from "./webhook-setup.ts";

export interface CallRailClientOptions extends ClientOptions {
  /** Sees what the user who made it sees. */
  readonly apiKey: ApiKey;
  /** `ACC…`, or the number in the address of CallRail's pages. */
  readonly accountId: string;
  /** `COM…`. Lists only the calls of this company; needed to set webhooks up. */
  readonly companyId?: string;
  /** With the version of the API: default `https://api.callrail.com/v3`. https, or http on this machine. */
  readonly baseUrl?: string;
  /**
   * Instead of `callRailFields`: what to ask for beside what every call comes with. `call_type` is asked for in any case,
   * and so is what a field stands for, such as `source` with `source_name`.
   */
  readonly fields?: readonly string[];
  /** Told, for each kind of request, when the API has refused some of the fields and they are left out from now on. */
  readonly onRefusedFields?: (fields: readonly string[]) => void;
  /** Hosts beside CallRail's own that recordings may lie on, such as an agency's own name for CallRail. */
  readonly recordingHosts?: readonly string[];
}

export interface CallRailCallRange extends ApiContext {
  /**
   * The start of the calls: from inclusive, to exclusive. A day in UTC, or ISO-8601 with a zone. CallRail looks at the
   * minute and includes the last one, so that a page may have more than the range.
   *
   * CallRail keeps calls for 25 months, and answers with an error for a range that touches anything older. So `list` begins
   * a day later than that where `from` is earlier; a page is asked for as it is said.
   * https://apidocs.callrail.com/#filtering-data-by-date
   */
  readonly from: string;
  /** Default: now, when the first page is asked for. */
  readonly to?: string | undefined;
  /**
   * `numbered` (default) counts the calls, so shifted pages show; `linked` is faster for very many, and CallRail says
   * that a page may not begin where the one before ended.
   */
  readonly pages?: "numbered" | "linked";
}

export interface CallRailPageRange extends CallRailCallRange {
  /** Said, because all pages are of the same range. */
  readonly to: string;
  /** From the page before, of the same kind of pages. */
  readonly cursor?: string | undefined;
}

/** What of the provider's options the mapping depends on. */
export interface CallRailRules {
  readonly abandonedAs: "canceled" | "no_answer";
  readonly defaultCountry: string;
}

/**
 * A small, typed client of CallRail's API v3. What the API refuses, or the way to it, is an ApiError; what cannot be asked
 * is a ConfigurationError: `option_invalid` for ranges, cursors and addresses, `secret_missing` where the key's function
 * gives none, or fails.
 */
export interface CallRailClient {
  readonly calls: {
    /** Oldest first, each once, as far as CallRail keeps them. */
    list(range: CallRailCallRange): AsyncGenerator<CallRailCall, void, void>;
    /** 250 calls at most. @throws ApiError `api_rejected` for a range that touches what CallRail keeps no more. */
    page(range: CallRailPageRange): Promise<ItemPage<CallRailCall>>;
    /** With who said what, which lists do not have. */
    get(id: string, context?: ApiContext): Promise<CallRailCall>;
    /** Never repeated by itself. CallRail reports it as Call Modified. @returns the call, without selected fields. */
    update(id: string, changes: CallRailChanges, context?: ApiContext): Promise<CallRailCall>;
  };
  readonly recordings: {
    /** Where a call's recording can be read now, without credentials; null where there is none yet. */
    locate(callId: string, context?: ApiContext): Promise<string | null>;
    /** MP3. `range` is an HTTP Range, such as `bytes=0-1023`. */
    open(callId: string, options?: ApiContext & { readonly range?: string | undefined }): Promise<RecordingStream>;
  };
  readonly webhooks: {
    /**
     * Adds the provider's addresses to those that the company's events are sent to.
     * @returns also the key that signs them, for `callrail({ signingKey })`.
     * @throws ConfigurationError `option_invalid` for a client without a company.
     */
    setup(setup: CallRailWebhookSetup, context?: ApiContext): Promise<WebhookSetupResult>;
  };
  /** Fields that are left out, because the API refused requests for them. */
  readonly refusedFields: readonly string[];
  /** Whether the key is good for the account. */
  ping(context?: ApiContext): Promise<CallRailAccount>;
  /** Whose client it is: `callrail({ client })` takes no other vendor's. */
  readonly provider: "callrail";
  /** For `callrail({ client })`. */
  connect(rules: CallRailRules): ProviderApi;
}

/**
 * @example
 * const client = createCallRailClient({ apiKey, accountId });
 * for await (const call of client.calls.list({ from: "2026-11-01", to: "2026-11-20" })) console.log(call.id, call.answered);
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for ids, fields and other options that cannot be.
 */
export function createCallRailClient(options: CallRailClientOptions): CallRailClient {
  const { accountId, companyId, onRefusedFields, recordingHosts = [] } = options;
  const fields = completeFields(options.fields ?? callRailFields);
  checkId("accountId", accountId, /^(?:ACC\w{1,61}|\d{1,19})$/);
  if (companyId !== undefined) checkId("companyId", companyId, /^(?:COM\w{1,61}|\d{1,19})$/);
  for (const name of fields) checkId("fields", name, /^[a-z_]{1,64}$/);
  const key = requireApiKey("createCallRailClient({ apiKey })", options.apiKey);
  const api = createApiClient(
    {
      provider: "callrail",
      maker: "createCallRailClient",
      baseUrl: "https://api.callrail.com/v3",
      // https://apidocs.callrail.com/#identifying-your-integration
      headers: async () => ({ authorization: `Token token="${await key()}"`, "request-from": "offhook" }),
      readFailure,
      concurrency,
    },
    options,
  );
  const account = `/a/${accountId}`;
  const hosts = [...callRailRecordingHosts, ...recordingHosts];
  const listed = chooseFields(listedFields(fields), onRefusedFields);
  const single = chooseFields(fields, onRefusedFields);
  const callPath = (id: string): string => `${account}/calls/${encodeURIComponent(id)}`;

  const client: CallRailClient = {
    provider: "callrail",
    calls: {
      list: (range) => listCalls(client, range),
      async page({ from, to, pages = "numbered", cursor, ...context }) {
        const read = pages === "linked" ? readLinkedPage : readNumberedPage;
        const minutes = minuteRange(readCallRange("createCallRailClient", { from, to }));
        const range = { ...minutes, company_id: companyId, sort: "start_time", order: "asc" };
        const page = (names: string | undefined) =>
          read(api, {
            what: "list calls",
            path: `${account}/calls.json`,
            member: "calls",
            query: { ...range, fields: names },
            read: readCall,
            cursor,
            context,
          });
        // A link has the fields of the page before, and is not to be changed.
        return pages === "linked" && cursor !== undefined ? await page(undefined) : await listed.ask(page);
      },
      async get(id, context) {
        const what = "get call";
        const json = await single.ask((names) =>
          api.request({ what, path: `${callPath(id)}.json`, query: { fields: names } }, context),
        );
        return readCall(json) ?? fail(what, "expected a call");
      },
      async update(id, changes, context) {
        const what = "update call";
        // Not repeatable: when an answer is missing the change may have been made, and a person may have changed the call
        // since. Each change also fires Call Modified.
        const json = await api.request(
          { what, method: "PUT", path: `${callPath(id)}.json`, json: changesBody(changes) },
          context,
        );
        return readCall(json) ?? fail(what, "expected a call");
      },
    },
    recordings: {
      async locate(callId, context) {
        const what = "get recording";
        const json = await api.request({ what, path: `${callPath(callId)}/recording.json` }, context);
        const url = isRecord(json) ? json["url"] : undefined;
        if (url === null || url === "") return null;
        if (typeof url !== "string" || !/^https?:\/\//.test(url)) fail(what, "expected an address");
        // The documented address has no TLS, which its host supports.
        // https://apidocs.callrail.com/#retrieving-a-single-call-recording
        return url.replace(/^http:/, "https:");
      },
      async open(callId, { range, ...context } = {}) {
        const url = await client.recordings.locate(callId, context);
        if (url === null) {
          const message = "API of callrail, open recording: the call has none yet";
          throw new ApiError("api_not_found", message, { provider: "callrail" });
        }
        const { signal } = context;
        return openDownload({ url }, { provider: "callrail", hosts, range, signal, fetch: options.fetch });
      },
    },
    webhooks: {
      async setup(setup, context) {
        if (companyId === undefined) {
          throw new ConfigurationError(
            "option_invalid",
            "createCallRailClient({ companyId }): expected COM…, because webhooks belong to a company, got none",
          );
        }
        const integrations = listAll("callrail", (cursor) =>
          readNumberedPage(api, {
            what: "list integrations",
            path: `${account}/integrations.json`,
            member: "integrations",
            query: { company_id: companyId, fields: "signing_key" },
            read: readIntegration,
            cursor,
            context,
          }),
        );
        return setupWebhooks({ api, account, companyId, integrations }, setup, context);
      },
    },
    get refusedFields() {
      return [...new Set([...listed.refused, ...single.refused])];
    },
    async ping(context) {
      const what = "ping";
      const json = await api.request({ what, path: `${account}.json` }, context);
      return readAccount(json) ?? fail(what, "expected an account");
    },
    connect: (rules) =>
      callRailApi(client, {
        rules,
        hosts,
        fetch: options.fetch,
        hasTurns: fields.includes("conversational_transcript"),
      }),
  };
  return client;
}

// CallRail publishes no limit of what is under way at once, so little is.
const concurrency = 4;

// The address that the API gives leads on to the audio in S3; under HIPAA it is in S3 itself: the documented one is below
// `calltrk-production.s3.amazonaws.com`. Below other names of Amazon's are anybody's servers, so S3 alone is listed.
// https://apidocs.callrail.com/#retrieving-a-single-call-recording
const callRailRecordingHosts = [
  "app.callrail.com",
  "*.callrail.com",
  "*.s3.amazonaws.com",
  "*.s3.us-east-1.amazonaws.com",
];

function checkId(name: string, value: string, pattern: RegExp): void {
  if (typeof value === "string" && pattern.test(value)) return;
  const expected = { accountId: "ACC… or a number", companyId: "COM…", fields: "names such as person_id" }[name];
  throw new ConfigurationError(
    "option_invalid",
    `createCallRailClient({ ${name} }): expected ${expected ?? ""}, got another text`,
  );
}

/** Only `{ "error": … }` is printed in the documentation; the others are what such APIs write. */
function readFailure(body: unknown): { message?: string } {
  if (typeof body === "string") return { message: body };
  if (!isRecord(body)) return {};
  const said = body["error"] ?? body["errors"] ?? body["message"];
  if (said === undefined || said === null) return {};
  return { message: typeof said === "string" ? said : JSON.stringify(said) };
}

function fail(what: string, expected: string): never {
  throw malformed("callrail", what, expected);
}
