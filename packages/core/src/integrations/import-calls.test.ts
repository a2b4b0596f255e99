import { expect, test } from "vitest";
import type { ImportProgress } from "../integrations.ts";
import { memoryStorage } from "../memory-storage.ts";
import type { ApiRecord } from "../provider-api.ts";
import type { Storage } from "../storage.ts";
import { openToy } from "../toy-offhook.ts";
import { toyCalls, toyFailure, ToyVendor, type ToyCall } from "./toy-api.ts";
import { at, day, from, hour, idsOf, openImports, start, storedIds } from "./toy-imports.ts";

test("A02: an import brings in every call of several pages and says what came of them", async () => {
  const vendor = new ToyVendor(toyCalls(95, start - day));
  const { offhook } = openImports(vendor);
  const told: ImportProgress[] = [];
  const summary = await offhook.importCalls({ provider: "toy", from, onProgress: (progress) => told.push(progress) });
  expect(summary).toMatchObject({ state: "finished", seen: 95, created: 95, updated: 0, unchanged: 0, failed: 0 });
  expect(summary).toMatchObject({ requests: 10, part: 1, error: null, notes: [] });
  expect(told.map(({ seen }) => seen)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 95]);
  expect(await storedIds(offhook)).toEqual(idsOf(vendor.calls));
  expect(await offhook.calls.get("call_toy_c000000")).toMatchObject({ status: "completed" });
  expect((await offhook.calls.events("call_toy_c000000"))?.map(({ source }) => source)).toEqual(["api"]);
});

test("A02: an import after the webhooks changes nothing that is known and adds what is not", async () => {
  const [known, partly] = toyCalls(2, start - day);
  if (known === undefined || partly === undefined) throw new Error("Expected two calls");
  const vendor = new ToyVendor([known, { ...partly, note: "asked for Monday" }]);
  const { offhook, send } = openImports(vendor);
  for (const { id, at: startedAt } of vendor.calls) {
    await send({ call: id, type: "call.ended", status: "completed", at: startedAt });
  }
  const before = await offhook.calls.get("call_toy_c000000");
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ unchanged: 1, updated: 1, created: 0 });
  expect(await offhook.calls.get("call_toy_c000000")).toEqual(before);
  expect(await offhook.calls.get("call_toy_c000001")).toMatchObject({ note: "asked for Monday" });
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ unchanged: 2, updated: 0, created: 0 });
});

test("A02: history wakes no handler unless it is asked to", async () => {
  const told: string[] = [];
  const vendor = new ToyVendor(toyCalls(3, start - day));
  const { offhook } = openToy({
    providers: [vendor.provider()],
    now: () => start,
    on: { "call.ended": ({ call }) => void told.push(call.id) },
  });
  await offhook.importCalls({ provider: "toy", from });
  await offhook.drain();
  expect(told).toEqual([]);
  vendor.calls.push({ id: "new", at: at(start - hour) });
  await offhook.importCalls({ provider: "toy", from, notify: true });
  await offhook.drain();
  expect(told).toEqual(["call_toy_new"]);
});

test("A02: calls outside of the range are skipped, and one call in two windows counts once", async () => {
  const vendor = new ToyVendor(
    toyCalls(30, start - 20 * day).map((call, index) => ({ ...call, at: at(start - index * day) })),
  );
  // As a vendor that looks at whole weeks.
  const api = vendor.api();
  const { offhook } = openImports(vendor, {
    api: {
      listCalls: (query, context) =>
        api.listCalls(
          { ...query, from: at(Date.parse(query.from) - 7 * day), to: at(Date.parse(query.to) + day) },
          context,
        ),
    },
  });
  const summary = await offhook.importCalls({ provider: "toy", from: at(start - 20 * day), to: at(start) });
  expect(summary).toMatchObject({ created: 20, unchanged: 0, skipped: 8, seen: 28 });
  expect(await storedIds(offhook)).toHaveLength(20);
});

