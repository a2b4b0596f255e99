import { connectApi, type Fetch } from "@offhook/core/client";
import {
  ApiError,
  type ApiContext,
  type ApiListQuery,
  type ApiPage,
  type ProviderApi,
  type Reference,
} from "@offhook/core";
import { callRecord, isOver, listedRecord, recordedEvent } from "./api-events.ts";
import { isRetellId, type RetellCall } from "./api-records.ts";
import type { RetellClient } from "./create-client.ts";
import { endingIn } from "./events.ts";
import { isRecordingOf, recordingsOf } from "./recordings.ts";

/** How long after the end of a call its recording may still be on its way. Not documented. */
const recordingDelayMs = 10 * 60_000;

interface Settings {
  readonly hosts: readonly string[];
  /** Requests that are under way at the same time. */
  readonly concurrency: number;
  readonly fetch: Fetch | undefined;
}

/** Retell's API in the words that all vendors have in common. */
export function retellApi(client: RetellClient, { hosts, concurrency, fetch }: Settings): ProviderApi {
  return connectApi({
    // There is one, "Account rate limited", without figures. https://docs.retellai.com/api-references/list-calls
    limits: [],
    concurrency,
    recordingHosts: hosts,
    fetch,
    async ping(context) {
      const { org_name: organization } = await client.ping(context);
      return { account: organization };
    },
    listCalls: (query, context) => listCalls(client, query, context),
    async getCall(id, context) {
      const call = await findCall(client, id, context);
      return call && callRecord(call);
    },
    async findRecording(call, context) {
      let mayCome = false;
      for (const { id } of retellReferences(call)) {
        const found = await findCall(client, id, context);
        if (found === undefined) continue;
        const event = recordedEvent(found);
        if (event !== undefined && isOver(found)) return event;
        mayCome ||= isRecordingOnItsWay(found, context);
      }
      return mayCome ? "later" : "none";
    },
    async locateRecording({ id, url }, call, context) {
      const owner = retellReferences(call).find((reference) => isRecordingOf(reference.id, id));
      if (owner === undefined) return url === null ? "gone" : { url };
      const found = await findCall(client, owner.id, context);
      const current = found && recordingsOf(found)?.find((recording) => recording.id === id)?.url;
      if (current != null) return { url: current };
      return found !== undefined && isRecordingOnItsWay(found, context) ? "later" : "gone";
    },
    setupWebhook: ({ publicUrl, prefix = "/api/webhooks", replace = false }, context) =>
      client.webhooks.setup({ url: `${publicUrl}${prefix}/retell`, replace }, context),
  });
}

const retellReferences = (call: { readonly references: readonly Reference[] }): readonly Reference[] =>
  call.references.filter(({ provider }) => provider === "retell");

async function findCall(
  client: RetellClient,
  id: string,
  context: ApiContext | undefined,
): Promise<RetellCall | undefined> {
  if (!isRetellId(id)) return undefined;
  try {
    return await client.calls.get(id, context);
  } catch (error) {
    if (error instanceof ApiError && error.code === "api_not_found") return undefined;
    throw error;
  }
}

function isRecordingOnItsWay(call: RetellCall, context: ApiContext = {}): boolean {
  if (!isOver(call)) return true;
  const { end_timestamp: endMs } = call;
  const nowMs = context.now?.() ?? Date.now();
  return endingIn(call).reached && endMs != null && nowMs - endMs < recordingDelayMs;
}

// The calls of a range by their start, and after them those that have none. Retell's own keys are opaque, but no words.
const unconnectedMark = "unconnected ";

async function listCalls(client: RetellClient, query: ApiListQuery, context: ApiContext | undefined): Promise<ApiPage> {
  const { from, to, cursor } = query;
  if (cursor?.startsWith(unconnectedMark) !== true) {
    const page = await client.calls.page({ from, to, cursor, ...context });
    return {
      records: page.items.map(listedRecord),
      unreadable: page.unreadable,
      nextCursor: page.nextCursor ?? unconnectedMark,
      total: null,
    };
  }
  const own = cursor.slice(unconnectedMark.length);
  const page = await client.calls.page({
    from,
    to,
    cursor: own === "" ? undefined : own,
    unconnected: true,
    ...context,
  });
  return {
    // What failed after it began was among the others.
    records: page.items.filter((call) => call.start_timestamp == null).map(listedRecord),
    unreadable: page.unreadable,
    nextCursor: page.nextCursor === null ? null : unconnectedMark + page.nextCursor,
    total: null,
  };
}
