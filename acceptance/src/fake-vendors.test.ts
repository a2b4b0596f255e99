import { createCallRailClient } from "@offhook/callrail/client";
import { createConvosoClient } from "@offhook/convoso/client";
import {
  createOffhook,
  memoryStorage,
  silentLogger,
  type Integrations,
  type Offhook,
  type Provider,
} from "@offhook/core";
import { createElevenLabsClient } from "@offhook/elevenlabs/client";
import { createRetellClient } from "@offhook/retell/client";
import { signSample, type SampleOptions, type SampleRequest } from "@offhook/testing";
import {
  fakeCallRail,
  fakeConvoso,
  fakeElevenLabs,
  fakeRetell,
  fakeTwilio,
  vendorFetch,
} from "@offhook/testing/vendors";
import { createTwilioClient } from "@offhook/twilio/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { origin, vendorCases, type Said } from "./vendor-cases.ts";

const nowMs = Date.UTC(2026, 10, 20, 12);
const range = { from: "2026-11-18T00:00:00Z", to: "2026-11-20T12:00:00Z" };
const known: SampleOptions = { key: "a1", startMs: Date.UTC(2026, 10, 19, 15) };
const missed: SampleOptions = { key: "b2", startMs: Date.UTC(2026, 10, 19, 17, 30), from: "+14155550123" };

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

describe.each(vendorCases)("A02, D16: the stand-in for $name", (given) => {
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
    const setup = { publicUrl: origin };
    const { targets } = await integrations.setupWebhook(name, setup);
    expect(targets.map(({ state }) => state)).toEqual(webhooks.map(() => "set"));
    expect(vendor.webhooks?.map(({ url }) => url)).toEqual(webhooks);
    const again = await integrations.setupWebhook(name, setup);
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