test("fault: many calls of the same second, across pages", async () => {
  const same = Array.from({ length: 45 }, (_, index): ToyCall => ({ id: `s${index}`, at: at(start - hour) }));
  const vendor = new ToyVendor(same);
  const { offhook } = openImports(vendor);
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 45, created: 45 });
  expect(await storedIds(offhook)).toEqual(idsOf(same));
});

test("fault: pages shift because a call vanishes while they are read", async () => {
  const vendor = new ToyVendor(toyCalls(60, start - day));
  const all = idsOf(vendor.calls);
  vendor.onRequest = (what, query) => {
    // Marked as spam: every later call moves up by one, the first of the next page to the page that is read already.
    if (query?.cursor === "30" && vendor.calls.length === 60) vendor.calls.splice(5, 1);
  };
  const { offhook } = openImports(vendor);
  const summary = await offhook.importCalls({ provider: "toy", from });
  expect(await storedIds(offhook)).toEqual(all);
  expect(summary).toMatchObject({ seen: 60, created: 60, notes: [] });
});

test("fault: pages shift because calls come in while they are read", async () => {
  const vendor = new ToyVendor(toyCalls(40, start - day));
  vendor.onRequest = (_what, query) => {
    // Into the middle of what was read: the last call of a page shows up on the next one again.
    if (query?.cursor === "20" && vendor.calls.length < 43) {
      vendor.calls.push({ id: `late${vendor.calls.length}`, at: at(start - day + vendor.calls.length) });
    }
  };
  const { offhook } = openImports(vendor);
  const summary = await offhook.importCalls({ provider: "toy", from });
  expect(await storedIds(offhook)).toEqual(idsOf(vendor.calls));
  expect(summary.seen).toBe(summary.created);
});

test("fault: pages that never stand still are said so", async () => {
  const vendor = new ToyVendor(toyCalls(40, start - day));
  vendor.onRequest = () =>
    void vendor.calls.push({ id: `n${vendor.requests}`, at: at(start - hour + vendor.requests) });
  const { offhook } = openImports(vendor);
  const { notes, state } = await offhook.importCalls({ provider: "toy", from });
  expect([state, notes.map(({ code }) => code)]).toEqual(["finished", ["pages_shifted"]]);
});

test("fault: items that cannot be read cost no other", async () => {
  const vendor = new ToyVendor(toyCalls(15, start - day));
  vendor.unreadable = ["list calls: item 3 is not as documented"];
  const { offhook } = openImports(vendor);
  const summary = await offhook.importCalls({ provider: "toy", from });
  expect(summary).toMatchObject({ seen: 17, created: 15, failed: 2, state: "finished" });
  expect(summary.failures).toEqual([vendor.unreadable[0], vendor.unreadable[0]]);
});

test("fault: items that cannot be read are counted once, in whichever reading of the window they show up", async () => {
  const vendor = new ToyVendor(toyCalls(60, start - day));
  const api = vendor.api();
  let refusals = 1;
  const { offhook } = openImports(vendor, {
    api: {
      listCalls: async (query, context) => {
        if (query.cursor === "30" && (refusals -= 1) >= 0) throw toyFailure("api_rejected", { status: 400 });
        const page = await api.listCalls(query, context);
        // On the first page, and on one that only the second reading comes to.
        const isBroken = query.cursor === undefined || query.cursor === "40";
        return { ...page, unreadable: isBroken ? [`at ${query.cursor ?? "0"}`] : [] };
      },
    },
  });
  const summary = await offhook.importCalls({ provider: "toy", from });
  expect(summary).toMatchObject({ seen: 62, created: 60, failed: 2, failures: ["at 0", "at 40"] });
});

test("fault: a page that has each call twice", async () => {
  const calls = toyCalls(10, start - day);
  const vendor = new ToyVendor([...calls, ...calls]);
  vendor.pageSize = 20;
  const { offhook } = openImports(vendor);
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 10, created: 10, unchanged: 0 });
});

