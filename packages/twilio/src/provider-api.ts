import { connectApi, malformed, type Fetch } from "@offhook/core/client";
import type { ApiContext, ApiListQuery, ApiPage, ApiRecord, ProviderApi } from "@offhook/core";
import { callRecord, recordingRecord, uniteRecordings } from "./api-events.ts";
import type { TwilioRecording } from "./api-records.ts";
import type { TwilioClient } from "./create-client.ts";
import { isUnfinished, locateRecording, undefinedIfNotFound, type MediaAccess } from "./locate-recording.ts";

export interface ConnectSettings extends MediaAccess {
  readonly recordingHosts: readonly string[];
  readonly fetch: Fetch | undefined;
  /** The client's own, but with what makes Twilio try again. */
  readonly setupWebhooks: TwilioClient["webhooks"]["setup"];
}

/** At the same time. */
export const mostRequests = 4;

/** Twilio's API in the words that all vendors have in common. */
export function twilioApi(client: TwilioClient, settings: ConnectSettings): ProviderApi {
  const { recordingHosts, fetch, setupWebhooks } = settings;
  return connectApi({
    // None is published.
    limits: [],
    concurrency: mostRequests,
    recordingHosts,
    fetch,
    async ping(context) {
      const { friendly_name: name, sid } = await client.ping(context);
      return { account: name ?? sid };
    },
    listCalls: (query, context) => listCalls(client, query, context),
    getCall: (id, context) => getCall(client, id, context),
    async findRecording(call, context) {
      const found: TwilioRecording[] = [];
      for (const { provider, id } of call.references) {
        if (provider === "twilio") found.push(...(await recordingsOf(client, id, context)));
      }
      return found.some(isUnfinished) ? "later" : (uniteRecordings(found) ?? "none");
    },
    locateRecording: ({ id }, _call, context) => locateRecording(client, settings, id, context),
    setupWebhook: ({ publicUrl, prefix = "/api/webhooks", replace = false }, context) =>
      setupWebhooks({ url: `${publicUrl.replace(/\/$/, "")}${prefix}/twilio`, replace }, context),
  });
}

const callSid = /^CA[0-9a-fA-F]{32}$/;

/** The call, and its recordings, which a request of their own tells. */
async function getCall(client: TwilioClient, id: string, context?: ApiContext): Promise<ApiRecord | undefined> {
  if (!callSid.test(id)) return undefined;
  const call = await client.calls.get(id, context).catch(undefinedIfNotFound);
  if (call === undefined) return undefined;
  const record = callRecord(call);
  if (record === undefined) throw malformed("twilio", "get call", "expected a call with a known status");
  const recordings = await recordingsOf(client, id, context);
  return { ...record, events: [...record.events, ...recordings.flatMap(eventsOfRecording)] };
}

const eventsOfRecording = (recording: TwilioRecording) => recordingRecord(recording)?.events ?? [];

async function recordingsOf(client: TwilioClient, sid: string, context?: ApiContext): Promise<TwilioRecording[]> {
  const recordings: TwilioRecording[] = [];
  for await (const recording of client.recordings.list(sid, context)) recordings.push(recording);
  return recordings;
}

// The calls of a range, and after them its recordings: a request for each call would be a thousand for each page.
const recordingsMark = "recordings ";
const recordingsStart = `${recordingsMark}start`;

async function listCalls(client: TwilioClient, query: ApiListQuery, context?: ApiContext): Promise<ApiPage> {
  const { from, to, cursor } = query;
  if (cursor?.startsWith(recordingsMark) === true) return listRecordings(client, query, context);
  const page = await client.calls.page({ from, to, cursor, ...context });
  const records = page.items.map(callRecord).filter((record) => record !== undefined);
  const unknown = page.items.length - records.length;
  return {
    records,
    unreadable: [
      ...page.unreadable,
      ...Array.from({ length: unknown }, () => "list calls: the status of an item is not among those documented"),
    ],
    nextCursor: page.nextCursor ?? recordingsStart,
    total: null,
  };
}

/** Of the range and the day after it: a call that began at its end is recorded later. */
async function listRecordings(client: TwilioClient, query: ApiListQuery, context?: ApiContext): Promise<ApiPage> {
  const { from, to, cursor } = query;
  const page = await client.recordings.page({
    from,
    to: new Date(Date.parse(to) + longestCallMs).toISOString(),
    cursor: cursor === recordingsStart ? undefined : cursor?.slice(recordingsMark.length),
    ...context,
  });
  return {
    records: page.items.map(recordingRecord).filter((record) => record !== undefined),
    unreadable: page.unreadable,
    nextCursor: page.nextCursor === null ? null : `${recordingsMark}${page.nextCursor}`,
    total: null,
  };
}

/** https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource */
const longestCallMs = 24 * 60 * 60_000;
