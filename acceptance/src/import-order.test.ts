import { createOffhook, memoryStorage, silentLogger, type Call } from "@offhook/core";
import { signSample } from "@offhook/testing";
import { fc } from "@fast-check/vitest";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { vendorCases, type Said, type VendorCase } from "./vendor-cases.ts";

const startMs = Date.UTC(2026, 10, 20, 12);
const options = { key: "5e", startMs: startMs - 2 * 60 * 60_000 };

beforeEach(() => void vi.useFakeTimers({ now: startMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** What happens, in order: the numbers of webhooks, and imports. */
type Step = number | "import";

const said = ({ provenance: _provenance, updatedAt: _updatedAt, version: _version, ...rest }: Call): Said => rest;

/** The call after these steps, and one import at the end. */
async function callAfter({ name, open, life }: VendorCase, steps: readonly Step[]): Promise<Said> {
  const { vendor, provider } = open();
  const webhooks = life(options);
  vendor.add(options);
  const offhook = createOffhook({
    providers: [provider],
    storage: memoryStorage(),
    runJobs: false,
    logger: silentLogger,
    now: () => Date.now(),
  });
  vi.setSystemTime(startMs);
  for (const step of [...steps, "import" as const]) {
    vi.setSystemTime(Date.now() + 1000);
    if (step === "import") {
      await offhook.importCalls({ provider: name, from: new Date(startMs - 24 * 60 * 60_000).toISOString() });
      continue;
    }
    const sample = webhooks[step];
    // Written down as they came, with the time of the life: when they are sent says nothing.
    if (sample !== undefined) await offhook.handle(await signSample(provider, sample, { nowMs: Date.now() }));
  }
  const { data } = await offhook.calls.list();
  const own = data.filter(({ references }) => references.some((reference) => reference.provider === name));
  const [call] = own;
  if (call === undefined || own.length !== 1) throw new Error(`expected one call, got ${own.length}`);
  return said(call);
}

test.each(vendorCases)(
  "A02, E15: $name: webhooks in any order, repeated, with imports anywhere between them, give the same call",
  { timeout: 60_000 },
  async (given) => {
    const count = given.life(options).length;
    const inOrder = Array.from({ length: count }, (_, index) => index);
    const expected = await callAfter(given, inOrder);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(inOrder, { minLength: count, maxLength: count }),
        fc.array(fc.record({ at: fc.nat(count), step: fc.oneof(fc.nat(count - 1), fc.constant("import" as const)) }), {
          maxLength: 4,
        }),
        async (order, extras) => {
          const steps: Step[] = [...order];
          for (const { at, step } of extras) steps.splice(at, 0, step);
          expect(await callAfter(given, steps)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  },
);
