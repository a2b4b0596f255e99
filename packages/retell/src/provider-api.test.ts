import { foldCall, type ApiRecord, type Call, type CallEvent, type ProviderApi } from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  analyzedCall,
  agentJson,
  callNamed,
  endedCall,
  ongoingCall,
  startMs,
  unconnectedCall,
  without,
} from "./fixtures/api-records.ts";
import { retellWith, useNetwork } from "./fixtures/api-server.ts";
import { apiKey } from "./fixtures/api.ts";
import { retell } from "./provider.ts";

useNetwork();

const endMs = Number(analyzedCall["end_timestamp"]);
const day = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };
const recordingUrl = String(analyzedCall["recording_url"]);
const callId = String(analyzedCall["call_id"]);

function apiWith(
  content: Parameters<typeof retellWith>[0] = {},
): ReturnType<typeof retellWith> & { readonly api: ProviderApi } {
  const made = retellWith(content);
  return { ...made, api: made.client.connect() };
}

/** What is stored where only the API has spoken. */
function callOf(record: ApiRecord | undefined): Call {
  const events = (record?.events ?? []).map((draft, index): CallEvent => ({
    ...draft,
    id: `evt_api_${index}`,
    tenantId: "default",
    provider: "retell",
    source: "api",
    receivedAt: "2026-11-21T00:00:00.000Z",
    deliveryId: null,
  }));
  return foldCall(events);
}

test("A01: a provider has an API where it is given a client", async () => {
  const { client } = retellWith();
  expect(retell({ apiKey }).api).toBeUndefined();
  expect(await retell({ apiKey, client }).api?.ping()).toEqual({ account: "Example Clinic" });
});

async function walk(
  api: ProviderApi,
): Promise<{ readonly ids: readonly string[]; readonly cursors: readonly (string | null)[] }> {
  const ids: string[] = [];
  const cursors: (string | null)[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await api.listCalls({ ...day, cursor });
    ids.push(...page.records.map(({ reference }) => reference.id));
    cursors.push(page.nextCursor);
    if (page.nextCursor === null) return { ids, cursors };
    cursor = page.nextCursor;
  }
}

describe("listCalls", () => {
  test("A02 A07: lists calls by their start, and after them those that never had one", async () => {
    const calls = [
      unconnectedCall("call_unanswered_1"),
      callNamed("call_1"),
      unconnectedCall("call_unanswered_2", { call_status: "error", disconnection_reason: "error_user_not_joined" }),
      // Failed after it had begun: once, among those that began.
      callNamed("call_2", { call_status: "error", disconnection_reason: "error_retell", start_timestamp: startMs + 1 }),
      unconnectedCall("call_of_another_day", { end_timestamp: startMs + 2 * 86_400_000 }),
      callNamed("call_3", { start_timestamp: startMs + 2 }),
    ];
    const { api } = apiWith({ calls, mostPerPage: 2 });
    const { ids, cursors } = await walk(api);
    expect(ids).toEqual(["call_1", "call_2", "call_3", "call_unanswered_1", "call_unanswered_2"]);
    expect(cursors).toEqual([expect.any(String), "unconnected ", expect.stringMatching(/^unconnected ./), null]);
  });

  test("A02: says when calls began, and of those that never did, when they ended", async () => {
    const { api } = apiWith({ calls: [callNamed("call_1"), unconnectedCall("call_2")] });
    const [first] = (await api.listCalls(day)).records;
    const [second] = (await api.listCalls({ ...day, cursor: "unconnected " })).records;
    expect([first?.startedAt, second?.startedAt]).toEqual(["2026-11-20T10:00:00.000Z", "2026-11-20T10:00:30.000Z"]);
    expect(callOf(second)).toMatchObject({
      status: "no_answer",
      outcome: "missed",
      startedAt: null,
      durationSeconds: 0,
    });
  });

  test("A07: a call lacks what the list leaves out", async () => {
    const { api } = apiWith({ calls: [callNamed("call_1")] });
    const [record] = (await api.listCalls(day)).records;
    const whole = callOf(await api.getCall("call_1"));
    expect(whole.transcript?.turns).toHaveLength(6);
    expect(callOf(record).transcript).toBeNull();
    expect(record?.lacksDetails?.(undefined)).toBe(true);
    expect(record?.lacksDetails?.({ ...whole, status: "in_progress" })).toBe(true);
    expect(record?.lacksDetails?.({ ...whole, transcript: null })).toBe(true);
    expect(record?.lacksDetails?.(whole)).toBe(false);
    // The list has these itself.
    expect(record?.lacksDetails?.({ ...whole, analysis: null, recordings: [] })).toBe(false);
  });

  test("A07: where the list leaves out recordings and analysis, they are asked for as well", async () => {
    const bare = without(callNamed("call_1"), "call_analysis", "recording_url", "recording_multi_channel_url");
    const { api } = apiWith({ calls: [bare] });
    const [record] = (await api.listCalls(day)).records;
    const whole = callOf({ ...(await api.getCall("call_1")), events: record?.events ?? [] } as ApiRecord);
    const known = { ...whole, transcript: { text: "Hi", turns: [] } };
    expect(record?.lacksDetails?.(known)).toBe(true);
    const { api: full } = apiWith({ calls: [callNamed("call_1")] });
    const complete = callOf(await full.getCall("call_1"));
    expect(record?.lacksDetails?.({ ...complete, analysis: null })).toBe(true);
    expect(record?.lacksDetails?.({ ...complete, recordings: [] })).toBe(true);
    expect(record?.lacksDetails?.(complete)).toBe(false);
  });

  test.each([
    ["that nobody answered", unconnectedCall("call_1", { start_timestamp: startMs })],
    ["that goes on", { ...ongoingCall, call_id: "call_1" }],
  ])("A07: a call %s has no details to ask for", async (_title, call) => {
    const { api } = apiWith({ calls: [call] });
    const [record] = (await api.listCalls(day)).records;
    expect(record?.reference.id).toBe("call_1");
    expect(record?.lacksDetails?.(undefined)).toBe(false);
  });
});

