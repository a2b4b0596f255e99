import { foldCall, type Call, type Recording } from "@offhook/core";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { callRecord } from "./api-events.ts";
import { readCall } from "./api-records.ts";
import { createElevenLabsClient } from "./create-client.ts";
import { apiKey, baseUrl, failure, fakeWorkspace, type FakeWorkspace } from "./fixtures/api.ts";
import { callSid, conversation, firstStart, type ConversationOptions } from "./fixtures/conversations.ts";
import { recordEvents } from "./fixtures/folding.ts";
import type { Members } from "./fixtures/index.ts";
import { useNetwork } from "./fixtures/network.ts";
import { elevenlabs } from "./provider.ts";

const server = useNetwork();

function serve(...conversations: Members[]): FakeWorkspace {
  const workspace = fakeWorkspace({ conversations });
  server.use(...workspace.handlers);
  return workspace;
}

const api = createElevenLabsClient({ apiKey, attempts: 1 }).connect();
const range = { from: "2026-09-21T14:13:20.000Z", to: "2026-09-22T00:00:00.000Z" };

function callOf(whole: Members = conversation()): Call {
  const read = readCall(whole);
  if (read === undefined) throw new Error("Expected a conversation");
  return foldCall(recordEvents(callRecord(read, undefined)));
}

function recordingOf(call: Call): Recording {
  const [recording] = call.recordings;
  if (recording === undefined) throw new Error("Expected a recording");
  return recording;
}

describe("the provider", () => {
  test("has an API where it was given a client, with its own rule for conversions", async () => {
    const webhookSecret = "wsec_offhook_test_0123456789abcdef";
    expect(elevenlabs({ webhookSecret }).api).toBeUndefined();
    const client = createElevenLabsClient({ apiKey });
    const provider = elevenlabs({ webhookSecret, client, conversion: () => false });
    serve(conversation());
    const record = await provider.api?.getCall("conv_1");
    expect(record?.events[0]?.facts.conversion).toEqual({ converted: false, reason: "conversion_rule" });
  });

  test("says what it can be asked", () => {
    expect(api).toMatchObject({
      talksOn: ["twilio"],
      limits: [],
      recordingHosts: ["api.elevenlabs.io", "api.us.elevenlabs.io", "*.residency.elevenlabs.io", "api.elevenlabs.io"],
    });
    const alone = createElevenLabsClient({
      apiKey,
      joinTwilioCalls: false,
      baseUrl: "https://proxy.example.com",
      recordingHosts: ["media.example.com"],
    }).connect();
    expect(alone.talksOn).toBeUndefined();
    expect(alone.findCall).toBeUndefined();
    expect(alone.recordingHosts.slice(-2)).toEqual(["proxy.example.com", "media.example.com"]);
  });

  test("A04: ping names no account, because ElevenLabs does not", async () => {
    const workspace = serve();
    expect(await api.ping()).toEqual({ account: null });
    expect(workspace.exchanges).toMatchObject([{ path: "/v1/convai/agents", query: { page_size: "1" } }]);
  });
});

