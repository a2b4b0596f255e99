import { createOffhook, memoryStorage, silentLogger } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { createElevenLabsClient } from "@offhook/elevenlabs/client";
import { signSample, twilioLife } from "@offhook/testing";
import { fakeElevenLabs, vendorFetch } from "@offhook/testing/vendors";
import { twilio } from "@offhook/twilio";
import { expect, test } from "vitest";

const endMs = Date.UTC(2026, 10, 20, 12);
const options = { key: "a8", startMs: endMs - 60_000 };

function open(reach: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch = (fetch) => fetch) {
  let nowMs = endMs;
  const vendor = fakeElevenLabs();
  const client = createElevenLabsClient({ ...vendor.clientOptions, attempts: 1, fetch: reach(vendorFetch([vendor])) });
  const carrier = twilio({ authToken: "a token", publicUrl: "https://app.example.com" });
  const offhook = createOffhook({
    providers: [carrier, elevenlabs({ webhookSecret: "a secret", client })],
    storage: memoryStorage(),
    logger: silentLogger,
    runJobs: false,
    now: () => nowMs,
  });
  return {
    offhook,
    vendor,
    async callEnds() {
      for (const sample of twilioLife(options)) {
        const { status } = await offhook.handle(await signSample(carrier, sample, { nowMs }));
        expect(status).toBeLessThan(300);
      }
    },
    async drainAfter(minutes: number) {
      nowMs = endMs + minutes * 60_000;
      await offhook.drain();
    },
    /** The parent leg, which the conversation was on. */
    call: async () => offhook.calls.get(`call_twilio_CA${"a8".padStart(32, "0")}`),
  };
}

test("A08: two minutes after a Twilio call its ElevenLabs conversation joins it, without a webhook", async () => {
  const { vendor, callEnds, drainAfter, call, offhook } = open();
  await callEnds();
  vendor.add(options);
  // Of the same time, on another leg: read once, and left alone.
  vendor.add({ key: "b9", startMs: options.startMs + 5_000 });
  await drainAfter(1);
  expect((await call())?.analysis).toBeNull();
  expect(vendor.requests).toBe(0);
  await drainAfter(2.1);
  const joined = await call();
  expect(joined?.references.map(({ provider }) => provider)).toEqual(expect.arrayContaining(["twilio", "elevenlabs"]));
  expect(joined?.analysis?.summary).toEqual(expect.any(String));
  expect(joined?.transcript?.turns.length).toBeGreaterThan(0);
  expect((await offhook.health()).jobs.dead).toBe(0);
});

test("A08: a conversation that is not listed yet is looked for again", async () => {
  const { vendor, callEnds, drainAfter, call } = open();
  await callEnds();
  await drainAfter(2.1);
  expect((await call())?.analysis).toBeNull();
  vendor.add(options);
  await drainAfter(4);
  expect((await call())?.analysis?.summary).toEqual(expect.any(String));
});

test("A08: a Twilio call that no agent talked on is looked for three times, and no more", async () => {
  const { vendor, callEnds, drainAfter, offhook } = open();
  await callEnds();
  for (let minutes = 2; minutes < 600; minutes += 10) await drainAfter(minutes);
  const asked = vendor.requests;
  expect(asked).toBeLessThanOrEqual(3 * 2);
  expect((await offhook.jobs.list({ kind: "find-call" })).data).toEqual([]);
});

test("A09: while ElevenLabs is away the call is complete, and it joins when ElevenLabs is back", async () => {
  let isAway = true;
  const { vendor, callEnds, drainAfter, call, offhook } = open(
    (fetch) => (input, init) => (isAway ? Promise.resolve(new Response("sorry", { status: 503 })) : fetch(input, init)),
  );
  await callEnds();
  vendor.add(options);
  await drainAfter(2.1);
  await drainAfter(5);
  expect(await call()).toMatchObject({ status: "completed", analysis: null });
  isAway = false;
  await drainAfter(60);
  expect((await call())?.analysis?.summary).toEqual(expect.any(String));
  expect((await offhook.health()).jobs).toMatchObject({ dead: 0 });
});
