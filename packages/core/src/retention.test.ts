import { expect, test } from "vitest";
import { memoryStorage } from "./memory-storage.ts";
import type { Storage } from "./storage.ts";
import { openToy } from "./toy-offhook.ts";
import type { ToyPayload } from "./toy-provider.ts";

const day = 24 * 60 * 60_000;
const start = Date.UTC(2026, 10, 20, 12);

const call = (id: string): ToyPayload => ({ call: id, type: "call.ended", status: "completed", at: null });

test("raw bodies go after 30 days, calls and what was said of them stay", async () => {
  let nowMs = start;
  const { offhook, send } = openToy({ now: () => nowMs });
  await send(call("c1"));
  nowMs += 29 * day;
  await send(call("c2"));
  await offhook.expire();
  expect((await offhook.deliveries.list()).data.map(({ bodyRemovedAt }) => bodyRemovedAt)).toEqual([null, null]);
  nowMs += 2 * day;
  expect(await offhook.expire()).toMatchObject({ bodies: 1 });
  const [young, old] = (await offhook.deliveries.list()).data;
  expect(young?.bodyRemovedAt).toBeNull();
  expect(old?.bodyRemovedAt).toBe(new Date(nowMs).toISOString());
  const bare = await offhook.deliveries.get(old?.id ?? "");
  expect(bare?.body).toHaveLength(0);
  expect(bare?.bodyBytes).toBeGreaterThan(0);
  expect((await offhook.calls.list()).data).toHaveLength(2);
  expect(await offhook.calls.events("call_toy_c1")).toHaveLength(1);
  expect(await offhook.expire()).toMatchObject({ bodies: 0 });
});

test("what was sent before its bytes went is still known as a duplicate", async () => {
  let nowMs = start;
  const { offhook, send } = openToy({ now: () => nowMs });
  await send(call("c1"));
  nowMs += 40 * day;
  await offhook.expire();
  expect(JSON.parse((await send(call("c1"))).body)).toMatchObject({ duplicate: true });
});

test("a job does it every day, once however many processes there are and however often they start", async () => {
  let nowMs = start;
  const storage = memoryStorage();
  const processes = [1, 2, 3].map(() => openToy({ now: () => nowMs, storage }));
  for (const { offhook } of processes) await offhook.drain();
  const first = processes[0];
  if (first === undefined) throw new Error("Expected processes");
  const { offhook, send } = first;
  await send(call("c1"));
  for (let days = 0; days < 32; days += 1) {
    expect((await offhook.jobs.list()).data.map(({ kind, state }) => [kind, state])).toEqual([
      ["retention", "waiting"],
    ]);
    nowMs += day;
    const results = await Promise.all(processes.map((each) => each.offhook.drain()));
    expect(results.reduce((sum, { done }) => sum + done, 0)).toBe(1);
    // A restart makes nothing run again.
    expect(await openToy({ now: () => nowMs, storage }).offhook.drain()).toMatchObject({ done: 0 });
  }
  expect((await offhook.deliveries.list()).data[0]?.bodyRemovedAt).not.toBeNull();
});

test("what one run has no time for is gone on with at once", async () => {
  let nowMs = start;
  const storage = memoryStorage();
  const slow: Storage = {
    ...storage,
    async expire(expiry) {
      nowMs += 25_000;
      return (await storage.expire?.(expiry)) ?? { bodies: 0, changes: 0 };
    },
  };
  const { offhook, send } = openToy({ storage: slow, now: () => nowMs });
  for (let index = 0; index < 2_500; index += 1) await send(call(`c${index}`));
  await offhook.drain();
  nowMs += 40 * day;
  // Three runs of one batch each.
  expect(await offhook.drain()).toMatchObject({ done: 3, failed: 0 });
  expect(await offhook.expire()).toMatchObject({ bodies: 0 });
});

test.each([0, -1, Number.NaN, "30"])("%s is no number of days", (bodyDays) => {
  // As from code without types.
  expect(() => openToy({ retention: { bodyDays: bodyDays as number } })).toThrow(/retention\.bodyDays/);
});

test("Infinity keeps everything", async () => {
  let nowMs = start;
  const { offhook, send } = openToy({ now: () => nowMs, retention: { bodyDays: Infinity, changeDays: Infinity } });
  await send(call("c1"));
  nowMs += 10_000 * day;
  expect(await offhook.expire()).toEqual({ bodies: 0, changes: 0 });
});

test("a run that fails for good takes no other day with it", async () => {
  let nowMs = start;
  let isBroken = true;
  const storage = memoryStorage();
  const failing: Storage = {
    ...storage,
    expire: (expiry) =>
      isBroken ? Promise.reject(new Error("a statement timeout")) : required(storage).expire(expiry),
  };
  const { offhook, send } = openToy({ storage: failing, now: () => nowMs });
  await send(call("c1"));
  await offhook.drain();
  for (let hours = 0; hours < 24 * 40; hours += 3) {
    if (hours === 24 * 4) isBroken = false;
    nowMs += 3 * 60 * 60_000;
    await offhook.drain();
  }
  expect((await offhook.jobs.list({ state: "dead" })).data.length).toBeGreaterThan(0);
  expect((await offhook.jobs.list({ state: "waiting" })).data).toHaveLength(1);
  expect((await offhook.deliveries.list()).data[0]?.bodyRemovedAt).not.toBeNull();
});

function required(storage: Storage): Required<Pick<Storage, "expire">> {
  if (storage.expire === undefined) throw new TypeError("Expected a storage that can expire");
  return { expire: (expiry) => storage.expire?.(expiry) ?? Promise.resolve({ bodies: 0, changes: 0 }) };
}