describe("calls", () => {
  test("A02 A07: pages of records, with what lacks details and what could not be read", async () => {
    const many = Array.from({ length: 101 }, (_, index) =>
      conversation({ id: `conv_${index}`, start: firstStart + index }),
    );
    serve(...many.with(1, conversation({ id: "conv 1", start: firstStart + 1 })));
    const first = await api.listCalls(range);
    expect(first).toMatchObject({ total: null, unreadable: ["list conversations: item 1 is not as documented"] });
    expect(first.records).toHaveLength(99);
    expect(first.records[0]?.lacksDetails?.(undefined)).toBe(true);
    const last = await api.listCalls({ ...range, cursor: first.nextCursor ?? "" });
    expect(last).toMatchObject({ nextCursor: null, records: [{ reference: { id: "conv_100" } }] });
  });

  test("A03: one call, or nothing where ElevenLabs knows no such conversation", async () => {
    const workspace = serve(conversation());
    expect(await api.getCall("conv_1")).toMatchObject({ events: [{ type: "call.analyzed" }] });
    expect(await api.getCall("conv_9")).toBeUndefined();
    expect(workspace.exchanges).toHaveLength(2);
    // The Call-ID of a SIP dialog is a reference of ours, and no conversation.
    expect(await api.getCall("sip:a84b4c76e667@192.0.2.7")).toBeUndefined();
    expect(workspace.exchanges).toHaveLength(2);
  });

  test("another failure than an unknown id is one", async () => {
    server.use(
      http.get(`${baseUrl}/v1/convai/conversations/:id`, () =>
        HttpResponse.json(failure(401, "missing_permissions", "…").json, { status: 401 }),
      ),
    );
    await expect(api.getCall("conv_1")).rejects.toMatchObject({ code: "api_forbidden" });
  });

  test("a signal ends it, and every request is announced", async () => {
    serve(conversation());
    let announced = 0;
    const beforeRequest = (): Promise<void> => {
      announced += 1;
      return Promise.resolve();
    };
    await api.getCall("conv_1", { beforeRequest });
    await api.listCalls(range, { beforeRequest });
    expect(announced).toBe(2);
    await expect(api.getCall("conv_1", { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

describe("recordings", () => {
  const call = callOf();

  test("A14: one that is there is told", async () => {
    serve(conversation());
    expect(await api.findRecording?.(call)).toMatchObject({
      type: "call.recorded",
      facts: { recordings: [{ provider: "elevenlabs", id: "conv_1", state: "available" }] },
    });
  });

  test.each<[ConversationOptions, "none" | "later"]>([
    [{ status: "in-progress" }, "later"],
    [{ status: "processing", hasAudio: true }, "later"],
    [{ hasAudio: false }, "none"],
    [{ status: "failed" }, "none"],
    [{ id: "conv_other" }, "none"],
  ])("A14: of a conversation %j there is %s", async (options, expected) => {
    serve(conversation(options));
    expect(await api.findRecording?.(call)).toBe(expected);
  });

  test("A14: several conversations of one call have a recording each", async () => {
    const workspace = serve(conversation(), conversation({ id: "conv_2", start: firstStart + 100 }));
    const second = { provider: "elevenlabs", id: "conv_2", kind: "session" } as const;
    const found = await api.findRecording?.({ ...call, references: [...call.references, second] });
    expect(found).toMatchObject({
      occurredAt: "2026-09-21T14:16:01.000Z",
      facts: { recordings: [{ id: "conv_1" }, { id: "conv_2" }] },
    });
    // Other vendors' names of the call are not asked for.
    expect(workspace.exchanges).toHaveLength(2);
  });

  test("A14: it is read at the API, with the key", async () => {
    serve(conversation());
    expect(await api.locateRecording?.(recordingOf(call), call)).toEqual({
      url: "https://api.elevenlabs.io/v1/convai/conversations/conv_1/audio",
      headers: { "xi-api-key": apiKey },
    });
  });

  const deleted = { deletion_settings: { deleted_audio_at_time_unix_secs: 1790100000 } };

  test.each<[title: string, options: ConversationOptions, expected: "gone" | "later"]>([
    ["whose audio was deleted", { metadata: deleted }, "gone"],
    ["that has none any more", { hasAudio: false }, "gone"],
    ["that was deleted", { id: "conv_other" }, "gone"],
    ["that is processed", { status: "processing", hasAudio: true }, "later"],
  ])("trap 17: the audio of a conversation %s", async (_title, options, expected) => {
    serve(conversation(options));
    expect(await api.locateRecording?.(recordingOf(call), call)).toBe(expected);
  });
});

describe("the webhook", () => {
  test("A05 M05: is set up below the app's address and prefix", async () => {
    const workspace = serve();
    const publicUrl = "https://app.example.com";
    expect(await api.setupWebhook?.({ publicUrl })).toEqual({
      targets: [{ name: "Offhook", state: "set", url: "https://app.example.com/api/webhooks/elevenlabs" }],
      secret: "wsec_of_wh_1",
    });
    expect(await api.setupWebhook?.({ publicUrl, prefix: "/hooks" })).toMatchObject({ targets: [{ state: "kept" }] });
    expect(await api.setupWebhook?.({ publicUrl, prefix: "/hooks", replace: true })).toMatchObject({
      targets: [{ state: "set", url: "https://app.example.com/hooks/elevenlabs" }],
    });
    expect(workspace.settings).toMatchObject({ post_call_webhook_id: "wh_2" });
  });
});

test("A08: a conversation without a phone has no leg of Twilio's", () => {
  expect(callOf(conversation({ callSid: null })).references).toEqual([
    { provider: "elevenlabs", id: "conv_1", kind: "session" },
  ]);
  expect(callOf().references).toContainEqual({ provider: "twilio", id: callSid, kind: "leg" });
});
