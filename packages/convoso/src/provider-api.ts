import { connectApi, type Fetch } from "@offhook/core/client";
import {
  ApiError,
  type ApiContext,
  type ApiListQuery,
  type ApiPage,
  type ApiRecord,
  type Call,
  type CallEventDraft,
  type ProviderApi,
} from "@offhook/core";
import { callRecord } from "./api-events.ts";
import type { ConvosoCall } from "./api-records.ts";
import type { ConvosoClient } from "./create-client.ts";
import { isDerivedId } from "./derived-id.ts";
import type { ConvosoRules } from "./rules.ts";
import { webAddress } from "./web-address.ts";

interface Settings {
  readonly rules: ConvosoRules;
  readonly hosts: readonly string[];
  readonly fetch: Fetch | undefined;
}

/** At the same time. */
export const mostRequests = 2;

/** Convoso's API in the words that all vendors have in common. There is none to set up webhooks with. */
export function convosoApi(client: ConvosoClient, { rules, hosts, fetch }: Settings): ProviderApi {
  return connectApi({
    // None is published. https://help.convoso.com/hc/en-us/articles/37988572145691-API-Glossary
    limits: [],
    concurrency: mostRequests,
    recordingHosts: hosts,
    fetch,
    async ping(context) {
      await client.ping(context);
      return { account: null };
    },
    listCalls: (query, context) => listCalls(client, rules, query, context),
    async getCall(id, context) {
      const call = await findCall(client, id, context);
      return call === undefined ? undefined : callRecord(call, rules);
    },
    findRecording: (call, context) => findRecording(client, rules, call, context),
    async locateRecording({ id, url, state }, call, context) {
      const stored = webAddress(url ?? "");
      // The log comes first: an address that was stored may lead nowhere by now, while the log has the present one.
      for (const reference of ownReferences(call)) {
        const log = await findCall(client, reference, context);
        const recordings = log === undefined ? [] : await client.recordings.list(log, context);
        const found = id === reference ? recordings[0] : recordings.find((each) => each.recording_id === id);
        if (found?.url != null) return { url: found.url };
        if (found !== undefined && stored === null) return "later";
      }
      if (stored !== null) return { url: stored };
      return state === "pending" ? "later" : "gone";
    },
  });
}

/** By which Convoso can be asked for a call. */
const ownReferences = ({ references }: Call): readonly string[] =>
  references.filter(({ provider, id }) => provider === "convoso" && !isDerivedId(id)).map(({ id }) => id);

async function findCall(
  client: ConvosoClient,
  id: string,
  context: ApiContext | undefined,
): Promise<ConvosoCall | undefined> {
  if (isDerivedId(id)) return undefined;
  try {
    return await client.calls.get(id, context);
  } catch (error) {
    if (error instanceof ApiError && error.code === "api_not_found") return undefined;
    throw error;
  }
}

async function listCalls(
  client: ConvosoClient,
  rules: ConvosoRules,
  { from, to, cursor }: ApiListQuery,
  context: ApiContext | undefined,
): Promise<ApiPage> {
  const page = await client.calls.page({ from, to, cursor, ...context });
  const records: ApiRecord[] = [];
  const unreadable = [...page.unreadable];
  for (const call of page.items) {
    try {
      records.push(callRecord(call, rules));
    } catch (error) {
      // The account's own conversion function may fail over one call.
      unreadable.push(`list calls: a call could not be translated: ${error instanceof Error ? error.name : "error"}`);
    }
  }
  return { ...page, records, unreadable };
}

async function findRecording(
  client: ConvosoClient,
  rules: ConvosoRules,
  call: Call,
  context: ApiContext | undefined,
): Promise<CallEventDraft | "none" | "later"> {
  let mayCome = false;
  for (const id of ownReferences(call)) {
    const log = await findCall(client, id, context);
    if (log === undefined) continue;
    const recordings = await client.recordings.list(log, context);
    const [event] = callRecord(log, rules, recordings).events;
    if (event === undefined) continue;
    if (event.facts.recordings?.some(({ state }) => state === "available") === true) return event;
    mayCome ||= recordings.length > 0 || mayBeRecorded(event);
  }
  return mayCome ? "later" : "none";
}

const unanswered = new Set(["busy", "no_answer", "failed"]);

/** Where nobody picked up, or nothing lasted, there is nothing to hear. */
const mayBeRecorded = ({ facts: { status, durationSeconds } }: CallEventDraft): boolean =>
  durationSeconds !== 0 && !unanswered.has(status ?? "");