test("fault: a call that slips onto the next page between two jobs counts once", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(40, start - day));
  vendor.countsCalls = false;
  vendor.onRequest = () => void (nowMs += 10);
  const { offhook } = openImports(vendor, { now: () => nowMs });
  await offhook.integrations?.startImport({ provider: "toy", from });
  // One page for each job.
  await offhook.drain({ timeoutMs: 5 });
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ seen: 10 });
  vendor.calls.push({ id: "first", at: at(start - day - 1) });
  await offhook.drain();
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", seen: 40 });
});

test("fault: a record that the storage cannot take costs no other of its page", async () => {
  const storage = memoryStorage();
  const { StorageError } = await import("../errors.ts");
  const refusing: Storage = {
    ...storage,
    write: (work) =>
      storage.write((transaction) =>
        work({
          ...transaction,
          save: async (subject, changes) => {
            if (changes.some(({ record }) => record.id === "call_toy_c000004")) {
              throw new StorageError("storage_failed", "it cannot be taken");
            }
            return transaction.save(subject, changes);
          },
        }),
      ),
  };
  const { offhook } = openImports(new ToyVendor(toyCalls(10, start - day)), { storage: refusing });
  const summary = await offhook.importCalls({ provider: "toy", from });
  expect(summary).toMatchObject({ seen: 10, created: 9, failed: 1, state: "finished" });
  expect(summary.failures).toHaveLength(1);
});

test("fault: a malformed page ends it with a clear error, and the next import goes on from there", async () => {
  const vendor = new ToyVendor(toyCalls(50, start - day));
  let isBroken = true;
  vendor.onRequest = (_what, query) => {
    if (isBroken && query?.cursor === "30") throw toyFailure("api_malformed");
  };
  const { offhook } = openImports(vendor);
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "api_malformed" });
  expect((await offhook.integrations?.status("toy"))?.import).toMatchObject({
    state: "failed",
    created: 30,
    error: { code: "api_malformed" },
  });
  isBroken = false;
  const before = vendor.requests;
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({
    seen: 50,
    created: 50,
    state: "finished",
  });
  expect(vendor.requests - before).toBe(2);
});

test("D15: a revoked key ends it at once, with one request", async () => {
  const vendor = new ToyVendor(toyCalls(50, start - day));
  vendor.onRequest = () => {
    throw toyFailure("api_unauthorized", { status: 401 });
  };
  const { offhook } = openImports(vendor);
  const error = { code: "api_unauthorized", status: 401 };
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject(error);
  expect(vendor.requests).toBe(1);
  // Nor does whoever asks next make another one, for a while.
  await expect(offhook.reconcile({ provider: "toy" })).rejects.toMatchObject({
    ...error,
    message: expect.stringContaining("not asked again before 12:05 UTC"),
  });
  expect(vendor.requests).toBe(1);
  // But for whoever wants to know whether it is good again.
  expect(await offhook.integrations?.testConnection("toy")).toMatchObject({ ok: false, error });
  expect(vendor.requests).toBe(2);
});

test("fault: 429 with Retry-After is waited for, then it goes on", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  let refusals = 2;
  vendor.onRequest = () => {
    refusals -= 1;
    if (refusals >= 0) throw toyFailure("api_rate_limited", { status: 429, retryAfterMs: 5 });
  };
  const { offhook } = openImports(vendor);
  const states: string[] = [];
  const onProgress = ({ state }: ImportProgress): void => void states.push(state);
  expect(await offhook.importCalls({ provider: "toy", from, onProgress })).toMatchObject({ seen: 30, created: 30 });
  expect(states).toEqual(["waiting", "waiting", "running", "running", "finished"]);
});

test("H9: a range beyond what the vendor keeps is cut, and says so", async () => {
  const asked: string[] = [];
  const vendor = new ToyVendor(toyCalls(5, start - day));
  vendor.onRequest = (_what, query) => void asked.push(query?.from ?? "");
  const { offhook } = openImports(vendor, { api: { historyMonths: 25 } });
  const summary = await offhook.importCalls({ provider: "toy", from: "2020-01-01T00:00:00Z" });
  expect(summary).toMatchObject({ from: "2024-10-21T12:00:00.000Z", seen: 5, notes: [{ code: "range_clamped" }] });
  expect(asked.toSorted()[0]).toBe("2024-10-21T12:00:00.000Z");
  // Quiet times cost little: windows grow.
  expect(asked.length).toBeLessThan(20);
});

