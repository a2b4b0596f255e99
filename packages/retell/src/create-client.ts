import {
  createApiClient,
  listAll,
  openDownload,
  requireApiKey,
  type ApiDialect,
  type ApiKey,
  type ClientOptions,
  type ItemPage,
} from "@offhook/core/client";
import {
  ApiError,
  ConfigurationError,
  type ApiContext,
  type ProviderApi,
  type RecordingStream,
  type WebhookSetupResult,
} from "@offhook/core";
import {
  readAgent,
  readCall,
  readKeyInfo,
  readListedAgent,
  type RetellAgent,
  type RetellCall,
  type RetellKeyInfo,
  type RetellListedAgent,
} from "./api-records.ts";
import { readFailure, requestOfId } from "./api-failures.ts";
import { fail, listCallsBody, pageSize, readPage, type RetellCallRange, type RetellPageRange } from "./api-pages.ts";
import { listCalls } from "./list-calls.ts";
import { retellApi } from "./provider-api.ts";
import { recordingId, recordingsOf, type RetellRecordingVariant } from "./recordings.ts";
import { setupWebhooks, type RetellWebhookSetup } from "./webhook-setup.ts";

export type { RetellCallRange, RetellPageRange } from "./api-pages.ts";
export type { RetellRecordingVariant } from "./recordings.ts";
export type { RetellWebhookSetup } from "./webhook-setup.ts";

export interface RetellClientOptions extends ClientOptions {
  /** Any API key of the account; it need not be the one that signs webhooks. */
  readonly apiKey: ApiKey;
  /** List only the calls of these agents, and set up only their webhooks. Default: all. */
  readonly agentIds?: readonly string[];
  /** More hosts that recordings lie on: distributions of Retell's that are not known here, or hosts of your own. */
  readonly recordingHosts?: readonly string[];
  /** How long one attempt may take, its body included. Milliseconds; default 60,000, because lists of calls can be slow. */
  readonly timeoutMs?: number;
}

/**
 * A small, typed client of Retell. What Retell refuses, or does not answer, is an ApiError; a key that is missing when it
 * is asked for, or whose function fails, is a ConfigurationError `secret_missing`.
 */
export interface RetellClient {
  readonly calls: {
    /**
     * Oldest first. Without what was said in them: see `get`.
     * @throws ConfigurationError `option_invalid` for what is no range, when the first is asked for.
     */
    list(range: RetellCallRange): AsyncGenerator<RetellCall, void, void>;
    /**
     * A thousand calls at most, and a millisecond more than the range. The cursor is Retell's key of the next page.
     * @throws ConfigurationError `option_invalid` for what is no range.
     */
    page(range: RetellPageRange): Promise<ItemPage<RetellCall>>;
    /** @throws ApiError `api_not_found` for a call that Retell does not know, or knows no longer. */
    get(id: string, context?: ApiContext): Promise<RetellCall>;
  };
  readonly recordings: {
    /**
     * WAV. Asks for the address first, because signed ones expire.
     * @param options.range an HTTP Range, such as `bytes=0-1023`.
     * @throws ApiError `api_not_found` for a call without such a recording.
     */
    open(
      callId: string,
      options?: ApiContext & { readonly range?: string | undefined; readonly variant?: RetellRecordingVariant },
    ): Promise<RecordingStream>;
  };
  readonly agents: {
    /** Voice agents. */
    list(context?: ApiContext): AsyncGenerator<RetellListedAgent, void, void>;
    /** The latest version of one agent. */
    get(id: string, context?: ApiContext): Promise<RetellAgent>;
  };
  readonly webhooks: {
    /**
     * Gives agents an address of their own for webhooks. Retell then sends their events there, and no longer to the
     * account's address, if one is set, which no API shows. Agents with another one of their own are `kept` without
     * `setup.replace`, and so are published versions, which Retell lets nobody change.
     * What Retell refuses for one agent is `kept`, with the reason in its name. May be repeated.
     * @throws ApiError where every agent is refused, or for what would meet them all, with how many were set before.
     */
    setup(setup: RetellWebhookSetup, context?: ApiContext): Promise<WebhookSetupResult>;
  };
  /** Whether the key is good. */
  ping(context?: ApiContext): Promise<RetellKeyInfo>;
  /** Whose client it is: `retell({ client })` takes no other vendor's. */
  readonly provider: "retell";
  /** For `retell({ client })`. */
  connect(): ProviderApi;
}

/**
 * @example
 * const client = createRetellClient({ apiKey });
 * for await (const call of client.calls.list({ from: "2026-11-01T00:00:00Z", to: "2026-11-20T00:00:00Z" })) console.log(call.call_id);
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for agents that are none, or another option that cannot
 * be.
 */
