import {
  createApiClient,
  listAll,
  malformed,
  openDownload,
  type ApiRequest,
  type ClientOptions,
  type ItemPage,
} from "@offhook/core/client";
import {
  isRecord,
  type ApiContext,
  type ProviderApi,
  type RecordingStream,
  type WebhookSetupResult,
} from "@offhook/core";
import { dayRange, readPage } from "./api-pages.ts";
import {
  readAccount,
  readCall,
  readPhoneNumber,
  readRecording,
  type TwilioAccount,
  type TwilioCall,
  type TwilioPhoneNumber,
  type TwilioRecording,
} from "./api-records.ts";
import { basicAuthorization, type TwilioCredentials } from "./credentials.ts";
import { listCalls } from "./list-calls.ts";
import type { MediaAccess } from "./locate-recording.ts";
import { mostRequests, twilioApi } from "./provider-api.ts";
import { recordingHostsOf } from "./recording-hosts.ts";
import { retryOverrides, setupWebhooks, type TwilioWebhookSetup } from "./webhook-setup.ts";

export type TwilioClientOptions = ClientOptions &
  TwilioCredentials & {
    /** `AC…` */
    readonly accountSid: string;
    /** More hosts that recordings lie on, for accounts whose own storage is not on S3: `calls.example.com`, `*.example.com`. */
    readonly recordingHosts?: readonly string[];
  };

export interface TwilioCallRange extends ApiContext {
  /**
   * A day in UTC, or ISO-8601 with its zone. Twilio goes by days, in UTC: a page has everything of the days that the range
   * touches, of which `list` leaves out what started outside of the range.
   */
  readonly from: string;
  /** Later than `from`. Exclusive: midnight ends the day before. Default: now, when the first page is asked for. */
  readonly to?: string | undefined;
}

