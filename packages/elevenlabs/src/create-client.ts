import {
  createApiClient,
  listAll,
  malformed,
  openDownload,
  readCallRange,
  readItems,
  requireApiKey,
  type ApiKey,
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
import type { ElevenLabsConversionRule } from "./analysis.ts";
import { readFailure } from "./api-failure.ts";
import {
  readAgent,
  readCall,
  readSummary,
  type ElevenLabsAgent,
  type ElevenLabsCall,
  type ElevenLabsCallSummary,
  type ElevenLabsWebhook,
} from "./api-records.ts";
import { listCalls } from "./list-calls.ts";
import { elevenLabsApi } from "./provider-api.ts";
import { listWebhooks } from "./workspace-webhooks.ts";
import { setupWebhook, type ElevenLabsWebhookSetup } from "./webhook-setup.ts";

export type { ElevenLabsWebhookSetup } from "./webhook-setup.ts";

export interface ElevenLabsClientOptions extends ClientOptions {
  /** May be limited to reading agents; setting up webhooks needs more. Or what gives one, asked before each request. */
  readonly apiKey: ApiKey;
  /** Lists only this agent's conversations. Default: those of the whole workspace. */
  readonly agentId?: string;
  /** `https://api.eu.residency.elevenlabs.io` and its like, for workspaces that stay in a region. */
  readonly baseUrl?: string;
  /**
   * Looks for the conversation on a call of Twilio's when that ends, where no webhook told of it. Default true; costs a
   * request for each hundred conversations of the time, and one for each of them that is not known. Where there is none
   * it is asked three times, and while one may still come more often.
   */
  readonly joinTwilioCalls?: boolean;
  /** Hosts of your own that recordings come from, such as a proxy's. */
  readonly recordingHosts?: readonly string[];
}

export interface ElevenLabsCallRange extends ApiContext {
  /**
   * The start of the calls: from inclusive, to exclusive. A day in UTC, or ISO-8601 with a zone. ElevenLabs looks at whole
   * seconds.
   */
  readonly from: string;
  /** Default: now, when the first page is asked for. */
  readonly to?: string | undefined;
}

export interface ElevenLabsPageRange extends ElevenLabsCallRange {
  /** Said, because all pages are of the same range. */
  readonly to: string;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

/** What of the provider's options the mapping depends on. */
export interface ElevenLabsRules {
  readonly conversion?: false | ElevenLabsConversionRule | undefined;
}

/**
 * A small, typed client of ElevenLabs Agents. A call is a conversation here. What ElevenLabs does not give is an ApiError,
 * and what cannot be asked a ConfigurationError: `option_invalid` for a range, `secret_missing` for a key that is empty or
 * whose function fails.
 */
export interface ElevenLabsClient {
  readonly calls: {
    /** Oldest first. What the list does not have, such as numbers, `get` has. */
    list(range: ElevenLabsCallRange): AsyncGenerator<ElevenLabsCallSummary, void, void>;
    /** A hundred conversations at most. A second more than the range may be listed. */
    page(range: ElevenLabsPageRange): Promise<ItemPage<ElevenLabsCallSummary>>;
    /** @param id of the conversation. */
    get(id: string, context?: ApiContext): Promise<ElevenLabsCall>;
  };
  readonly recordings: {
    /** MP3, by the id of the conversation. `range` is an HTTP Range, such as `bytes=0-1023`. */
    open(id: string, options?: ApiContext & { readonly range?: string | undefined }): Promise<RecordingStream>;
  };
  readonly agents: {
    list(context?: ApiContext): AsyncGenerator<ElevenLabsAgent, void, void>;
  };
  readonly webhooks: {
    /** Those of the workspace, also the ones that ElevenLabs switched off; `api_malformed` where one cannot be read. */
    list(context?: ApiContext): Promise<readonly ElevenLabsWebhook[]>;
    /**
     * Sends the post-call webhooks of the workspace to an address. The secret is in the result where a webhook was made,
     * also where one with the address was there, but not in use.
     */
    setup(setup: ElevenLabsWebhookSetup, context?: ApiContext): Promise<WebhookSetupResult>;
  };
  /** Whether the key is good, and may read agents. */
  ping(context?: ApiContext): Promise<void>;
  /** Whose client it is: `elevenlabs({ client })` takes no other vendor's. */
  readonly provider: "elevenlabs";
  /** For `elevenlabs({ client })`. */
  connect(rules?: ElevenLabsRules): ProviderApi;
}

/**
 * @example
 * const client = createElevenLabsClient({ apiKey });
 * for await (const call of client.calls.list({ from: "2026-11-01", to: "2026-11-20" })) console.log(call.conversation_id);
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for another option that cannot be.
 */
export function createElevenLabsClient(options: ElevenLabsClientOptions): ElevenLabsClient {
  const { agentId, joinTwilioCalls = true, recordingHosts = [] } = options;
  const apiKey = requireApiKey("createElevenLabsClient({ apiKey })", options.apiKey);
  const api = createApiClient(
    {
      provider: "elevenlabs",
      maker: "createElevenLabsClient",
      baseUrl: "https://api.elevenlabs.io",
      headers: async () => ({ "xi-api-key": await apiKey() }),
      readFailure,
      requestIdHeader: "x-request-id",
      concurrency: 4,
    },
    options,
  );
  const { baseUrl } = api;
  const { protocol, hostname } = new URL(baseUrl);
  // An API on this machine, as in tests, has no recordings that could be read.
  const hosts = [...elevenLabsHosts, ...(protocol === "https:" ? [hostname] : []), ...recordingHosts];
  const audioUrl = (id: string): string => `${baseUrl}${conversations}/${encodeURIComponent(id)}/audio`;

  /** Pages end where `has_more` is false: the cursor of the last one need not be null. */
  async function readPage<Item>(
    request: { readonly what: string; readonly path: string; readonly member: string },
    query: Readonly<Record<string, string | number | undefined>>,
    read: (json: unknown) => Item | undefined,
    context: ApiContext | undefined,
  ): Promise<ItemPage<Item>> {
    const { what, path, member } = request;
    const json = await api.request({ what, path, query }, context);
    if (!isRecord(json)) throw malformed("elevenlabs", what, "expected a page");
    const { has_more: hasMore, next_cursor: next } = json;
    if (typeof hasMore !== "boolean") throw malformed("elevenlabs", what, "expected has_more");
    if (hasMore && (typeof next !== "string" || next === "" || next === query["cursor"])) {
      throw malformed("elevenlabs", what, "expected a cursor of the next page");
    }
    return {
      ...readItems("elevenlabs", what, json[member], read),
      nextCursor: hasMore ? String(next) : null,
      total: null,
    };
  }

  const client: ElevenLabsClient = {
    provider: "elevenlabs",
    calls: {
      list: (range) => listCalls(client, range),
      async page({ from, to, cursor, ...context }) {
        const range = readCallRange("createElevenLabsClient", { from, to });
        return readPage(
          { what: "list conversations", path: conversations, member: "conversations" },
          {
            // Whether the ends are inclusive is not documented.
            call_start_after_unix: Math.max(0, Math.floor(Date.parse(range.from) / 1000) - 1),
            call_start_before_unix: Math.ceil(Date.parse(range.to) / 1000),
            agent_id: agentId,
            summary_mode: "include",
            sort_direction: "asc",
            page_size: 100,
            cursor,
          },
          readSummary,
          context,
        );
      },
      async get(id, context) {
        const what = "get conversation";
        const json = await api.request({ what, path: `${conversations}/${encodeURIComponent(id)}` }, context);
        return readCall(json) ?? fail(what, "expected a conversation");
      },
    },
    recordings: {
      async open(id, { range, signal, beforeRequest } = {}) {
        await beforeRequest?.();
        return openDownload(
          { url: audioUrl(id), headers: { "xi-api-key": await apiKey() } },
          {
            provider: "elevenlabs",
            hosts,
            range,
            signal,
            fetch: options.fetch,
          },
        );
      },
    },
    agents: {
      list: (context) =>
        listAll("elevenlabs", (cursor) =>
          readPage(
            { what: "list agents", path: agents, member: "agents" },
            { page_size: 100, cursor },
            readAgent,
            context,
          ),
        ),
    },
    webhooks: {
      list: async (context) => listWebhooks(api, context),
      setup: async (setup, context) =>
        setupWebhook({ api, webhooks: await client.webhooks.list(context) }, setup, context),
    },
    async ping(context) {
      const request = { what: "ping", path: agents, member: "agents" };
      await readPage(request, { page_size: 1 }, readAgent, context);
    },
    connect: ({ conversion } = {}) =>
      elevenLabsApi(client, { apiKey, audioUrl, hosts, fetch: options.fetch, joinTwilioCalls, conversion }),
  };
  return client;
}

const conversations = "/v1/convai/conversations";
const agents = "/v1/convai/agents";

// https://elevenlabs.io/docs/api-reference/introduction and the regions that data may stay in
const elevenLabsHosts = ["api.elevenlabs.io", "api.us.elevenlabs.io", "*.residency.elevenlabs.io"];

function fail(what: string, expected: string): never {
  throw malformed("elevenlabs", what, expected);
}