test.each([
  [{ from: "yesterday" }, "option_invalid", "ISO-8601 with its zone"],
  [{ from: "2026-11-01T00:00:00" }, "option_invalid", "zone"],
  [{ from: "2026-02-31T00:00:00Z" }, "option_invalid", "2026-02-31"],
  [{ from: "2026-02-31" }, "option_invalid", "2026-02-31"],
  // As from JavaScript.
  [{ from: new Date(start - day) as unknown as string }, "option_invalid", "got object"],
  [{ from: undefined as unknown as string }, "option_invalid", "got undefined"],
  [{ from: at(start), to: at(start - day) }, "option_invalid", at(start - day)],
  [{ from: at(start + day) }, "option_invalid", "that has been"],
  [{ from, provider: "nobody" }, "option_invalid", "expected one of toy"],
])("A02: %j is refused", async (options, code, words) => {
  const { offhook } = openImports(new ToyVendor());
  await expect(offhook.importCalls({ provider: "toy", ...options })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
  });
});

test("A02: a day begins at midnight, UTC", async () => {
  const vendor = new ToyVendor([
    { id: "before", at: "2026-11-17T23:59:59.999Z" },
    { id: "first", at: "2026-11-18T00:00:00.000Z" },
    { id: "last", at: "2026-11-18T23:59:59.999Z" },
    { id: "after", at: "2026-11-19T00:00:00.000Z" },
  ]);
  const { offhook } = openImports(vendor);
  await offhook.importCalls({ provider: "toy", from: "2026-11-18", to: "2026-11-19" });
  expect(await storedIds(offhook)).toEqual(["first", "last"]);
  await offhook.reconcile({ provider: "toy", window: { from: "2026-11-19" } });
  expect(await storedIds(offhook)).toEqual(["after", "first", "last"]);
});

test("A02: a second import while one is under way is refused, and the first goes on", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const { offhook } = openImports(vendor);
  const options = { provider: "toy", from };
  const [first, second] = await Promise.allSettled([offhook.importCalls(options), offhook.importCalls(options)]);
  expect(first).toMatchObject({ value: { state: "finished", created: 30 } });
  expect(second).toMatchObject({ reason: { code: "import_running" } });
  expect(await offhook.importCalls(options)).toMatchObject({ state: "finished", unchanged: 30 });
});

test("A02: one that was begun anew is the one under way", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const { offhook } = openImports(vendor);
  const waiting: (() => void)[] = [];
  let isHeld = true;
  vendor.onRequest = () => (isHeld ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined);
  const options = { provider: "toy", from };
  const first = offhook.importCalls(options).catch((error: unknown) => error);
  await expect.poll(() => waiting.length).toBe(1);
  const second = offhook.importCalls({ ...options, restart: true });
  await expect.poll(() => waiting.length).toBe(2);
  waiting.shift()?.();
  expect(await first).toMatchObject({ code: "import_running" });
  await expect(offhook.importCalls(options)).rejects.toMatchObject({ code: "import_running" });
  isHeld = false;
  for (const go of waiting) go();
  expect(await second).toMatchObject({ state: "finished", seen: 30 });
});

test("A02: a range that ends in the future ends now", async () => {
  const asked: string[] = [];
  const vendor = new ToyVendor(toyCalls(5, start - day));
  vendor.onRequest = (_what, query) => void asked.push(query?.to ?? "");
  const { offhook } = openImports(vendor);
  const summary = await offhook.importCalls({ provider: "toy", from, to: "2030-01-01T00:00:00Z" });
  expect(summary).toMatchObject({ to: at(start), seen: 5, state: "finished" });
  // But for the clocks, which differ.
  expect(asked).toEqual([at(start + day)]);
});

