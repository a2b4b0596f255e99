import {
  createOffhook,
  isTerminal,
  memoryStorage,
  silentLogger,
  type Call,
  type Provider,
  type Storage,
} from "@offhook/core";
import { seededRandom, signSample, type SampleOptions, type SampleRequest } from "@offhook/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { vendorCases } from "./vendor-cases.ts";

const count = 1_000;
const lostPart = 0.3;
const nowMs = Date.UTC(2026, 10, 20, 12);
const spacingMs = 60_000;

const optionsOf = (index: number): SampleOptions => ({
  key: (0xa0000 + index).toString(16),
  startMs: nowMs - (count + 60 - index) * spacingMs,
  from: `+1415556${String(index).padStart(4, "0")}`,
});

/** How often records were written. */
function counting(): { readonly storage: Storage; readonly saves: () => number } {
  const storage = memoryStorage();
  let saves = 0;
  return {
    saves: () => saves,
    storage: {
      ...storage,
      write: (work) =>
        storage.write((transaction) =>
          work({
            ...transaction,
            save: (subject, changes) => {
              saves += changes.length;
              return transaction.save(subject, changes);
            },
          }),
        ),
    },
  };
}

function open(provider: Provider, storage: Storage) {
  return createOffhook({ providers: [provider], storage, runJobs: false, logger: silentLogger, now: () => Date.now() });
}

async function send(offhook: ReturnType<typeof open>, provider: Provider, sample: SampleRequest): Promise<void> {
  const { status } = await offhook.handle(await signSample(provider, sample, { nowMs: Date.now() }));
  if (status >= 300) throw new Error(`${sample.name} was answered ${status}`);
}

/** What both webhooks and the API tell of a call. */
const known = (call: Call) => ({
  status: call.status,
  outcome: call.outcome,
  direction: call.direction,
  from: call.from?.e164,
  to: call.to?.e164,
  endedAt: call.endedAt,
  durationSeconds: call.durationSeconds,
  endReason: call.endReason,
  agent: call.agent,
  recordings: call.recordings.map(({ provider, id, state }) => ({ provider, id, state })),
  transcript: call.transcript,
  summary: call.analysis?.summary,
  disposition: call.disposition,
  tags: call.tags,
  note: call.note,
  conversion: call.conversion,
});

beforeEach(() => void vi.useFakeTimers({ now: nowMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

describe.each(vendorCases)("A07: $name", ({ name, open: openVendor, life }) => {
  test(
    `with 30 % of its webhooks lost at random, ${count} calls heal in one run, and the next one writes nothing`,
    { timeout: 120_000 },
    async () => {
      const { vendor, provider } = openVendor();
      const { storage, saves } = counting();
      const lossy = open(provider, storage);
      const whole = open(provider, memoryStorage());
      const random = seededRandom(20_261_120);
      let sent = 0;
      let lost = 0;
      for (let index = 0; index < count; index += 1) {
        const options = optionsOf(index);
        vendor.add(options);
        for (const sample of life(options)) {
          await send(whole, provider, sample);
          sent += 1;
          if (random() < lostPart) lost += 1;
          else await send(lossy, provider, sample);
        }
      }
      expect(lost / sent).toBeCloseTo(lostPart, 1);

      const first = await lossy.reconcile({ provider: name });
      expect(first).toMatchObject({ state: "finished", seen: count, failed: 0 });
      const { call, end } = first.missed;
      expect(call + end).toBeGreaterThan(0);

      await whole.reconcile({ provider: name });
      let compared = 0;
      let cursor: string | undefined;
      do {
        const page = await whole.calls.list({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
        for (const expected of page.data) {
          const healed = await lossy.calls.get(expected.id);
          if (healed === undefined) throw new Error(`${expected.id} did not heal`);
          expect(known(healed)).toEqual(known(expected));
          expect(isTerminal(healed.status)).toBe(true);
          compared += 1;
        }
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(compared).toBe(count);

      const before = saves();
      vi.setSystemTime(Date.now() + 60_000);
      const second = await lossy.reconcile({ provider: name });
      expect(second).toMatchObject({ seen: count, unchanged: count, created: 0, updated: 0, recordings: 0 });
      expect(saves()).toBe(before);
    },
  );
});
