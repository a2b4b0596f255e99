import { callrail } from "@offhook/callrail";
import { createCallRailClient } from "@offhook/callrail/client";
import { convoso } from "@offhook/convoso";
import { createConvosoClient } from "@offhook/convoso/client";
import {
  createOffhook,
  isRecord,
  memoryStorage,
  silentLogger,
  type Call,
  type Integrations,
  type JsonValue,
  type Offhook,
  type Provider,
} from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { createElevenLabsClient } from "@offhook/elevenlabs/client";
import { retell } from "@offhook/retell";
import { createRetellClient } from "@offhook/retell/client";
import {
  callrailLife,
  convosoLife,
  elevenlabsLife,
  retellLife,
  signSample,
  twilioLife,
  type SampleOptions,
  type SampleRequest,
} from "@offhook/testing";
import {
  fakeCallRail,
  fakeConvoso,
  fakeElevenLabs,
  fakeRetell,
  fakeTwilio,
  vendorFetch,
  type FakeVendor,
  type FakeWebhook,
} from "@offhook/testing/vendors";
import { twilio } from "@offhook/twilio";
import { createTwilioClient } from "@offhook/twilio/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const nowMs = Date.UTC(2026, 10, 20, 12);
const range = { from: "2026-11-18T00:00:00Z", to: "2026-11-20T12:00:00Z" };
const known: SampleOptions = { key: "a1", startMs: Date.UTC(2026, 10, 19, 15) };
const missed: SampleOptions = { key: "b2", startMs: Date.UTC(2026, 10, 19, 17, 30), from: "+14155550123" };

/** What counts as a difference for an import. */
type Said = Omit<Call, "provenance" | "updatedAt" | "version">;

interface Case {
  readonly name: string;
  readonly open: (pageSize?: number) => OpenVendor;
  readonly life: (options: SampleOptions) => readonly SampleRequest[];
  /** What an import adds to a call whose webhooks all came. */
  readonly addedByApi: (told: Said, options: SampleOptions) => Partial<Said>;
  /** What an import knows not, or otherwise, of a call of which no webhook came. */
  readonly withoutWebhooks: (told: Said, options: SampleOptions) => Partial<Said>;
  /** What is told of where webhooks are to go. */
  readonly webhooks?: readonly string[];
}

interface OpenVendor {
  readonly vendor: FakeVendor & { readonly webhooks?: readonly FakeWebhook[] };
  readonly provider: Provider;
}

const price = { amount: "0.0170", currency: "USD" };
const priceOfTwilio = { cost: price, costs: [{ provider: "twilio", ...price }] };
const origin = "https://hooks.example.com";

const cases: readonly Case[] = [
  {
    name: "twilio",
    open(pageSize) {
      const vendor = fakeTwilio(pageSize === undefined ? {} : { pageSize });
      const client = createTwilioClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: twilio({ authToken: "a token", publicUrl: origin, client }),
      };
    },
    life: twilioLife,
    addedByApi: () => priceOfTwilio,
    withoutWebhooks: ({ answeredAt }) => ({
      ...priceOfTwilio,
      // The API's start is the answer, and nothing else says when somebody answered.
      startedAt: answeredAt,
      createdAt: answeredAt ?? "",
      answeredAt: null,
      // The places of numbers.
      lead: null,
    }),
    webhooks: [`${origin}/api/webhooks/twilio`],
  },
  {
    name: "callrail",
    open(pageSize) {
      const vendor = fakeCallRail(pageSize === undefined ? {} : { pageSize });
      const client = createCallRailClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: callrail({ signingKey: "a key", client }),
      };
    },
    life: callrailLife,
    addedByApi: () => ({}),
    withoutWebhooks: ({ analysis, metadata, recordings }) => ({
      // Convert Assist's answers.
      analysis: analysis && { ...analysis, data: without(analysis.data, "service_needed", "urgency") },
      // The number that ids replaced.
      metadata: { callrail: without(metadata["callrail"], "legacyId") },
      // Where it is, is asked for anew each time.
      recordings: recordings.map((recording) => ({ ...recording, url: null })),
    }),
    webhooks: [
      "pre-call",
      "routing-complete",
      "post-call",
      "call-modified",
      "outbound-post-call",
      "outbound-call-modified",
    ].map((path) => `${origin}/api/webhooks/callrail/${path}`),
  },
  {
    name: "elevenlabs",
    open(pageSize) {
      const vendor = fakeElevenLabs(pageSize === undefined ? {} : { pageSize });
      const client = createElevenLabsClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: elevenlabs({ webhookSecret: "a secret", client }),
      };
    },
    life: elevenlabsLife,
    addedByApi: () => ({}),
    // The machine detection's verdict.
    withoutWebhooks: () => ({ answeredBy: "unknown" }),
    webhooks: [`${origin}/api/webhooks/elevenlabs`],
  },
  {
    name: "retell",
    open(pageSize) {
      const vendor = fakeRetell(pageSize === undefined ? {} : { pageSize });
      const client = createRetellClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: retell({ apiKey: "a key", client }),
      };
    },
    life: retellLife,
    addedByApi: () => ({}),
    // Retell asks before it answers.
    withoutWebhooks: ({ startedAt }) => ({ createdAt: startedAt ?? "" }),
    webhooks: [`${origin}/api/webhooks/retell`],
  },
  {
    name: "convoso",
    open(pageSize) {
      const vendor = fakeConvoso(pageSize === undefined ? {} : { pageSize });
      const { clientOptions } = vendor;
      const client = createConvosoClient({ ...clientOptions, fetch: vendorFetch([vendor]) });
      const { timeZone } = clientOptions;
      return {
        vendor,
        provider: convoso({ verification: { hmac: "a secret" }, timeZone, client }),
      };
    },
    life: convosoLife,
    addedByApi: (told, options) => ({ metadata: withSession(told, options) }),
    withoutWebhooks: (told, options) => ({
      metadata: withSession(told, options),
      // The log has the name of who was called, and nothing more of them.
      lead: told.lead && { ...told.lead, city: null, email: null, region: null },
    }),
  },
];