test("A02: a range from before there were vendors is cut, and its empty years take few requests", async () => {
  const vendor = new ToyVendor(toyCalls(5, start - day));
  const { offhook } = openImports(vendor);
  const summary = await offhook.importCalls({ provider: "toy", from: "1970-01-01T00:00:00Z" });
  expect(summary).toMatchObject({ from: "2000-01-01T00:00:00.000Z", seen: 5, notes: [{ code: "range_clamped" }] });
  expect(vendor.requests).toBeLessThan(50);
});

test("A02: without a client there is nothing to ask, and the error says what to write", async () => {
  const { offhook } = openToy();
  expect(offhook.integrations).toBeUndefined();
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "client_missing" });
});

test("A14: a recording from a list of its own joins its call, and makes none where there is none", async () => {
  const vendor = new ToyVendor(toyCalls(2, start - day));
  const api = vendor.api();
  const recordingOf = (id: string): ApiRecord => ({
    subject: "recording",
    reference: { provider: "toy", id, kind: "session" },
    startedAt: null,
    events: [
      {
        type: "call.recorded",
        occurredAt: at(start - day),
        references: [{ provider: "toy", id, kind: "session" }],
        facts: {
          status: "in_progress",
          recordings: [
            {
              provider: "toy",
              id: `r-${id}`,
              state: "available",
              url: null,
              channels: null,
              durationSeconds: 3,
              expiresAt: null,
            },
          ],
        },
      },
    ],
  });
  const { offhook } = openImports(vendor, {
    api: {
      listCalls: async (query, context) => {
        if (query.cursor !== "recordings")
          return { ...(await api.listCalls(query, context)), nextCursor: "recordings" };
        const records = ["c000000", "nobody"].map(recordingOf);
        return { records, unreadable: [], nextCursor: null, total: null };
      },
    },
  });
  const summary = await offhook.importCalls({ provider: "toy", from, to: at(start) });
  expect(summary).toMatchObject({ seen: 2, created: 2, recordings: 1 });
  expect(await storedIds(offhook)).toEqual(["c000000", "c000001"]);
  expect(await offhook.calls.get("call_toy_c000000")).toMatchObject({ recordings: [{ id: "r-c000000" }] });
  expect(await offhook.importCalls({ provider: "toy", from, to: at(start) })).toMatchObject({
    unchanged: 2,
    recordings: 0,
  });
});

test("fault: pages that lead back to one that was read end it instead of going round for ever", async () => {
  const vendor = new ToyVendor(toyCalls(50, start - day));
  const api = vendor.api();
  const { offhook } = openImports(vendor, {
    api: {
      listCalls: async (query, context) => {
        const page = await api.listCalls(query, context);
        return { ...page, nextCursor: page.nextCursor === "40" ? "20" : page.nextCursor };
      },
    },
  });
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "api_malformed" });
  expect(vendor.requests).toBeLessThan(10);
});

test("H9: what a vendor was not asked for is in the summary, once", async () => {
  const vendor = new ToyVendor(toyCalls(50, start - day));
  const api = vendor.api();
  const text = "toy refuses the fields note";
  const { offhook } = openImports(vendor, {
    api: { listCalls: async (query, context) => ({ ...(await api.listCalls(query, context)), notes: [text] }) },
  });
  expect((await offhook.importCalls({ provider: "toy", from })).notes).toEqual([{ code: "less_asked", text }]);
});

test("H9: so is what the vendor refuses only when the details of a page are asked for", async () => {
  const vendor = new ToyVendor(toyCalls(3, start - day));
  const api = vendor.api();
  const notes: string[] = [];
  const { offhook } = openImports(vendor, {
    api: {
      listCalls: async (query, context) => {
        const { records, ...page } = await api.listCalls(query, context);
        return {
          ...page,
          records: records.map((record) => ({ ...record, lacksDetails: () => true })),
          get notes() {
            return [...notes];
          },
        };
      },
      getCall: (id, context) => {
        notes.splice(0, 1, "toy refuses the field turns");
        return api.getCall(id, context);
      },
    },
  });
  expect((await offhook.importCalls({ provider: "toy", from })).notes).toEqual([
    { code: "less_asked", text: "toy refuses the field turns" },
  ]);
});