export interface TwilioPageRange extends TwilioCallRange {
  /** Said, because all pages are of the same range. */
  readonly to: string;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

/**
 * A small, typed client of Twilio Voice. What Twilio does not give is an ApiError. Before anything is asked, a
 * ConfigurationError says what cannot be: `option_invalid` for a range or for numbers, `secret_missing` for credentials
 * from a function that gives none, or fails.
 */
export interface TwilioClient {
  readonly calls: {
    /** By their start; newest first. A call that was never dialled has no start, and is not listed. */
    list(range: TwilioCallRange): AsyncGenerator<TwilioCall, void, void>;
    /** A thousand calls at most, of whole days. The cursor is Twilio's address of the next page. */
    page(range: TwilioPageRange): Promise<ItemPage<TwilioCall>>;
    get(sid: string, context?: ApiContext): Promise<TwilioCall>;
  };
  readonly recordings: {
    /** Of one call. */
    list(callSid: string, context?: ApiContext): AsyncGenerator<TwilioRecording, void, void>;
    /** Of all calls, by the days on which they were made. */
    page(range: TwilioPageRange): Promise<ItemPage<TwilioRecording>>;
    get(sid: string, context?: ApiContext): Promise<TwilioRecording>;
    /** MP3 from Twilio's own storage. @param options.range an HTTP Range, such as `bytes=0-1023`. */
    open(sid: string, options?: ApiContext & { readonly range?: string | undefined }): Promise<RecordingStream>;
  };
  readonly phoneNumbers: {
    list(context?: ApiContext): AsyncGenerator<TwilioPhoneNumber, void, void>;
  };
  readonly webhooks: {
    /**
     * Sends the status callbacks of the account's numbers to an address, as it is written: without connection overrides
     * Twilio does not try again after an error. May be repeated. What Twilio refuses for one of them is `kept`, with the
     * reason in its name, and the others are set all the same.
     */
    setup(setup: TwilioWebhookSetup, context?: ApiContext): Promise<WebhookSetupResult>;
  };
  /** Whether the credentials are good. With an API key the account has no name here. */
  ping(context?: ApiContext): Promise<TwilioAccount>;
  /** Whose client it is: `twilio({ client })` takes no other vendor's. */
  readonly provider: "twilio";
  /** For `twilio({ client })`. */
  connect(): ProviderApi;
}

/**
 * @example
 * const client = createTwilioClient({ accountSid, authToken });
 * for await (const call of client.calls.list({ from: "2026-11-01", to: "2026-11-20" })) console.log(call.sid, call.status);
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for what is no SID, or another option that cannot be.
 */
export function createTwilioClient(options: TwilioClientOptions): TwilioClient {
  const { accountSid } = options;
  const { header: authorization, isOwner } = basicAuthorization(accountSid, options);
  const api = createApiClient(
    {
      provider: "twilio",
      maker: "createTwilioClient",
      baseUrl: "https://api.twilio.com",
      headers: async () => ({ authorization: await authorization() }),
      readFailure,
      // Twilio refuses too many requests at the same time. https://www.twilio.com/docs/api/errors/20429
      concurrency: mostRequests,
      requestIdHeader: "twilio-request-id",
    },
    options,
  );
  const { baseUrl } = api;
  const account = `/2010-04-01/Accounts/${accountSid}`;
  const pathTo = (list: string, sid: string): string => `${account}/${list}/${encodeURIComponent(sid)}`;
  const recordingHosts = recordingHostsOf(baseUrl, options.recordingHosts ?? []);
  const mediaUrl: MediaAccess["mediaUrl"] = ({ sid, channels }) =>
    // Mixed down to one channel unless both are asked for, which is refused where there is only one.
    // https://www.twilio.com/en-us/changelog/dual-channel-conference-recordings-as-default-is-now-ga
    `${baseUrl}${pathTo("Recordings", sid)}.mp3${channels === 2 ? "?RequestedChannels=2" : ""}`;

  const getRecord = async <Item>(
    request: ApiRequest,
    read: (json: unknown) => Item | undefined,
    context: ApiContext | undefined,
  ): Promise<Item> => {
    const item = read(await api.request(request, context));
    if (item === undefined) throw malformed("twilio", request.what, "expected a record");
    return item;
  };

  const setupNumbers = (overrides: string, setup: TwilioWebhookSetup, context: ApiContext | undefined) =>
    setupWebhooks({ api, path: account, numbers: client.phoneNumbers.list(context), overrides }, setup, context);

  const client: TwilioClient = {
    provider: "twilio",
    calls: {
      list: (range) => listCalls(client, range),
      page: async ({ from, to, cursor, ...context }) =>
        readPage(api, {
          what: "list calls",
          member: "calls",
          path: `${account}/Calls.json`,
          query: dayRange("StartTime", { from, to }),
          cursor,
          read: readCall,
          context,
        }),
      get: (sid, context) => getRecord({ what: "get call", path: `${pathTo("Calls", sid)}.json` }, readCall, context),
    },
    recordings: {
      list: (callSid, context) =>
        listAll("twilio", (cursor) =>
          readPage(api, {
            what: "list recordings of a call",
            member: "recordings",
            // The list below the call leaves out where the media is.
            path: `${account}/Recordings.json`,
            query: { CallSid: callSid },
            cursor,
            read: readRecording,
            context,
          }),
        ),
      page: async ({ from, to, cursor, ...context }) =>
        readPage(api, {
          what: "list recordings",
          member: "recordings",
          path: `${account}/Recordings.json`,
          query: dayRange("DateCreated", { from, to }),
          cursor,
          read: readRecording,
          context,
        }),
      get: (sid, context) =>
        getRecord({ what: "get recording", path: `${pathTo("Recordings", sid)}.json` }, readRecording, context),
      async open(sid, { range, signal, beforeRequest } = {}) {
        await beforeRequest?.();
        return openDownload(
          { url: mediaUrl({ sid, channels: null }), headers: { authorization: await authorization() } },
          { provider: "twilio", hosts: recordingHosts, range, signal, fetch: options.fetch },
        );
      },
    },
    phoneNumbers: {
      list: (context) =>
        listAll("twilio", (cursor) =>
          readPage(api, {
            what: "list phone numbers",
            member: "incoming_phone_numbers",
            path: `${account}/IncomingPhoneNumbers.json`,
            query: {},
            cursor,
            read: readPhoneNumber,
            context,
          }),
        ),
    },
    webhooks: {
      setup: async (setup, context) => setupNumbers("", setup, context),
    },
    async ping(context) {
      if (isOwner) return getRecord({ what: "ping", path: `${account}.json` }, readAccount, context);
      // Only the account's token and main keys may read the account.
      // https://www.twilio.com/docs/iam/api-keys/keys-in-console
      const json = await api.request({ what: "ping", path: `${account}/Calls.json`, query: { PageSize: 1 } }, context);
      if (!isRecord(json) || !Array.isArray(json["calls"]))
        throw malformed("twilio", "ping", "expected a page of calls");
      return { sid: accountSid, friendly_name: null };
    },
    connect: () =>
      twilioApi(client, {
        authorization,
        mediaUrl,
        recordingHosts,
        fetch: options.fetch,
        setupWebhooks: async (setup, context) => setupNumbers(retryOverrides, setup, context),
      }),
  };
  return client;
}

/** https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions */
function readFailure(body: unknown): { code?: string; message?: string } {
  if (!isRecord(body)) return {};
  const { code, message } = body;
  return {
    ...(typeof code === "number" || typeof code === "string" ? { code: String(code) } : {}),
    ...(typeof message === "string" ? { message } : {}),
  };
}
