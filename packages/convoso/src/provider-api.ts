import { connectApi, type Fetch } from "@offhook/core/client";
import type { ApiContext, ApiListQuery, ApiPage, ApiRecord, Call, CallEventDraft, ProviderApi } from "@offhook/core";
import { callRecord } from "./api-events.ts";
import type { ConvosoClient } from "./create-client.ts";
import { findCall, ownReferences } from "./find-call.ts";
import { locateRecording } from "./locate-recording.ts";
import type { ConvosoRules } from "./rules.ts";

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
      return call === undefined ? undefined : callRecord(call, rules, timeOf(context));
    },
    findRecording: (call, context) => findRecording(client, rules, call, context),
    locateRecording: (recording, call, context) => locateRecording({ client, hosts, fetch }, recording, call, context),
  });
}

const timeOf = (context: ApiContext | undefined): number => context?.now?.() ?? Date.now();

async function listCalls(
  client: ConvosoClient,
  rules: ConvosoRules,
  { from, to, cursor }: ApiListQuery,
  context: ApiContext | undefined,
): Promise<ApiPage> {
  const page = await client.calls.page({ from, to, cursor, ...context });
  const nowMs = timeOf(context);
  const records: ApiRecord[] = [];
  const unreadable = [...page.unreadable];
  for (const call of page.items) {
    try {
      records.push(callRecord(call, rules, nowMs));
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
    const [event] = callRecord(log, rules, timeOf(context), recordings).events;
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
