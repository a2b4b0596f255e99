import { createOffhook, memoryStorage, type IncomingRequest, type Offhook } from "@offhook/core";
import {
  elevenlabsLife,
  permutations,
  retellLife,
  seededRandom,
  shuffleWithDuplicates,
  signSample,
  twilioLife,
  type SampleRequest,
} from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { allProviders } from "./all-providers.ts";

const nowMs = Date.UTC(2026, 10, 20, 12);
const providers = allProviders().map(({ create }) => create());

function open(): Offhook {
  return createOffhook({ providers, storage: memoryStorage(), now: () => nowMs, runJobs: false });
}

async function signAll(samples: readonly SampleRequest[]): Promise<IncomingRequest[]> {
  return Promise.all(
    samples.map((sample) => {
      const provider = providers.find(({ name }) => name === sample.provider);
      if (provider === undefined) throw new Error(`No provider ${sample.provider}`);
      return signSample(provider, sample, { nowMs });
    }),
  );
}

/** All calls after the requests, as the bytes that a user reads. */
async function callsAfter(requests: readonly IncomingRequest[], { together = false } = {}): Promise<string> {
  const offhook = open();
  if (together) await Promise.all(requests.map((request) => offhook.handle(request)));
  else for (const request of requests) await offhook.handle(request);
  return JSON.stringify((await offhook.calls.list()).data);
}

describe.each(allProviders())("E15: $name", ({ life }) => {
  test("every order of a call's events gives the byte-identical call", async () => {
    const requests = await signAll(life());
    expect(requests.length).toBeGreaterThan(1);
    const expected = await callsAfter(requests);
    expect(JSON.parse(expected)).toHaveLength(1);
    for (const order of permutations(requests.slice(0, 6))) expect(await callsAfter(order)).toBe(expected);
  });

  test("10,000 random shuffles with duplicates, one by one or together, give the byte-identical call", async () => {
    const requests = await signAll(life());
    const expected = await callsAfter(requests);
    const random = seededRandom(20_261_120);
    let different: string | undefined;
    for (let round = 0; round < 10_000; round += 1) {
      const order = shuffleWithDuplicates(requests, random);
      const calls = await callsAfter(order, { together: random() < 0.5 });
      if (calls !== expected) different = calls;
    }
    // Compared as text above: ten thousand assertions would take longer than the work.
    expect(different ?? expected).toBe(expected);
  }, 60_000);
});

describe.each([
  ["ElevenLabs", elevenlabsLife],
  ["Retell", retellLife],
])("one physical call that Twilio carries and %s talks on", (_name, agentLife) => {
  const callSid = "CA0123456789abcdef0123456789abcdef";
  const samples = [...twilioLife({ callSid }).slice(0, 5), ...agentLife({ callSid })];

  test("ends in one call with both references, in every interleaving that was drawn", async () => {
    const requests = await signAll(samples);
    const expected = await callsAfter(requests);
    const calls = JSON.parse(expected) as { id: string; references: { provider: string }[] }[];
    expect(calls).toHaveLength(1);
    expect(calls[0]?.id).toBe(`call_twilio_${callSid}`);
    expect(new Set(calls[0]?.references.map(({ provider }) => provider)).size).toBe(2);
    const random = seededRandom(7);
    for (let round = 0; round < 2_000; round += 1) {
      expect(await callsAfter(shuffleWithDuplicates(requests, random), { together: random() < 0.5 })).toBe(expected);
    }
  }, 30_000);
});
