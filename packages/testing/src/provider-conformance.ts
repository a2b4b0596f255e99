import {
  createOffhook,
  memoryStorage,
  OffhookError,
  PayloadError,
  queryOf,
  verifyDelivery,
  type Answer,
  type Call,
  type Offhook,
  type Provider,
  type ProviderRoute,
  type RawDelivery,
  type Translation,
  type VerifiedDelivery,
} from "@offhook/core";
import { describe, expect, test } from "vitest";
import { forgeriesOf } from "./forgeries.ts";
import { contentTypeOf, garbage } from "./garbage.ts";
import { permutations, seededRandom, shuffleWithDuplicates } from "./permutations.ts";
import { signSample, type SampleRequest } from "./sample.ts";
import { expectValidEvent } from "./valid-event.ts";

export interface ProviderConformanceOptions {
  readonly name: string;
  readonly create: () => Provider;
  /** The same provider with another customer's secrets. */
  readonly createOther: () => Provider;
  /** Constructions that must throw, such as one with an empty secret. */
  readonly invalid: readonly (() => Provider)[];
  /** What tells of one call, in its usual order; up to six. */
  readonly life: readonly SampleRequest[];
  /** At least one of every kind the vendor sends. */
  readonly samples: readonly SampleRequest[];
  /** Refusals that a genuine sample must be put through; default 40. Verifications without a signature have fewer. */
  readonly minimumForgeries?: number;
}

const defaultNowMs = Date.UTC(2026, 10, 20, 12);

/**
 * The contract of a provider as a suite: genuine requests pass and forged ones do not, every kind is mapped or kept,
 * and the order of arrival changes nothing. Run it for your own provider with your own samples.
 */
export function describeProvider(options: ProviderConformanceOptions): void {
  const { name, create, createOther, invalid, life, samples } = options;
  const nowMs = defaultNowMs;

  describe(`provider ${name}`, () => {
    test("is declared in a way that core can serve", () => {
      const provider = create();
      expect(() => createOffhook({ providers: [provider], storage: memoryStorage() })).not.toThrow();
      expect(provider.routes.length).toBeGreaterThan(0);
      for (const { verification } of provider.routes) {
        if (verification.type === "none") expect(verification.reason).not.toBe("");
        if (verification.type === "hmac") expect(verification.header).toBe(verification.header.toLowerCase());
      }
    });

    test.each(invalid.map((construct, index) => ({ construct, index })))(
      "refuses to be made from invalid options ($index)",
      ({ construct }) => {
        expect(construct).toThrow(OffhookError);
      },
    );

    test.each(samples)("$name: what we sign, we verify", async (sample) => {
      const { verified } = await genuine(create(), sample, nowMs);
      expect(verified.method).toBe(sample.method);
    });

    test.each(samples)("$name: is mapped or kept, and says only what it may", async (sample) => {
      const { route, verified } = await genuine(create(), sample, nowMs);
      const translation = route.translate(verified);
      expect(translation.kind).not.toBe("");
      expect(isMapped(translation)).toBe(sample.mapped);
      translation.events.forEach(expectValidEvent);
      expect(route.translate(verified).events).toEqual(translation.events);
    });

    test.each(samples)("$name: is stored, acknowledged, and known when it comes again", async (sample) => {
      const offhook = await open(create(), nowMs);
      const answer = await deliver(offhook, create(), sample, nowMs);
      expect(answer.status).toBeLessThan(300);
      const { data } = await offhook.deliveries.list();
      expect(data.map((delivery) => delivery.status)).toEqual([sample.mapped ? "applied" : "unmapped"]);
      const before = await snapshot(offhook);
      const again = await deliver(offhook, create(), sample, nowMs + 1);
      expect(again.status).toBe(answer.status);
      expect(await snapshot(offhook)).toEqual(before);
      const [delivery] = (await offhook.deliveries.list()).data;
      expect(delivery?.duplicates).toBe(1);
    });

    describeRefusals(options, nowMs);

    test("garbage is refused as a payload, never with another error", async () => {
      const random = seededRandom(7);
      for (const route of create().routes) {
        for (let round = 0; round < 300; round += 1) {
          const body = garbage(random, samples);
          const delivery = {
            ...rawDelivery("POST", "/x", { "content-type": contentTypeOf(random) }, body, nowMs),
            form: undefined,
          };
          try {
            // Translating trusts that core verified; here the test stands in for it.
            route.translate(delivery as unknown as VerifiedDelivery).events.forEach(expectValidEvent);
          } catch (error) {
            expect(error).toBeInstanceOf(PayloadError);
          }
        }
      }
    });

    test("all orders of a call's events give the byte-identical call", async () => {
      const expected = await callsAfter(create(), life, nowMs);
      expect(JSON.parse(expected)).toHaveLength(1);
      for (const order of permutations(life.slice(0, 6)))
        expect(await callsAfter(create(), order, nowMs)).toBe(expected);
    });

    test("random orders with duplicates give the byte-identical call", async () => {
      const expected = await callsAfter(create(), life, nowMs);
      const random = seededRandom(42);
      for (let round = 0; round < 300; round += 1) {
        expect(await callsAfter(create(), shuffleWithDuplicates(life, random), nowMs)).toBe(expected);
      }
    });

    test("orders change nothing that is said of the call while the clock runs", async () => {
      const expected = said(await callsAfter(create(), life, nowMs, 1_000));
      const random = seededRandom(3);
      for (let round = 0; round < 100; round += 1) {
        const calls = await callsAfter(create(), shuffleWithDuplicates(life, random), nowMs, 1_000);
        expect(said(calls)).toEqual(expected);
      }
    });

    test("another customer's genuine request is refused", async () => {
      const [sample] = life;
      if (sample === undefined || hasNoProof(create(), sample)) return;
      const offhook = await open(create(), nowMs);
      expect((await deliver(offhook, createOther(), sample, nowMs)).status).toBe(401);
      expect((await offhook.calls.list()).data).toEqual([]);
    });
  });
}