export function createRetellClient(options: RetellClientOptions): RetellClient {
  const { agentIds, recordingHosts = [], timeoutMs = 60_000 } = options;
  if (agentIds !== undefined && (agentIds.length === 0 || agentIds.some((id) => typeof id !== "string" || id === ""))) {
    throw new ConfigurationError(
      "option_invalid",
      "createRetellClient({ agentIds }): expected ids of agents, got none or an empty one",
    );
  }
  const apiKey = requireApiKey("createRetellClient({ apiKey })", options.apiKey);
  const dialect: ApiDialect = {
    provider: "retell",
    maker: "createRetellClient",
    baseUrl: "https://api.retellai.com",
    headers: async () => ({ authorization: `Bearer ${await apiKey()}` }),
    readFailure,
    concurrency,
  };
  const api = createApiClient(dialect, { ...options, timeoutMs });
  const hosts = [...retellRecordingHosts, ...recordingHosts];

  const client: RetellClient = {
    provider: "retell",
    calls: {
      list: (range) => listCalls(client, range),
      async page({ cursor, ...range }) {
        const what = "list calls";
        const { signal, beforeRequest } = range;
        const ask = async (key: string | undefined) => {
          const json = listCallsBody(range, agentIds, key);
          // It only reads.
          const request = { what, method: "POST", path: "/v3/list-calls", json, repeatable: true } as const;
          return api.request(request, { signal, beforeRequest });
        };
        return readPage({ what, ask, read: readCall, idOf: ({ call_id: id }) => id, cursor });
      },
      async get(id, context) {
        const what = "get call";
        const json = await requestOfId(api.request({ what, path: `/v2/get-call/${encodeURIComponent(id)}` }, context));
        const call = readCall(json);
        return call?.call_id === id ? call : fail(what, "expected the call");
      },
    },
    recordings: {
      async open(callId, { range, variant = "mixed", ...context } = {}) {
        const call = await client.calls.get(callId, context);
        const id = recordingId(callId, variant);
        const url = recordingsOf(call)?.find((recording) => recording.id === id)?.url;
        if (url == null) {
          throw new ApiError("api_not_found", "API of retell, open recording: the call has none", {
            provider: "retell",
          });
        }
        await context.beforeRequest?.();
        const { signal } = context;
        // No key: the storage would only be told a secret.
        return openDownload({ url }, { provider: "retell", hosts, range, signal, fetch: options.fetch });
      },
    },
    agents: {
      list: (context) =>
        listAll("retell", async (cursor) => {
          const what = "list agents";
          const ask = async (key: string | undefined) =>
            api.request(
              {
                what,
                method: "POST",
                path: "/v2/list-agents",
                query: { limit: pageSize, pagination_key: key },
                json: { filter_criteria: { channel: { type: "string", op: "eq", value: "voice" } } },
                repeatable: true,
              },
              context,
            );
          return readPage({ what, ask, read: readListedAgent, idOf: ({ agent_id: id }) => id, cursor });
        }),
      async get(id, context) {
        const what = "get agent";
        const json = await requestOfId(api.request({ what, path: `/get-agent/${encodeURIComponent(id)}` }, context));
        return readAgent(json) ?? fail(what, "expected an agent");
      },
    },
    webhooks: {
      setup: (setup, context) =>
        setupWebhooks(
          {
            api,
            // The list does not say where their webhooks go.
            agentIds: setup.agentIds ?? agentIds ?? idsOf(client.agents.list(context)),
            getAgent: (id) => client.agents.get(id, context),
          },
          setup,
          context,
        ),
    },
    async ping(context) {
      const what = "ping";
      return (
        readKeyInfo(await api.request({ what, path: "/get-api-key-info" }, context)) ?? fail(what, "expected a key")
      );
    },
    connect: () => retellApi(client, { hosts, concurrency, fetch: options.fetch }),
  };
  return client;
}

// The documentation shows the bucket: https://docs.retellai.com/api-references/get-call. Addresses that people have
// published lie behind distributions of CloudFront, signed ones behind the second. Everybody can have one, so no others.
const retellRecordingHosts = [
  "dxc03zgurdly9.cloudfront.net",
  "d1d33audaiiiuu.cloudfront.net",
  "retellai.s3.us-west-2.amazonaws.com",
];

// Retell publishes no limit, but answers 429. https://docs.retellai.com/api-references/list-calls
const concurrency = 4;

async function* idsOf(agents: AsyncIterable<RetellListedAgent>): AsyncGenerator<string, void, void> {
  for await (const { agent_id: id } of agents) yield id;
}
