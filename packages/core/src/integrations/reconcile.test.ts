import { expect, test } from "vitest";
import { memoryStorage } from "../memory-storage.ts";
import type { ApiRecord, ProviderApi } from "../provider-api.ts";
import type { ReconcileOptions, ReconcileSchedule } from "../integrations.ts";
import type { Storage } from "../storage.ts";
import { openToy } from "../toy-offhook.ts";
import { toyCalls, toyFailure, toyRecord, ToyVendor } from "./toy-api.ts";

const start = Date.UTC(2026, 10, 20, 12);
const hour = 60 * 60_000;
const at = (ms: number): string => new Date(ms).toISOString();

function open(
  vendor: ToyVendor,
  { storage = memoryStorage(), reconcile }: { storage?: Storage; reconcile?: ReconcileSchedule } = {},
) {
  const clock = { ms: start };
  const told: string[] = [];
  const toy = openToy({
    providers: [vendor.provider()],
    storage,
    now: () => clock.ms,
    on: { "call.created": ({ call }) => void told.push(call.id), "call.ended": ({ call }) => void told.push(call.id) },
    ...(reconcile === undefined ? {} : { reconcile }),
  });
  return { ...toy, clock, told };
}

/** How often records were written. */
function counting(storage: Storage): { storage: Storage; saves: () => number } {
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

test("A07: what webhooks missed is found, told and repaired once; the second run writes nothing", async () => {
  const calls = toyCalls(20, start - 5 * hour).map((call, index) => ({ ...call, note: `n${index}` }));
  const vendor = new ToyVendor(calls);
  const { storage, saves } = counting(memoryStorage());
  const { offhook, send, told } = open(vendor, { storage });
  for (const [index, { id, at: startedAt, note }] of calls.entries()) {
    if (index % 4 === 0) continue;
    const isEndLost = index % 4 === 1;
    await send(
      isEndLost
        ? { call: id, type: "call.ringing", status: "ringing", at: startedAt }
        : { call: id, type: "call.ended", status: "completed", at: startedAt, ...(index % 4 === 2 ? {} : { note }) },
    );
  }
  await offhook.drain();
  told.length = 0;
  const before = saves();
  const summary = await offhook.reconcile({ provider: "toy" });
  expect(summary).toMatchObject({ seen: 20, created: 5, updated: 10, unchanged: 5, state: "finished" });
  expect(summary.missed).toEqual({ call: 5, end: 5, recording: 0, conversation: 0, details: 5 });
  expect(summary.repaired).toHaveLength(15);
  expect(saves() - before).toBe(15);
  await offhook.drain();
  // The same as a webhook would have told.
  expect(told).toHaveLength(5 + 5 + 5);
  const after = saves();
  expect(await offhook.reconcile({ provider: "toy" })).toMatchObject({
    seen: 20,
    unchanged: 20,
    created: 0,
    updated: 0,
  });
  expect(saves()).toBe(after);
});

test("A07: a run that saw no calls says why", async () => {
  const vendor = new ToyVendor();
  const { offhook, send } = open(vendor);
  const nothing = await offhook.reconcile({ provider: "toy" });
  expect(nothing).toMatchObject({ seen: 0, notes: [{ code: "no_calls_listed" }] });
  await send({ call: "c1", type: "call.ended", status: "completed", at: at(start - hour) });
  expect(await offhook.reconcile({ provider: "toy" })).toMatchObject({ seen: 0, notes: [{ code: "other_account" }] });
});

test("A07: what was missed comes with the reason that the journal knows", async () => {
  const vendor = new ToyVendor(toyCalls(2, start - hour));
  const { offhook, send } = open(vendor);
  expect((await offhook.reconcile({ provider: "toy" })).notes).toMatchObject([{ code: "no_deliveries" }]);
  vendor.calls.push({ id: "other", at: at(start - hour) });
  await offhook.fetch(new Request("https://app.example.com/api/webhooks/toy", { method: "POST", body: "forged" }));
  await send({ call: "broken", trouble: "throws" });
  const { notes } = await offhook.reconcile({ provider: "toy" });
  expect(notes.map(({ code }) => code)).toEqual(["deliveries_refused", "deliveries_failed"]);
});

test("fault: a row that becomes visible late is found by a later run", async () => {
  const vendor = new ToyVendor(toyCalls(3, start - 3 * hour));
  const { offhook, clock } = open(vendor);
  await offhook.reconcile({ provider: "toy" });
  clock.ms += hour;
  vendor.calls.push({ id: "late", at: at(start - 3 * hour + 30_000) });
  expect(await offhook.reconcile({ provider: "toy" })).toMatchObject({ seen: 4, created: 1, unchanged: 3 });
});

test("fault: our clock is fast: the window still overlaps with what the vendor calls now", async () => {
  const vendor = new ToyVendor([{ id: "c1", at: at(start) }]);
  const { offhook, clock } = open(vendor);
  clock.ms += 20 * hour;
  expect(await offhook.reconcile({ provider: "toy" })).toMatchObject({ created: 1 });
});

test("A07: on a schedule it runs every hour over 26 hours, once whoever else is there, and after a gap over all of it", async () => {
  const vendor = new ToyVendor(toyCalls(2, start - hour));
  const ranges: (number | undefined)[] = [];
  vendor.onRequest = (_what, query) => void ranges.push((start - Date.parse(query?.from ?? "")) / hour);
  const storage = memoryStorage();
  const processes = [1, 2, 3].map(() => open(vendor, { storage, reconcile: {} }));
  const move = async (hours: number): Promise<void> => {
    for (const each of processes) each.clock.ms += hours * hour;
    for (const { offhook } of processes) await offhook.drain();
  };
  await move(0);
  expect(ranges).toEqual([]);
  await move(1);
  expect(ranges).toEqual([25]);
  await move(1);
  await move(1);
  expect(ranges).toEqual([25, 24, 23]);
  // Nobody was there for three days.
  await move(72);
  expect(ranges.slice(3)).toEqual([-3 + 2]);
  await move(1);
  expect(ranges.slice(4)).toEqual([-76 + 26]);
  expect((await processes[0]?.offhook.jobs.list({ kind: "reconcile" }))?.data).toHaveLength(1);
});

test("A07: a look at a short time, or one at a long time that fails, changes nothing about what the schedule has to do", async () => {
  const vendor = new ToyVendor();
  const { offhook, clock } = open(vendor, { reconcile: {} });
  const froms: number[] = [];
  await offhook.drain();
  clock.ms += hour;
  await offhook.drain();
  // Nobody was there for three days; then somebody looks at the last hour, and at the last year, which fails.
  clock.ms += 72 * hour;
  await offhook.reconcile({ provider: "toy", window: { hours: 1 } });
  vendor.onRequest = () => {
    throw toyFailure("api_unavailable");
  };
  await expect(offhook.reconcile({ provider: "toy", window: { hours: 24 * 365 } })).rejects.toMatchObject({
    code: "api_unavailable",
  });
  vendor.onRequest = (_what, query) => void froms.push((Date.parse(query?.from ?? "") - start) / hour);
  await offhook.drain();
  // From two hours before the run that was the last of its kind.
  expect(froms).toEqual([1 - 2]);
});

test("A07: on a schedule, what a call never gets is asked for once, and not by each of the next runs", async () => {
  const vendor = new ToyVendor([{ id: "c1", at: at(start - 3 * hour) }]);
  const api = vendor.api();
  let asked = 0;
  const withEnd = (record: ApiRecord): ApiRecord => ({
    ...record,
    events: record.events.map((event) => ({ ...event, facts: { ...event.facts, endedAt: at(start - 3 * hour) } })),
  });
  const clock = { ms: start };
  const { offhook } = openToy({
    providers: [
      vendor.provider({
        listCalls: async (query, context) => {
          const page = await api.listCalls(query, context);
          return { ...page, records: page.records.map((record) => ({ ...withEnd(record), lacksDetails: () => true })) };
        },
        getCall: async (id, context) => {
          asked += 1;
          const record = await api.getCall(id, context);
          return record && withEnd(record);
        },
      }),
    ],
    now: () => clock.ms,
    reconcile: {},
  });
  await offhook.drain();
  for (let hours = 0; hours < 8; hours += 1) {
    clock.ms += hour;
    await offhook.drain();
  }
  // By the first, and by the second, which overlaps with it by two hours.
  expect(asked).toBeLessThanOrEqual(2);
  expect(asked).toBeGreaterThan(0);
});

test("A07: a look at a short time before there was any other leaves the schedule everything to ask", async () => {
  const begun = at(start - 10 * hour);
  const vendor = new ToyVendor([{ id: "old", at: begun, note: "said" }]);
  const api = vendor.api();
  const clock = { ms: start };
  const listed = (record: ApiRecord): ApiRecord => ({
    ...record,
    events: record.events.map((event) => ({ ...event, facts: { status: "completed" as const, endedAt: begun } })),
    lacksDetails: (stored) => stored?.note == null,
  });
  const listCalls: ProviderApi["listCalls"] = async (query, context) => {
    const page = await api.listCalls(query, context);
    return { ...page, records: page.records.map(listed) };
  };
  // Heard of by a vendor that gave no details that day.
  let isDetailed = false;
  const getCall: ProviderApi["getCall"] = async (id, context) => (isDetailed ? api.getCall(id, context) : undefined);
  const { offhook } = openToy({ providers: [vendor.provider({ listCalls, getCall })], now: () => clock.ms });
  await offhook.importCalls({ provider: "toy", from: at(start - 12 * hour) });
  await offhook.reconcile({ provider: "toy", window: { hours: 1 } });
  isDetailed = true;
  clock.ms += hour;
  await offhook.reconcile({ provider: "toy" });
  expect(await offhook.calls.get("call_toy_old")).toMatchObject({ note: "said" });
});

test("A07: a call that is listed by its start keeps it, whatever its details say", async () => {
  const vendor = new ToyVendor([{ id: "c1", at: at(start - hour) }]);
  const api = vendor.api();
  const { offhook } = openToy({
    providers: [
      vendor.provider({
        listCalls: async (query, context) => {
          const page = await api.listCalls(query, context);
          return { ...page, records: page.records.map((record) => ({ ...record, lacksDetails: () => true })) };
        },
        // As a vendor whose details begin when somebody picks up.
        getCall: async (id, context) => {
          const record = await api.getCall(id, context);
          return record && { ...record, startedAt: at(start + 48 * hour) };
        },
      }),
    ],
    now: () => start,
  });
  expect(await offhook.reconcile({ provider: "toy" })).toMatchObject({ created: 1, skipped: 0 });
});

test("A07: after an absence longer than the vendor keeps calls, the schedule goes on from what there is", async () => {
  const vendor = new ToyVendor();
  const froms: string[] = [];
  const clock = { ms: start };
  const { offhook } = openToy({
    providers: [vendor.provider({ historyMonths: 1 })],
    now: () => clock.ms,
    reconcile: {},
  });
  await offhook.drain();
  clock.ms += hour;
  await offhook.drain();
  vendor.onRequest = (_what, query) => void froms.push(query?.from ?? "");
  clock.ms += 100 * 24 * hour;
  await offhook.drain();
  expect(Date.parse(froms[0] ?? "")).toBeLessThan(clock.ms - 29 * 24 * hour);
  froms.length = 0;
  clock.ms += hour;
  await offhook.drain();
  expect(froms).toEqual([at(clock.ms - 26 * hour)]);
});

test("D15: on a schedule, a revoked key makes one request a run and no dead jobs", async () => {
  const vendor = new ToyVendor();
  vendor.onRequest = () => {
    throw toyFailure("api_unauthorized", { status: 401 });
  };
  const { offhook, clock } = open(vendor, { reconcile: {} });
  await offhook.drain();
  for (let hours = 0; hours < 6; hours += 1) {
    clock.ms += hour;
    await offhook.drain();
  }
  expect(vendor.requests).toBe(6);
  expect((await offhook.health()).jobs).toMatchObject({ dead: 0, waiting: 2 });
  expect((await offhook.integrations?.status("toy"))?.reconcile).toMatchObject({ state: "failed" });
  // What the failed runs left is compared when it works again.
  vendor.onRequest = () => undefined;
  vendor.calls.push({ id: "old", at: at(start - 24 * hour) });
  clock.ms += hour;
  await offhook.drain();
  expect(await offhook.calls.get("call_toy_old")).toBeDefined();
});

test("A06: the status counts today's calls and knows the last delivery and both runs", async () => {
  const vendor = new ToyVendor(toyCalls(3, start - 12 * hour - 3 * 60_000));
  const { offhook, send } = open(vendor);
  expect(await offhook.integrations?.status("toy")).toEqual({
    provider: "toy",
    connected: true,
    abilities: ["import", "reconcile"],
    callsToday: 0,
    lastDeliveryAt: null,
    quota: [],
    import: null,
    reconcile: null,
  });
  await send({ call: "today", type: "call.ended", status: "completed", at: at(start - hour) });
  await offhook.reconcile({ provider: "toy" });
  const status = await offhook.integrations?.status("toy");
  // One from a webhook, and of the vendor's three that began after midnight.
  expect(status).toMatchObject({ callsToday: 1, lastDeliveryAt: at(start), reconcile: { state: "finished", seen: 3 } });
});

test.each([
  { everyMinutes: 0 },
  { windowHours: -1 },
  { overlapHours: Number.NaN },
  // As from JavaScript.
  { hours: 26 } as ReconcileSchedule,
  true as unknown as ReconcileSchedule,
])("%j is no schedule", (reconcile) => {
  expect(() => open(new ToyVendor(), { reconcile })).toThrow(expect.objectContaining({ code: "option_invalid" }));
});

type Window = NonNullable<ReconcileOptions["window"]>;

test.each<Window>([
  { hours: 0 },
  { hours: Number.NaN },
  { hours: 1e9 },
  { from: "2026-11-20T10:00:00Z", to: "2026-11-20T10:00:00Z" },
  { from: "2026-11-21T10:00:00Z" },
  // As from JavaScript.
  {} as Window,
  26 as unknown as Window,
  null as unknown as Window,
])("A07: a window of %j is refused", async (window) => {
  const { offhook } = open(new ToyVendor());
  await expect(offhook.reconcile({ provider: "toy", window })).rejects.toMatchObject({ code: "option_invalid" });
});

test("A07: what was said counts as that, also where its recording was missing with it", async () => {
  const vendor = new ToyVendor();
  const record = toyRecord({ id: "c1", at: at(start - hour) });
  const transcript = { text: "hello", turns: [] };
  const recording = {
    provider: "toy",
    id: "r1",
    state: "available" as const,
    url: null,
    channels: null,
    durationSeconds: 1,
    expiresAt: null,
  };
  const said = {
    ...record,
    events: record.events.map((event) => ({
      ...event,
      facts: { ...event.facts, transcript, recordings: [recording] },
    })),
  };
  const listCalls = () => Promise.resolve({ records: [said], unreadable: [], nextCursor: null, total: 1 });
  const { offhook, send } = openToy({ providers: [vendor.provider({ listCalls })], now: () => start });
  await send({ call: "c1", type: "call.ended", status: "completed", at: at(start - hour) });
  const { missed, repaired } = await offhook.reconcile({ provider: "toy" });
  expect(missed).toMatchObject({ conversation: 1, recording: 0, details: 0 });
  expect(repaired).toMatchObject([{ reason: "conversation" }]);
});
