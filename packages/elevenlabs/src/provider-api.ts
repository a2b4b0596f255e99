import { connectApi, type Fetch } from "@offhook/core/client";
import { ApiError, type ApiContext, type CallEventDraft, type ProviderApi } from "@offhook/core";
import { callRecord, isSettled, recordingEvent, summaryRecord } from "./api-events.ts";
import type { ElevenLabsCall } from "./api-records.ts";
import type { ConversionOption } from "./conversation.ts";
import type { ElevenLabsClient } from "./create-client.ts";
import { createCallFinder } from "./find-call.ts";

interface Settings {
  readonly apiKey: () => Promise<string>;
  readonly audioUrl: (id: string) => string;
  readonly hosts: readonly string[];
  readonly fetch: Fetch | undefined;
  readonly joinTwilioCalls: boolean;
  readonly conversion: ConversionOption;
}

/** ElevenLabs' API in the words that all vendors have in common. */
export function elevenLabsApi(
  client: ElevenLabsClient,
  { apiKey, audioUrl, hosts, fetch, joinTwilioCalls, conversion }: Settings,
): ProviderApi {
  const readCall = async (id: string, context?: ApiContext): Promise<ElevenLabsCall | undefined> => {
    if (!conversationId.test(id)) return undefined;
    try {
      return await client.calls.get(id, context);
    } catch (error) {
      if (error instanceof ApiError && error.code === "api_not_found") return undefined;
      throw error;
    }
  };

  return connectApi({
    // None is published for what is read here. https://elevenlabs.io/docs/eleven-api/resources/errors
    limits: [],
    concurrency: 4,
    recordingHosts: hosts,
    fetch,
    async ping(context) {
      await client.ping(context);
      return { account: null };
    },
    async listCalls({ from, to, cursor }, context) {
      const { items, unreadable, nextCursor, total } = await client.calls.page({ from, to, cursor, ...context });
      return {
        records: items.map((item) => summaryRecord(item, conversion)),
        unreadable,
        nextCursor,
        total,
      };
    },
    async getCall(id, context) {
      const conversation = await readCall(id, context);
      return conversation === undefined ? undefined : callRecord(conversation, conversion);
    },
    ...(joinTwilioCalls ? { talksOn: ["twilio"], findCall: createCallFinder({ client, readCall, conversion }) } : {}),
    async findRecording(call, context) {
      const found: CallEventDraft[] = [];
      for (const { provider, id } of call.references) {
        if (provider !== "elevenlabs") continue;
        const conversation = await readCall(id, context);
        if (conversation === undefined) continue;
        if (!isSettled(conversation)) return "later";
        const event = recordingEvent(conversation);
        if (event !== undefined) found.push(event);
      }
      return uniteEvents(found) ?? "none";
    },
    async locateRecording({ id }, _call, context) {
      const conversation = await readCall(id, context);
      if (conversation === undefined) return "gone";
      if (!isSettled(conversation)) return "later";
      const [recording] = recordingEvent(conversation)?.facts.recordings ?? [];
      if (recording?.state !== "available") return "gone";
      return { url: audioUrl(id), headers: { "xi-api-key": await apiKey() } };
    },
    setupWebhook: ({ publicUrl, prefix = "/api/webhooks", replace = false }, context) =>
      client.webhooks.setup({ url: `${publicUrl}${prefix}/elevenlabs`, replace }, context),
  });
}

/** Not the Call-ID of a SIP dialog, which is a reference of ours as well. */
const conversationId = /^[\w-]{1,255}$/;

/** One event that tells of the recordings of several conversations. */
function uniteEvents(events: readonly CallEventDraft[]): CallEventDraft | undefined {
  const latest = events.toSorted((left, right) => ((left.occurredAt ?? "") < (right.occurredAt ?? "") ? 1 : -1))[0];
  if (latest === undefined) return undefined;
  return { ...latest, facts: { recordings: events.flatMap(({ facts }) => facts.recordings ?? []) } };
}
