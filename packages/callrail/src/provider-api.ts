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
import { callRecord, recordingEvent } from "./api-events.ts";
import { callId, type CallRailCall } from "./api-records.ts";
import type { CallRailClient } from "./create-client.ts";
import type { MappingOptions } from "./events.ts";
import { historyMonths, insideHistory } from "./history.ts";
import { known } from "./values.ts";

interface Settings {
  readonly rules: MappingOptions;
  readonly hosts: readonly string[];
  readonly fetch: Fetch | undefined;
  /** Whether single calls are asked for who said what. */
  readonly hasTurns: boolean;
}

/** CallRail's API in the words that all vendors have in common. */
export function callRailApi(client: CallRailClient, { rules, hosts, fetch, hasTurns }: Settings): ProviderApi {
  const toRecord = (call: CallRailCall, readAtMs: number): ApiRecord => ({
    ...callRecord(call, rules, readAtMs),
    lacksDetails: (stored) =>
      hasTurns &&
      !client.refusedFields.includes("conversational_transcript") &&
      known(call.transcription) !== null &&
      (stored?.transcript?.turns.length ?? 0) === 0,
  });

  return connectApi({
    // https://apidocs.callrail.com/#rate-limiting
    limits: [
      { requests: 1_000, seconds: 3_600 },
      { requests: 10_000, seconds: 86_400 },
    ],
    concurrency: 4,
    historyMonths,
    recordingHosts: hosts,
    fetch,
    async ping(context) {
      const { name, id } = await client.ping(context);
      return { account: name ?? id };
    },
    listCalls: (query, context) => listCalls(client, toRecord, query, context),
    async getCall(id, context) {
      const nowMs = nowOf(context);
      const call = await lookUpCall(client, id, context);
      return call && callRecord(call, rules, nowMs);
    },
    findRecording: (call, context) => findRecording(client, rules, call, context),
    async locateRecording({ id }, _call, context) {
      try {
        const url = await client.recordings.locate(id, context);
        return url === null ? "later" : { url };
      } catch (error) {
        if (isNotFound(error)) return "gone";
        throw error;
      }
    },
    setupWebhook: ({ publicUrl, prefix = "/api/webhooks", replace = false }, context) =>
      client.webhooks.setup({ url: `${publicUrl}${prefix}/callrail`, replace }, context),
  });
}

const nowOf = (context: ApiContext | undefined): number => context?.now?.() ?? Date.now();

const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === "api_not_found";

/** Undefined also for a call that was marked as spam. */
async function lookUpCall(
  client: CallRailClient,
  id: string,
  context: ApiContext | undefined,
): Promise<CallRailCall | undefined> {
  if (!callId.test(id)) return undefined;
  try {
    return await client.calls.get(id, context);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Post-Call waits twenty minutes for the recording, and few are later than that. https://apidocs.callrail.com/#webhooks */
const recordingDelayMs = 60 * 60_000;

async function findRecording(
  client: CallRailClient,
  rules: MappingOptions,
  call: Call,
  context: ApiContext | undefined,
): Promise<CallEventDraft | "none" | "later"> {
  const nowMs = nowOf(context);
  for (const { provider, id } of call.references) {
    if (provider !== "callrail") continue;
    const found = await lookUpCall(client, id, context);
    const event = found === undefined ? undefined : recordingEvent(found, rules, nowMs);
    if (event !== undefined) return event;
  }
  const endedMs = Date.parse(call.endedAt ?? call.createdAt);
  return nowMs - endedMs < recordingDelayMs ? "later" : "none";
}

async function listCalls(
  client: CallRailClient,
  toRecord: (call: CallRailCall, readAtMs: number) => ApiRecord,
  { from, to, cursor }: ApiListQuery,
  context: ApiContext | undefined,
): Promise<ApiPage> {
  const nowMs = nowOf(context);
  // The beginning goes along with the number of the page: if it moved with the clock, so would the pages.
  const [number, start = insideHistory(from, nowMs)] = cursor?.split(" ") ?? [];
  const clamped = start > from ? [clampedNote(start)] : [];
  if (start >= to) return { records: [], unreadable: [], nextCursor: null, total: 0, notes: clamped };
  const page = await client.calls.page({ from: start, to, cursor: number, ...context });
  return {
    records: page.items.map((call) => toRecord(call, nowMs)),
    unreadable: page.unreadable,
    nextCursor: page.nextCursor === null ? null : `${page.nextCursor} ${start}`,
    total: page.total,
    // Looked at when the details of these calls are there, for which fields may be refused as well.
    get notes() {
      return [...clamped, ...notesOn(client)];
    },
  };
}

const clampedNote = (start: string): string =>
  `callrail keeps calls for ${historyMonths} months: what began before ${start.slice(0, "YYYY-MM-DD".length)} is not asked for`;

/** What the account is not told, so that nobody looks for it in the calls. */
function notesOn({ refusedFields }: CallRailClient): readonly string[] {
  if (refusedFields.length === 0) return [];
  return [`callrail refuses the fields ${refusedFields.join(", ")}: calls are brought in without them`];
}