function describeRefusals(
  { create, createOther, life, samples, minimumForgeries }: ProviderConformanceOptions,
  nowMs: number,
): void {
  test("forgeries of a genuine request are refused and leave nothing but a journal row", async () => {
    const [sample, another] = [life[0], samples.at(-1)];
    if (sample === undefined || another === undefined) throw new Error("describeProvider: expected samples, got none");
    const { route, signed } = await genuine(create(), sample, nowMs);
    const others = [
      await signSample(createOther(), sample, { nowMs }),
      ...(route.verification.type === "hmac" && another.path === sample.path
        ? [await signSample(create(), another, { nowMs })]
        : []),
    ];
    const forgeries = forgeriesOf(route.verification, signed, others);
    // What a custom check takes as its proof nobody else knows.
    if (route.verification.type === "custom") return;
    expect(forgeries.length).toBeGreaterThanOrEqual(minimumForgeries ?? 40);
    const offhook = await open(create(), nowMs);
    for (const { title, request } of forgeries) {
      const answer = await offhook.handle(request);
      // A forged path may also lead nowhere.
      expect([401, 404], title).toContain(answer.status);
    }
    expect((await offhook.calls.list()).data).toEqual([]);
    const { data } = await offhook.deliveries.list({ limit: 200 });
    expect(new Set(data.map((delivery) => delivery.status))).toEqual(new Set(["rejected"]));
    // The genuine one still passes: no forgery took its place.
    expect((await offhook.handle(signed)).status).toBeLessThan(300);
  });

  test("the age of a signed time is judged to the millisecond", async () => {
    const [sample] = life;
    if (sample === undefined) return;
    const { route, signed } = await genuine(create(), sample, nowMs);
    const { verification } = route;
    if (verification.type !== "hmac" || verification.freshness === undefined) return;
    const { pastMs, futureMs } = verification.freshness;
    const delivery = rawDelivery(signed.method, signed.url, signed.headers, signed.body, nowMs);
    for (const ageMs of [0, 1, pastMs - 1000, pastMs, -1, -futureMs + 1000, -futureMs]) {
      await expect(verifyDelivery(verification, delivery, { nowMs: nowMs + ageMs })).resolves.toBeDefined();
    }
    for (const ageMs of [pastMs + 1, pastMs + 1000, pastMs * 10, -futureMs - 1, -futureMs - 1000, -futureMs * 10]) {
      await expect(verifyDelivery(verification, delivery, { nowMs: nowMs + ageMs })).rejects.toMatchObject({
        code: "timestamp_out_of_range",
      });
    }
  });
}

// What the cases are made of -------------------------------------------------------------------------------------

async function open(provider: Provider, nowMs: number): Promise<Offhook> {
  return createOffhook({ providers: [provider], storage: memoryStorage(), now: () => nowMs, runJobs: false });
}

async function genuine(provider: Provider, sample: SampleRequest, nowMs: number) {
  const route = routeOf(provider, sample);
  const signed = await signSample(provider, sample, { nowMs });
  const raw = rawDelivery(signed.method, signed.url, signed.headers, signed.body, nowMs);
  return { route, signed, verified: await verifyDelivery(route.verification, raw, { nowMs }) };
}

function routeOf(provider: Provider, sample: SampleRequest): ProviderRoute {
  const route = provider.routes.find(({ paths }) => paths.includes(sample.path));
  if (route === undefined) throw new RangeError(`Sample "${sample.name}": no route "${sample.path}"`);
  return route;
}

function hasNoProof(provider: Provider, sample: SampleRequest): boolean {
  return routeOf(provider, sample).verification.type === "none";
}

async function deliver(offhook: Offhook, provider: Provider, sample: SampleRequest, nowMs: number): Promise<Answer> {
  return offhook.handle(await signSample(provider, sample, { nowMs }));
}

const isMapped = ({ events, leads }: Translation): boolean => events.length > 0 || (leads ?? []).length > 0;

async function snapshot(offhook: Offhook): Promise<unknown> {
  const { calls, leads, events } = await offhook.health();
  return { calls, leads, events, data: (await offhook.calls.list()).data };
}

/** What decided a field may differ where a vendor gives its events no time; what was decided may not. */
function said(calls: string): unknown[] {
  return (JSON.parse(calls) as Call[]).map(({ provenance: _provenance, ...call }) => call);
}

/** All calls after the requests, as text. @param tickMs how far the clock moves between two of them. */
async function callsAfter(
  provider: Provider,
  order: readonly SampleRequest[],
  startMs: number,
  tickMs = 0,
): Promise<string> {
  let nowMs = startMs;
  const offhook = createOffhook({
    providers: [provider],
    storage: memoryStorage(),
    now: () => nowMs,
    runJobs: false,
  });
  for (const sample of order) {
    const answer = await deliver(offhook, provider, sample, startMs);
    nowMs += tickMs;
    if (answer.status >= 300) throw new Error(`Sample "${sample.name}": answered ${answer.status} ${answer.body}`);
  }
  return JSON.stringify((await offhook.calls.list()).data);
}

function rawDelivery(
  method: string,
  url: string,
  headers: RawDelivery["headers"],
  body: Uint8Array,
  receivedAtMs: number,
): RawDelivery {
  return { method, url, query: queryOf(url), headers, body, receivedAtMs };
}