/** The session of SIP. */
function withSession({ metadata }: Said, { key = "" }: SampleOptions): Said["metadata"] {
  return { convoso: { ...membersOf(metadata["convoso"]), sessionId: `${key.padStart(16, "0")}@192.0.2.7` } };
}

function without(record: JsonValue | undefined, ...names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(membersOf(record)).filter(([name]) => !names.includes(name)));
}

type Members = { readonly [name: string]: JsonValue };

const membersOf = (value: JsonValue | undefined): Members => (isRecord(value) ? value : {});

function open(provider: Provider): Offhook {
  return createOffhook({
    providers: [provider],
    storage: memoryStorage(),
    now: () => Date.now(),
    runJobs: false,
    logger: silentLogger,
  });
}

function integrationsOf({ integrations }: Offhook): Integrations {
  if (integrations === undefined) throw new Error("expected a provider with a client");
  return integrations;
}

/** A second after the other. */
async function send(offhook: Offhook, provider: Provider, life: readonly SampleRequest[]): Promise<void> {
  for (const sample of life) {
    vi.setSystemTime(Date.now() + 1000);
    const signed = await signSample(provider, sample, { nowMs: Date.now() });
    const { status } = await offhook.handle(signed);
    expect(status, sample.name).toBeLessThan(300);
  }
}

async function callOf(offhook: Offhook, provider: string, id: string): Promise<Said> {
  const { data } = await offhook.calls.list({ limit: 100 });
  const [call, ...others] = data.filter(({ references }) =>
    references.some((reference) => reference.provider === provider && reference.id === id),
  );
  expect(others).toEqual([]);
  if (call === undefined) throw new Error("expected the call, got none");
  const { provenance: _provenance, updatedAt: _updatedAt, version: _version, ...said } = call;
  return said;
}

