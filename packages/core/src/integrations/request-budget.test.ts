import { expect, test } from "vitest";
import { Documents } from "./documents.ts";
import { memoryStorage } from "../memory-storage.ts";
import { RequestBudget } from "./request-budget.ts";
import type { Storage } from "../storage.ts";
import { toyCalls, ToyVendor } from "./toy-api.ts";
import { openToy } from "../toy-offhook.ts";

const start = Date.UTC(2026, 10, 20, 12);
const limits = [
  { requests: 100, seconds: 3_600 },
  { requests: 300, seconds: 86_400 },
];

function budgetOn(storage: Storage, clock: { ms: number }) {
  return new RequestBudget({ provider: "toy", limits, documents: new Documents(storage, "t"), now: () => clock.ms });
}

async function takeAll(budget: RequestBudget, isUrgent: boolean): Promise<number> {
  for (let taken = 0; ; taken += 1) {
    try {
      await budget.take(isUrgent);
    } catch (error) {
      expect(error).toMatchObject({ code: "api_quota_exhausted", isRetryable: true });
      return taken;
    }
  }
}

test("A02: the budget outlives restarts, and long work leaves a tenth of it to what is urgent", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  expect(await takeAll(budgetOn(storage, clock), false)).toBe(90);
  // Another process, or the same after a crash.
  expect(await takeAll(budgetOn(storage, clock), false)).toBe(0);
  expect(await takeAll(budgetOn(storage, clock), true)).toBe(10);
  expect(await budgetOn(storage, clock).state()).toEqual([
    { requests: 100, seconds: 3_600, used: 100 },
    { requests: 300, seconds: 86_400, used: 100 },
  ]);
});

test("A02: it never allows more in any hour or day, whatever the moment", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  const taken: number[] = [];
  for (let minutes = 0; minutes < 60 * 40; minutes += 7) {
    const count = await takeAll(budgetOn(storage, clock), true);
    for (let index = 0; index < count; index += 1) taken.push(clock.ms);
    clock.ms += 7 * 60_000;
  }
  const within = (ms: number): number =>
    Math.max(...taken.map((begin) => taken.filter((each) => each >= begin && each < begin + ms).length));
  expect(within(3_600_000)).toBe(100);
  expect(within(86_400_000)).toBe(300);
});

test("A02: who asks in vain is told when there will be more, and there is", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  const budget = budgetOn(storage, clock);
  await takeAll(budget, true);
  const error: unknown = await budget.take(true).catch((reason: unknown) => reason);
  const { retryAfterMs } = error as { readonly retryAfterMs: number };
  clock.ms += retryAfterMs - 1_000;
  await expect(budget.take(true)).rejects.toMatchObject({ code: "api_quota_exhausted" });
  clock.ms += 1_000;
  await budget.take(true);
});

test("A02: many at once get no more than there is", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  const budgets = [budgetOn(storage, clock), budgetOn(storage, clock), budgetOn(storage, clock)];
  const results = await Promise.allSettled(
    Array.from({ length: 400 }, (_, index) => budgets[index % 3]?.take(true) ?? Promise.resolve()),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(100);
});

test("A02: an import in the background waits for the vendor's hour and goes on with it", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(300, start - 20 * 3_600_000));
  const { offhook } = openToy({
    providers: [vendor.provider({ limits: [{ requests: 20, seconds: 3_600 }] })],
    now: () => nowMs,
  });
  const from = new Date(start - 24 * 3_600_000).toISOString();
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  const waiting = (await offhook.integrations?.status("toy"))?.import;
  expect(waiting).toMatchObject({ state: "waiting", error: null });
  expect(waiting?.estimate?.seconds).toBeGreaterThanOrEqual(3_600);
  expect(vendor.requests).toBe(18);
  nowMs = Date.parse(waiting?.waitsUntil ?? "");
  expect(nowMs - start).toBeLessThanOrEqual(3_600_000 + 300_000);
  await offhook.drain();
  expect((await offhook.integrations?.status("toy"))?.import).toMatchObject({ state: "finished", created: 300 });
});

test("A02: a limit of one request lets one through, also for long work", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  const documents = new Documents(storage, "t");
  const budget = new RequestBudget({
    provider: "toy",
    limits: [{ requests: 1, seconds: 60 }],
    documents,
    now: () => clock.ms,
  });
  expect(await takeAll(budget, false)).toBe(1);
  clock.ms += 2 * 60_000;
  expect(await takeAll(budget, false)).toBe(1);
});

test("A02: what could not be written down is not taken", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  let isAway = true;
  const flaky: Storage = {
    ...storage,
    write: (work, options) => (isAway ? Promise.reject(new Error("away")) : storage.write(work, options)),
  };
  const budget = budgetOn(flaky, clock);
  await expect(budget.take(true)).rejects.toThrow("away");
  isAway = false;
  expect(await takeAll(budget, true)).toBe(100);
});

test("A02: what is urgent keeps its tenth, in whatever order they come", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  const budget = budgetOn(storage, clock);
  for (let taken = 0; taken < 81; taken += 1) await budget.take(false);
  // Of the share that long work has begun it takes nothing.
  await budget.take(true);
  expect(await takeAll(budget, false)).toBe(9);
  expect(await takeAll(budget, true)).toBe(9);
});

test("A02: what short work has taken and not used is free again", async () => {
  const clock = { ms: start };
  const storage = memoryStorage();
  await storage.open();
  for (let processes = 0; processes < 50; processes += 1) {
    const budget = budgetOn(storage, clock);
    await budget.take(false);
    await budget.release();
  }
  expect(await budgetOn(storage, clock).state()).toMatchObject([{ used: 50 }, { used: 50 }]);
});

test("A02: an import gives back what it did not use", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - 20 * 3_600_000));
  const { offhook } = openToy({ providers: [vendor.provider({ limits })], now: () => start });
  await offhook.importCalls({ provider: "toy", from: new Date(start - 24 * 3_600_000).toISOString() });
  expect(vendor.requests).toBe(3);
  expect((await offhook.integrations?.status("toy"))?.quota).toMatchObject([{ used: 3 }, { used: 3 }]);
});