describe("getCall", () => {
  test("A03: gives the call, and nothing for what Retell does not know", async () => {
    const { api, seen } = apiWith({ calls: [analyzedCall] });
    expect(callOf(await api.getCall(callId))).toMatchObject({ status: "completed", durationSeconds: 62 });
    expect(await api.getCall("call_unknown")).toBeUndefined();
    seen.length = 0;
    expect(await api.getCall("no id\n")).toBeUndefined();
    expect(seen).toEqual([]);
  });

  test("A03: a key that is refused is no unknown call", async () => {
    const { client } = retellWith({ calls: [analyzedCall] }, { apiKey: "another-key" });
    await expect(client.connect().getCall(callId)).rejects.toMatchObject({ code: "api_unauthorized" });
  });
});

describe("recordings", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: endMs + 60 * 60_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const known = callOf({
    subject: "call",
    reference: { provider: "retell", id: callId, kind: "session" },
    startedAt: null,
    events: [
      {
        type: "call.ended",
        occurredAt: "2026-11-20T10:01:01.791Z",
        references: [{ provider: "retell", id: callId, kind: "session" }],
        facts: { status: "completed" },
      },
    ],
  });
  const recordingOf = (id: string, url: string | null = null) => ({
    provider: "retell",
    id,
    state: "available" as const,
    url,
    channels: null,
    durationSeconds: null,
    expiresAt: null,
  });

  test("A14: a recording that a webhook had not yet is found", async () => {
    const { api } = apiWith({ calls: [analyzedCall] });
    expect(await api.findRecording?.(known)).toEqual({
      type: "call.recorded",
      occurredAt: "2026-11-20T10:01:01.791Z",
      references: [
        { provider: "retell", id: callId, kind: "session" },
        expect.objectContaining({ provider: "twilio", kind: "leg" }),
      ],
      facts: {
        recordings: [
          { ...recordingOf(callId, recordingUrl) },
          {
            ...recordingOf(`${callId}_multi_channel`, String(analyzedCall["recording_multi_channel_url"])),
            channels: 2,
          },
        ],
      },
    });
  });

  const silent = without(analyzedCall, "recording_url", "recording_multi_channel_url");

  test.each([
    ["later", "while the call goes on", ongoingCall, 0],
    ["later", "minutes after the end", silent, 5 * 60_000],
    ["none", "an hour after the end", silent, 60 * 60_000],
    ["none", "of a call that nobody answered", { ...unconnectedCall(callId), end_timestamp: endMs }, 1000],
    ["none", "of a call that Retell does not know", unconnectedCall("call_other"), 1000],
  ])("A14: there is %j %s", async (answer, _title, call, afterMs) => {
    vi.setSystemTime(endMs + afterMs);
    const { api } = apiWith({ calls: [call] });
    expect(await api.findRecording?.(known)).toBe(answer);
  });

  test("A14: whether it may still come is judged by the clock of whoever asks", async () => {
    const { api } = apiWith({ calls: [silent] });
    expect(await api.findRecording?.(known, { now: () => endMs + 5 * 60_000 })).toBe("later");
    const locate = api.locateRecording?.(recordingOf(callId, recordingUrl), known, { now: () => endMs + 5 * 60_000 });
    expect(await locate).toBe("later");
  });

  test("A14: a call without a part of Retell's in it is not asked for", async () => {
    const { api, seen } = apiWith();
    expect(await api.findRecording?.({ ...known, references: [{ provider: "twilio", id: "CA1", kind: "leg" }] })).toBe(
      "none",
    );
    expect(seen).toEqual([]);
  });

  test("A14: its address is asked for anew, for the variant that is meant", async () => {
    const fresh = {
      recording_url: `${recordingUrl}?Signature=new`,
      scrubbed_recording_url: `${recordingUrl}?Signature=scrubbed`,
    };
    const { api } = apiWith({ calls: [{ ...analyzedCall, ...fresh }] });
    const locate = async (id: string) => api.locateRecording?.(recordingOf(id, `${recordingUrl}?Signature=old`), known);
    expect(await locate(callId)).toEqual({ url: fresh.recording_url });
    expect(await locate(`${callId}_scrubbed`)).toEqual({ url: fresh.scrubbed_recording_url });
    expect(await locate(`${callId}_multi_channel`)).toEqual({ url: analyzedCall["recording_multi_channel_url"] });
    expect(await locate(`${callId}_scrubbed_multi_channel`)).toBe("gone");
  });

  test("A14: what is no longer there is gone, what is not there yet comes later", async () => {
    const { api, world } = apiWith({ calls: [silent] });
    const locate = async () => api.locateRecording?.(recordingOf(callId, recordingUrl), known);
    expect(await locate()).toBe("gone");
    world.calls = [];
    expect(await locate()).toBe("gone");
    world.calls = [ongoingCall];
    expect(await locate()).toBe("later");
  });

  test("A14: one whose call is not named keeps its address", async () => {
    const { api } = apiWith();
    expect(await api.locateRecording?.(recordingOf("something else", recordingUrl), known)).toEqual({
      url: recordingUrl,
    });
    expect(await api.locateRecording?.(recordingOf("something else"), known)).toBe("gone");
    const longer = recordingOf(`${callId}0`, recordingUrl);
    expect(await api.locateRecording?.(longer, known)).toEqual({ url: recordingUrl });
  });

  test("A14: names the hosts that recordings come from", () => {
    const { client } = retellWith({}, { recordingHosts: ["recordings.example.com"] });
    expect(client.connect().recordingHosts).toEqual([
      "dxc03zgurdly9.cloudfront.net",
      "d1d33audaiiiuu.cloudfront.net",
      "retellai.s3.us-west-2.amazonaws.com",
      "recordings.example.com",
    ]);
  });
});

test("A05 M05: sends agents' webhooks to where the app serves them", async () => {
  const { api, world } = apiWith({ agents: [agentJson("agent_1")] });
  const url = "https://app.example.com/hooks/retell";
  const setup = { publicUrl: "https://app.example.com", prefix: "/hooks" };
  expect(await api.setupWebhook?.(setup)).toEqual({
    targets: [{ name: "Agent agent_1", state: "set", url }],
  });
  expect(world.agents[0]).toMatchObject({ webhook_url: url });
  expect((await api.setupWebhook?.({ publicUrl: "https://app.example.com" }))?.targets).toEqual([
    { name: "Agent agent_1", state: "kept", url },
  ]);
});

test("A02: what is ended but not yet analysed says its end", async () => {
  const { api } = apiWith({ calls: [endedCall] });
  const record = await api.getCall(callId);
  expect(record?.events.map(({ type }) => type)).toEqual(["call.ended"]);
});