beforeEach(() => {
  vi.useFakeTimers({ now: nowMs, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(cases)("A02, D16: the stand-in for $name", (given) => {
  const { name, open: openVendor, life, addedByApi, withoutWebhooks, webhooks } = given;

  test("says of a call what its webhooks say, and an import adds only what no webhook says", async () => {
    const { vendor, provider } = openVendor();
    const offhook = open(provider);
    await send(offhook, provider, life(known));
    const id = vendor.add(known);
    const told = await callOf(offhook, name, id);

    const added = addedByApi(told, known);
    const isUnchanged = Object.keys(added).length === 0;
    const summary = await offhook.importCalls({ provider: name, ...range });
    expect(await callOf(offhook, name, id)).toEqual({ ...told, ...added });
    expect(summary).toMatchObject({
      state: "finished",
      seen: 1,
      created: 0,
      updated: isUnchanged ? 0 : 1,
      unchanged: isUnchanged ? 1 : 0,
      failed: 0,
    });
  });

  test("makes of a call without webhooks the call that they would have made", async () => {
    const { vendor, provider } = openVendor();
    const listening = open(provider);
    await send(listening, provider, life(missed));
    const id = vendor.add(missed);
    const told = await callOf(listening, name, id);

    const offhook = open(provider);
    const summary = await offhook.importCalls({ provider: name, ...range });
    expect(summary).toMatchObject({ state: "finished", seen: 1, created: 1, failed: 0 });
    expect(await callOf(offhook, name, id)).toEqual({ ...told, ...withoutWebhooks(told, missed) });
  });

  test("says the same when it is asked again", async () => {
    const { vendor, provider } = openVendor();
    const offhook = open(provider);
    await send(offhook, provider, life(known));
    vendor.add(known);
    vendor.add(missed);
    await offhook.importCalls({ provider: name, ...range });
    vi.setSystemTime(Date.now() + 60_000);
    const again = await offhook.importCalls({ provider: name, ...range });
    expect(again).toMatchObject({ seen: 2, created: 0, updated: 0, unchanged: 2, failed: 0, recordings: 0 });
  });

  test("lists every call of the range on several pages, and none beside", async () => {
    const { vendor, provider } = openVendor(2);
    const offhook = open(provider);
    const hourMs = 60 * 60_000;
    const ids = Array.from({ length: 7 }, (_, index) =>
      vendor.add({ key: `c${index}`, startMs: nowMs - (7 - index) * hourMs }),
    );
    vendor.add({ key: "d0", startMs: nowMs - 10 * hourMs });
    vendor.remove(vendor.add({ key: "d1", startMs: nowMs - 3 * hourMs }));
    const from = new Date(nowMs - 7 * hourMs).toISOString();
    const summary = await offhook.importCalls({ provider: name, from, to: range.to });
    expect(summary).toMatchObject({ state: "finished", created: 7, failed: 0 });
    expect(summary.requests).toBe(vendor.requests);
    expect(summary.requests).toBeGreaterThanOrEqual(4);
    for (const id of ids) expect(await callOf(offhook, name, id)).toMatchObject({ status: "completed" });
  });

  test("finds a call by its id, and none that was taken away", async () => {
    const { vendor, provider } = openVendor();
    const integrations = integrationsOf(open(provider));
    const id = vendor.add(missed);
    expect((await integrations.lookUpCall(name, id))?.vendor).toMatchObject({
      status: "completed",
      outcome: "answered",
    });
    vendor.remove(id);
    expect(await integrations.lookUpCall(name, id)).toBeUndefined();
  });

  test("has the recording of an imported call, as a whole and in parts", async () => {
    const { vendor, provider } = openVendor();
    const offhook = open(provider);
    const vendorId = vendor.add(missed);
    await offhook.importCalls({ provider: name, ...range });
    const { id } = await callOf(offhook, name, vendorId);
    const listen = async (part?: string) => {
      const opened = await integrationsOf(offhook).openRecording(id, part === undefined ? {} : { range: part });
      if (opened.type !== "stream") throw new Error(`expected a recording, got none: ${opened.state}`);
      const { body, ...head } = opened;
      return { head, bytes: await new Response(body).bytes() };
    };
    const { head, bytes } = await listen();
    expect(head).toMatchObject({
      status: 200,
      bytes: bytes.length,
      contentType: expect.stringMatching(/^audio\//),
    });
    expect(bytes.length).toBeGreaterThan(1000);
    const part = await listen("bytes=100-199");
    expect(part.head).toMatchObject({ status: 206, bytes: 100, contentRange: `bytes 100-199/${bytes.length}` });
    expect(part.bytes).toEqual(bytes.slice(100, 200));
  });

  test("tells good credentials, and remembers where webhooks are to go", async () => {
    const { vendor, provider } = openVendor();
    const integrations = integrationsOf(open(provider));
    expect(await integrations.testConnection(name)).toMatchObject({ ok: true, error: null });
    if (webhooks === undefined) return;
    expect(vendor.webhooks).toEqual([]);
    const { targets } = await integrations.setupWebhook(name, { publicUrl: origin });
    expect(targets.map(({ state }) => state)).toEqual(webhooks.map(() => "set"));
    expect(vendor.webhooks?.map(({ url }) => url)).toEqual(webhooks);
    const again = await integrations.setupWebhook(name, { publicUrl: origin });
    expect(again.targets.map(({ state }) => state)).toEqual(webhooks.map(() => "unchanged"));
  });
});

const strangers: readonly (readonly [string, (fetch: typeof globalThis.fetch) => Promise<unknown>])[] = [
  ["twilio", (fetch) => createTwilioClient({ ...fakeTwilio().clientOptions, authToken: "another", fetch }).ping()],
  ["callrail", (fetch) => createCallRailClient({ ...fakeCallRail().clientOptions, apiKey: "another", fetch }).ping()],
  ["elevenlabs", (fetch) => createElevenLabsClient({ apiKey: "another", fetch }).ping()],
  ["retell", (fetch) => createRetellClient({ apiKey: "another", fetch }).ping()],
  ["convoso", (fetch) => createConvosoClient({ authToken: "another", timeZone: "UTC", fetch }).ping()],
];

test.each(strangers)("A03: the stand-in for %s refuses other credentials", async (name, ping) => {
  const vendors = [fakeTwilio(), fakeCallRail(), fakeElevenLabs(), fakeRetell(), fakeConvoso()];
  await expect(ping(vendorFetch(vendors))).rejects.toMatchObject({
    code: "api_unauthorized",
    provider: name,
    status: 401,
    vendorMessage: expect.stringMatching(/\w/),
  });
  expect(vendors.map(({ provider, requests }) => [provider, requests])).toEqual(
    vendors.map(({ provider }) => [provider, provider === name ? 1 : 0]),
  );
});
