import { expect, test } from "vitest";
import type { ImportProgress } from "../integrations.ts";
import { silentLogger } from "../logger.ts";
import { memoryStorage } from "../memory-storage.ts";
import type { ProviderApi } from "../provider-api.ts";
import type { Storage } from "../storage.ts";
import { openToy } from "../toy-offhook.ts";
import { toyProvider } from "../toy-provider.ts";
import { toyCalls, toyFailure, toyRecord, ToyVendor } from "./toy-api.ts";
import { at, day, from, hour, idsOf, openImports, start, storedIds } from "./toy-imports.ts";

test("A02: in the background it waits by jobs, longer each time, and comes to its end", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  let refusals = 3;
  vendor.onRequest = () => {
    refusals -= 1;
    if (refusals >= 0) throw toyFailure(refusals === 1 ? "api_unavailable" : "api_rate_limited");
  };
  const { offhook } = openImports(vendor, { now: () => nowMs });
  const progress = async () => (await offhook.integrations?.status("toy"))?.import;
  expect(await offhook.integrations?.startImport({ provider: "toy", from })).toMatchObject({
    state: "running",
    seen: 0,
  });
  await offhook.drain();
  const waits: number[] = [];
  for (let rounds = 0; rounds < 3; rounds += 1) {
    const waiting = await progress();
    expect(waiting?.state).toBe("waiting");
    waits.push((Date.parse(waiting?.waitsUntil ?? "") - nowMs) / 1000);
    nowMs = Date.parse(waiting?.waitsUntil ?? "") - 1;
    expect((await offhook.drain()).done).toBe(0);
    nowMs += 1;
    await offhook.drain();
  }
  expect(waits).toEqual([30, 60, 120]);
  expect(await progress()).toMatchObject({ state: "finished", created: 30, part: 1 });
});

test("fault: a vendor that stays away ends it, and it can be taken up again", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  let isAway = true;
  vendor.onRequest = (_what, query) => {
    if (isAway && query?.cursor === "20") throw toyFailure("api_unavailable", { status: 500 });
  };
  const { offhook } = openImports(vendor, { now: () => nowMs });
  await offhook.integrations?.startImport({ provider: "toy", from });
  for (let hours = 0; hours < 12; hours += 1) {
    await offhook.drain();
    nowMs += hour;
  }
  expect((await offhook.integrations?.status("toy"))?.import).toMatchObject({
    state: "failed",
    created: 20,
    error: { code: "api_unavailable" },
  });
  expect((await offhook.health()).jobs.dead).toBe(0);
  isAway = false;
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  expect((await offhook.integrations?.status("toy"))?.import).toMatchObject({
    state: "finished",
    created: 30,
    seen: 30,
  });
});

test("A02: killed in mid-run, another process goes on where it was and counts each call once", async () => {
  const vendor = new ToyVendor(toyCalls(80, start - day));
  const storage = memoryStorage();
  const first = openImports(vendor, { storage });
  // The process ends in the middle of a page: nothing comes back from the request.
  const never = new Promise<never>(() => undefined);
  vendor.onRequest = (_what, query) => (query?.cursor === "50" ? never : undefined);
  void first.offhook.importCalls({ provider: "toy", from }).catch(() => undefined);
  await expect.poll(async () => (await first.offhook.integrations?.status("toy"))?.import?.created).toBe(50);
  vendor.onRequest = () => undefined;
  const before = vendor.requests;
  const second = openImports(vendor, { storage });
  expect(await second.offhook.importCalls({ provider: "toy", from })).toMatchObject({
    seen: 80,
    created: 80,
    unchanged: 0,
  });
  expect(vendor.requests - before).toBe(3);
  expect(await storedIds(second.offhook)).toEqual(idsOf(vendor.calls));
});

test("A02: where a page's address was forgotten meanwhile, the window is read again and counted once", async () => {
  const vendor = new ToyVendor(toyCalls(80, start - day));
  let isAway = true;
  vendor.onRequest = (_what, query) => {
    if (query?.cursor === undefined) return;
    if (isAway && query.cursor === "40") throw toyFailure("api_unavailable");
    if (!isAway && query.cursor === "40" && vendor.requests < 8) throw toyFailure("api_rejected", { status: 400 });
  };
  const { offhook } = openImports(vendor);
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "api_unavailable" });
  isAway = false;
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({
    seen: 80,
    created: 80,
    state: "finished",
  });
});

test("A02: it stops by a signal or from elsewhere, and goes on when asked again", async () => {
  const vendor = new ToyVendor(toyCalls(80, start - day));
  const stopper = new AbortController();
  const { offhook } = openImports(vendor);
  const onProgress = ({ seen }: ImportProgress): void => {
    if (seen === 30) stopper.abort();
  };
  const stopped = await offhook.importCalls({ provider: "toy", from, onProgress, signal: stopper.signal });
  expect(stopped).toMatchObject({ state: "stopped", seen: 30 });

  let stopping: Promise<boolean | undefined> | undefined;
  vendor.onRequest = async (_what, query) => {
    if (query?.cursor !== "60") return;
    stopping = offhook.integrations?.stopImport("toy");
    await stopping;
  };
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ state: "stopped" });
  expect(await stopping).toBe(true);
  vendor.onRequest = () => undefined;
  expect(await offhook.integrations?.stopImport("toy")).toBe(false);
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({
    state: "finished",
    seen: 80,
    created: 80,
  });
});

test("A02: one import at a time: of another range it is refused, of the same taken over", async () => {
  const vendor = new ToyVendor(toyCalls(40, start - day));
  const storage = memoryStorage();
  const [first, second] = [openImports(vendor, { storage }), openImports(vendor, { storage })];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  vendor.onRequest = (_what, query) => (query?.cursor === "20" && vendor.requests < 5 ? held : undefined);
  const slow = first.offhook.importCalls({ provider: "toy", from });
  const ended = slow.catch((error: unknown) => error);
  await expect.poll(async () => (await first.offhook.integrations?.status("toy"))?.import?.seen).toBe(20);
  await expect(second.offhook.importCalls({ provider: "toy", from: at(start - hour) })).rejects.toMatchObject({
    code: "import_running",
  });
  vendor.requests = 10;
  expect(await second.offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 40, created: 40 });
  release();
  expect(await ended).toMatchObject({ code: "import_running" });
  // What another one would have ended with does not count.
  expect(await storedIds(second.offhook)).toHaveLength(40);
  expect(await second.offhook.importCalls({ provider: "toy", from: at(start - hour), restart: true })).toMatchObject({
    seen: 0,
  });
});

test("fault: our clock is slow: what began in our future is brought in all the same", async () => {
  const vendor = new ToyVendor([{ id: "c1", at: at(start + 3 * hour) }]);
  const { offhook } = openImports(vendor);
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 1, created: 1 });
});

test("A02: a storage that keeps no checkpoints works within the process, and the summary says what is missing", async () => {
  const { getCheckpoint: _getCheckpoint, ...storage } = memoryStorage();
  const vendor = new ToyVendor(toyCalls(25, start - day));
  const { offhook } = openImports(vendor, { storage });
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({
    seen: 25,
    created: 25,
    notes: [{ code: "no_checkpoints" }],
  });
  expect((await offhook.integrations?.status("toy"))?.import).toMatchObject({ state: "finished" });
});

test("A02: progress estimates what is left from what is done", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(100, start - day));
  vendor.onRequest = () => void (nowMs += 1_000);
  const { offhook } = openImports(vendor, { now: () => nowMs });
  const told: ImportProgress[] = [];
  await offhook.importCalls({ provider: "toy", from, to: at(start), onProgress: (progress) => told.push(progress) });
  const half = told[4];
  expect(half).toMatchObject({ part: 0.5 });
  // The page after it has been asked for already.
  expect(half?.estimate?.requests).toBeGreaterThanOrEqual(5);
  expect(half?.estimate?.requests).toBeLessThanOrEqual(6);
  expect(half?.estimate?.seconds).toBeGreaterThanOrEqual(5);
});

test("fault: pages that lead back end it in the background as well, without jobs that go round for ever", async () => {
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
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  expect((await offhook.integrations?.status("toy"))?.import).toMatchObject({
    state: "failed",
    error: { code: "api_malformed" },
  });
  expect(vendor.requests).toBeLessThan(10);
  expect((await offhook.jobs.list({ kind: "import-calls" })).data).toEqual([]);
});

test("fault: what nobody foresaw ends it with a reason, without what was sent, and it can be taken up again", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  vendor.onRequest = (_what, query) => {
    if (query?.cursor === "10") throw new TypeError("cannot read +14155550199");
  };
  const { offhook } = openImports(vendor);
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  const failed = (await offhook.integrations?.status("toy"))?.import;
  expect(failed).toMatchObject({ state: "failed", created: 10, error: { code: "internal_failure" } });
  expect(JSON.stringify(failed)).not.toContain("4155550199");
  expect((await offhook.health()).jobs.dead).toBe(0);
  vendor.onRequest = () => undefined;
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 30, created: 30 });
});

test("A02: asked for twice in the background it runs once", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const { offhook } = openImports(vendor);
  for (let times = 0; times < 3; times += 1) await offhook.integrations?.startImport({ provider: "toy", from });
  expect((await offhook.jobs.list({ kind: "import-calls" })).data).toHaveLength(1);
  await offhook.drain();
  expect(vendor.requests).toBe(3);
});

test("A02: what came while an import without an end was away belongs to it when it goes on", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  vendor.onRequest = (_what, query) => {
    if (query?.cursor === "20") throw toyFailure("api_unavailable");
  };
  const { offhook } = openImports(vendor, { now: () => nowMs });
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "api_unavailable" });
  nowMs += 30 * day;
  vendor.calls.push({ id: "since", at: at(nowMs - hour) });
  vendor.onRequest = () => undefined;
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 31, created: 31, to: at(nowMs) });
  expect(await storedIds(offhook)).toContain("since");
});

test("A02: one that waits for the vendor is stopped from elsewhere within seconds", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  vendor.onRequest = () => {
    throw toyFailure("api_rate_limited", { retryAfterMs: hour });
  };
  const storage = memoryStorage();
  const [first, second] = [openImports(vendor, { storage }), openImports(vendor, { storage })];
  const waiting = first.offhook.importCalls({ provider: "toy", from });
  await expect.poll(async () => (await second.offhook.integrations?.status("toy"))?.import?.state).toBe("waiting");
  expect(await second.offhook.integrations?.stopImport("toy")).toBe(true);
  expect(await waiting).toMatchObject({ state: "stopped" });
});

test("A02: one whose process is gone shows as stopped after a while", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const never = new Promise<never>(() => undefined);
  vendor.onRequest = (_what, query) => (query?.cursor === "10" ? never : undefined);
  const { offhook } = openImports(vendor, { now: () => nowMs });
  const state = async () => (await offhook.integrations?.progress("toy"))?.import?.state;
  void offhook.importCalls({ provider: "toy", from }).catch(() => undefined);
  await expect.poll(async () => (await offhook.integrations?.progress("toy"))?.import?.created).toBe(10);
  expect(await state()).toBe("running");
  nowMs += 6 * 60_000;
  expect(await state()).toBe("stopped");
});

test("A02: calls that were known are counted once as well, where a page's address was forgotten", async () => {
  const vendor = new ToyVendor(toyCalls(80, start - day));
  let refusals = 1;
  vendor.onRequest = (_what, query) => {
    if (query?.cursor !== "40" || refusals === 0) return;
    refusals -= 1;
    throw toyFailure("api_rejected", { status: 400 });
  };
  const { offhook, send } = openImports(vendor);
  for (const { id, at: startedAt } of vendor.calls) {
    await send({ call: id, type: "call.ended", status: "completed", at: startedAt });
  }
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 80, unchanged: 80, created: 0 });
});

test("A02: a storage without checkpoints may run the work of a write again", async () => {
  const { getCheckpoint: _getCheckpoint, ...storage } = memoryStorage();
  let runs = 0;
  // As one that meets a deadlock at every first try.
  const repeating: Storage = {
    ...storage,
    write: async (work) => {
      await storage
        .write(async (transaction) => {
          await work(transaction);
          runs += 1;
          throw new Error("deadlock");
        })
        .catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== "deadlock") throw error;
        });
      return storage.write(work);
    },
  };
  const vendor = new ToyVendor(toyCalls(25, start - day));
  const { offhook } = openImports(vendor, { storage: repeating });
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 25, created: 25 });
  expect(runs).toBeGreaterThan(3);
});

test("A02: what it waits for is in the status, and in the log", async () => {
  const warned: unknown[] = [];
  const logger = { ...silentLogger, warn: (fields: object) => void warned.push(fields) };
  const vendor = new ToyVendor(toyCalls(30, start - day));
  let nowMs = start;
  vendor.onRequest = (_what, query) => {
    if (query?.cursor === "10" && nowMs === start) throw toyFailure("api_unavailable");
  };
  const { offhook } = openToy({ providers: [vendor.provider()], now: () => nowMs, logger });
  const error = { code: "api_unavailable", message: "API of toy: api_unavailable" };
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  const waiting = (await offhook.integrations?.progress("toy"))?.import;
  expect(waiting).toMatchObject({ state: "waiting", created: 10, error });
  expect(warned).toEqual([{ provider: "toy", ...error, waitsUntil: waiting?.waitsUntil }]);
  nowMs += hour;
  await offhook.drain();
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", error: null });
});

test("A02: what onProgress throws is logged and ends nothing, and what it promises is waited for", async () => {
  const logged: unknown[] = [];
  const logger = { ...silentLogger, error: (_fields: object, message: string) => void logged.push(message) };
  const { offhook } = openToy({
    providers: [new ToyVendor(toyCalls(30, start - day)).provider()],
    now: () => start,
    logger,
  });
  let isAway = false;
  const onProgress = async (): Promise<void> => {
    expect(isAway).toBe(false);
    isAway = true;
    await new Promise((resolve) => setTimeout(resolve, 1));
    isAway = false;
    throw new Error("away");
  };
  expect(await offhook.importCalls({ provider: "toy", from, onProgress })).toMatchObject({
    state: "finished",
    seen: 30,
  });
  expect(logged).toEqual(Array.from({ length: 3 }, () => "[toy] onProgress failed"));
});

test("A02: closing ends an import that somebody waits for after what is written, and it goes on another time", async () => {
  const storage = memoryStorage();
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const { offhook } = openImports(vendor, { storage, api: hangingAt(vendor, "20") });
  const running = offhook.importCalls({ provider: "toy", from });
  await expect.poll(async () => (await offhook.integrations?.progress("toy"))?.import?.seen).toBe(20);
  await offhook.close();
  expect(await running).toMatchObject({ state: "stopped", seen: 20 });
  const next = openImports(vendor, { storage });
  expect(await next.offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 30, created: 30 });
});

test("A02: closing ends one in the background, which the next process goes on with at once", async () => {
  const storage = memoryStorage();
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const failed: unknown[] = [];
  const logger = { ...silentLogger, error: (...words: unknown[]) => void failed.push(words) };
  const providers = [vendor.provider(hangingAt(vendor, "20"))];
  const first = openToy({ providers, storage, now: () => start, logger, runJobs: true });
  await first.offhook.integrations?.startImport({ provider: "toy", from });
  await expect.poll(async () => (await first.offhook.integrations?.progress("toy"))?.import?.seen).toBe(20);
  await first.offhook.close();
  expect(failed).toEqual([]);
  const next = openImports(vendor, { storage });
  await next.offhook.drain();
  expect((await next.offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 30 });
});

test("A02: a drain with a time limit ends imports by then as well, and the next goes on", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(100, start - day));
  vendor.onRequest = () => void (nowMs += 1_000);
  const { offhook } = openImports(vendor, { now: () => nowMs });
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain({ timeoutMs: 3_000 });
  expect(nowMs - start).toBeLessThanOrEqual(4_000);
  const seen = (await offhook.integrations?.progress("toy"))?.import?.seen ?? 0;
  expect(seen).toBeGreaterThan(0);
  await offhook.drain({ timeoutMs: 3_000 });
  expect((await offhook.integrations?.progress("toy"))?.import?.seen).toBeGreaterThan(seen);
});

/** The page at the cursor comes only to be given up. */
const hangingAt = (vendor: ToyVendor, cursor: string): Partial<ProviderApi> => ({
  listCalls: (query, context) =>
    query.cursor === cursor
      ? new Promise((_resolve, reject) => {
          context?.signal?.addEventListener("abort", () => reject(context.signal?.reason as Error)); // as fetch does
        })
      : vendor.api().listCalls(query, context),
});

test("A02: a vendor's cursor stays with the window that it is of, also when the range has grown meanwhile", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const api = vendor.api();
  // As Twilio's, whose next page is an address with the range in it.
  const listCalls: ProviderApi["listCalls"] = async ({ from: asked, to, cursor }, context) => {
    const query = cursor === undefined ? { from: asked, to } : (JSON.parse(cursor) as { from: string; to: string });
    const page = await api.listCalls(query, context);
    const next = { ...query, cursor: page.nextCursor ?? undefined };
    return { ...page, nextCursor: page.nextCursor === null ? null : JSON.stringify(next) };
  };
  const { offhook } = openImports(vendor, { now: () => nowMs, api: { listCalls } });
  const stopper = new AbortController();
  await offhook.importCalls({ provider: "toy", from, signal: stopper.signal, onProgress: () => stopper.abort() });
  nowMs += 20 * day;
  vendor.calls.push(...toyCalls(40, nowMs - 19 * day).map((call) => ({ ...call, id: `later-${call.id}` })));
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 70, created: 70 });
});

test("A02: a page whose calls take longer than a job to ask for is brought in piece by piece", async () => {
  const { vendor, listCalls } = detailedVendor(300);
  vendor.onRequest = async (what) => {
    if (what === "get") await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const begunMs = Date.now();
  const { offhook } = openToy({
    providers: [vendor.provider({ listCalls, concurrency: 1 })],
    runJobs: true,
    now: () => start + Date.now() - begunMs,
    // A page takes twice as long.
    jobTimeoutMs: 333,
  });
  await offhook.integrations?.startImport({ provider: "toy", from });
  await expect
    .poll(async () => (await offhook.integrations?.progress("toy"))?.import?.state, { timeout: 20_000 })
    .toMatch(/finished|failed/);
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 300 });
  await offhook.close();
}, 30_000);

test("A02: what a limit of requests lets through of a page is kept, and the rest comes with the next", async () => {
  let nowMs = start;
  const { vendor, listCalls } = detailedVendor(100);
  const limits = [{ requests: 20, seconds: 3_600 }];
  const { offhook } = openImports(vendor, { now: () => nowMs, api: { listCalls, limits } });
  await offhook.integrations?.startImport({ provider: "toy", from });
  for (let hours = 0; hours < 10; hours += 1) {
    await offhook.drain();
    nowMs += 70 * 60_000;
  }
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({
    state: "finished",
    seen: 100,
    created: 100,
    unchanged: 0,
  });
  expect(vendor.requests).toBeLessThan(120);
});

test("A02: an import until now that goes on the next day brings what has come meanwhile, where the newest come first", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(50, start - day));
  const asked: string[] = [];
  const { offhook } = openImports(vendor, { now: () => nowMs, api: { listCalls: newestFirst(vendor, asked) } });
  const stopper = new AbortController();
  const options = { provider: "toy", from };
  const first = await offhook.importCalls({ ...options, signal: stopper.signal, onProgress: () => stopper.abort() });
  expect(first).toMatchObject({ state: "stopped", seen: 10 });
  nowMs = start + 10 * hour;
  vendor.calls.push({ id: "night", at: at(start + 5 * hour) });
  expect(await offhook.importCalls(options)).toMatchObject({ state: "finished", seen: 51, created: 51, to: at(nowMs) });
  expect(await storedIds(offhook)).toEqual(idsOf(vendor.calls));
  // What was written before is not read again.
  expect(asked.filter((query) => query === asked[0])).toHaveLength(1);
});

test("A02: an import until now that goes on the next day counts each call once, where the oldest come first", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(50, start - day));
  vendor.countsCalls = false;
  const { offhook } = openImports(vendor, { now: () => nowMs });
  const stopper = new AbortController();
  const options = { provider: "toy", from };
  await offhook.importCalls({ ...options, signal: stopper.signal, onProgress: () => stopper.abort() });
  nowMs = start + 10 * hour;
  vendor.calls.push({ id: "night", at: at(start + 5 * hour) });
  expect(await offhook.importCalls(options)).toMatchObject({ seen: 51, created: 51, unchanged: 0, skipped: 0 });
});

test.each([60_000, hour])(
  "A02: what came while an import was read counts once when it goes on after %i ms",
  async (stopMs) => {
    let nowMs = start;
    const vendor = new ToyVendor(toyCalls(30, start - day));
    const { offhook } = openImports(vendor, { now: () => nowMs, api: { listCalls: newestFirst(vendor, []) } });
    const options = { provider: "toy", from };
    const until = async (seen: number) => {
      const stopper = new AbortController();
      const onProgress = (progress: ImportProgress) => {
        if (progress.seen >= seen) stopper.abort();
      };
      return offhook.importCalls({ ...options, signal: stopper.signal, onProgress });
    };
    for (let number = 0; number < 8; number += 1)
      vendor.calls.push({ id: `new${number}`, at: at(start + number * 1000) });
    nowMs = start + 60_000;
    expect(await until(10)).toMatchObject({ state: "stopped", seen: 10 });
    nowMs += stopMs;
    expect(await until(38)).toMatchObject({ state: "stopped", seen: 38 });
    nowMs += stopMs;
    const summary = await offhook.importCalls(options);
    expect(summary).toMatchObject({ state: "finished", seen: 38, created: 38, unchanged: 0 });
  },
);

test("A02: an import that no process can go on with has stopped, and another one may begin", async () => {
  let nowMs = start;
  const storage = memoryStorage();
  const vendor = new ToyVendor(toyCalls(5, start - day));
  const { offhook } = openImports(vendor, { storage, now: () => nowMs });
  const others = [toyProvider(), new ToyVendor().otherProvider()];
  const without = openToy({ providers: others, storage, now: () => nowMs });
  await offhook.integrations?.startImport({ provider: "toy", from });
  // Each time that the job comes up, for the last time before the day is over.
  for (let attempts = 0; attempts < 8; attempts += 1) {
    const [job] = (await offhook.jobs.list({ kind: "import-calls" })).data;
    nowMs = Math.max(nowMs, job?.runAtMs ?? 0);
    await without.offhook.drain();
  }
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "stopped" });
  expect((await offhook.health()).jobs.dead).toBe(0);
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 5 });
});

/** By a cursor that names the last call of a page, as of Twilio and Retell. */
const newestFirst =
  (vendor: ToyVendor, asked: string[]): ProviderApi["listCalls"] =>
  (query) => {
    asked.push(JSON.stringify(query));
    const listed = vendor.calls
      .filter(({ at: each }) => each !== null && each >= query.from && each < (query.cursor ?? query.to))
      .toSorted((one, other) => ((one.at ?? "") < (other.at ?? "") ? 1 : -1));
    const records = listed.slice(0, 10);
    const nextCursor = listed.length > 10 ? (records.at(-1)?.at ?? null) : null;
    return Promise.resolve({ records: records.map(toyRecord), unreadable: [], nextCursor, total: null });
  };

test("A02: a process without the client leaves an import to those that have it", async () => {
  let nowMs = start;
  const storage = memoryStorage();
  const vendor = new ToyVendor(toyCalls(5, start - day));
  const { offhook } = openImports(vendor, { storage, now: () => nowMs });
  // It has another vendor's, so that it runs such jobs at all.
  const others = [toyProvider(), new ToyVendor().otherProvider()];
  const without = openToy({ providers: others, storage, now: () => nowMs });
  await offhook.integrations?.startImport({ provider: "toy", from });
  await without.offhook.drain();
  nowMs += 60_000;
  await offhook.drain();
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 5 });
});

test("A02: jobs that are drained now and then are on their way in between", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const { offhook } = openImports(vendor, { now: () => nowMs });
  await offhook.integrations?.startImport({ provider: "toy", from });
  nowMs += 60 * 60_000;
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "running" });
  await offhook.drain();
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished" });
});

test("A02: any time limit of jobs does", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const { offhook } = openToy({ providers: [vendor.provider()], now: () => start, jobTimeoutMs: 33_333 });
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished" });
});

test("A02: a page that never comes is given up within the time of a job, and ends it at last", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const { offhook } = openToy({
    providers: [vendor.provider(hangingAt(vendor, "20"))],
    now: () => nowMs,
    jobTimeoutMs: 50,
  });
  await offhook.integrations?.startImport({ provider: "toy", from });
  for (let hours = 0; hours < 12; hours += 1) {
    await offhook.drain();
    nowMs += hour;
  }
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({
    state: "failed",
    created: 20,
    error: { code: "api_unavailable", message: expect.stringContaining("longer than a job") },
  });
  expect((await offhook.health()).jobs.dead).toBe(0);
});

test("A02: a page that hangs once, after others were written, is asked for again without a pause", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  const hanging = hangingAt(vendor, "20").listCalls;
  let hangs = 1;
  const listCalls: ProviderApi["listCalls"] = (query, context) =>
    query.cursor === "20" && (hangs -= 1) >= 0 && hanging !== undefined
      ? hanging(query, context)
      : vendor.api().listCalls(query, context);
  const { offhook } = openToy({ providers: [vendor.provider({ listCalls })], now: () => start, jobTimeoutMs: 300 });
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  expect(hangs).toBe(-1);
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 30 });
});

test("A02: waiting for one's turn is no trouble, however often others were faster", async () => {
  let nowMs = start;
  const vendor = new ToyVendor(toyCalls(30, start - day));
  let others = 30;
  vendor.onRequest = () => {
    others -= 1;
    if (others > 0) throw toyFailure("api_quota_exhausted", { retryAfterMs: 60_000 });
  };
  const { offhook } = openImports(vendor, { now: () => nowMs });
  await offhook.integrations?.startImport({ provider: "toy", from });
  for (let minutes = 0; minutes < 40; minutes += 1) {
    await offhook.drain();
    nowMs += 60_000;
  }
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 30 });
});

test("A02: however long the vendor wants us to wait, it is asked again within the day", async () => {
  const vendor = new ToyVendor(toyCalls(30, start - day));
  vendor.onRequest = () => {
    throw toyFailure("api_rate_limited", { retryAfterMs: 400 * day });
  };
  const { offhook } = openImports(vendor);
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  const { waitsUntil } = (await offhook.integrations?.progress("toy"))?.import ?? {};
  expect(Date.parse(waitsUntil ?? "") - start).toBe(6 * hour);
});

test("A02: a window that has used up its rounds has them again when it is taken up", async () => {
  const vendor = new ToyVendor(toyCalls(80, start - day));
  let isRefused = true;
  vendor.onRequest = (_what, query) => {
    if (isRefused && query?.cursor === "40") throw toyFailure("api_rejected", { status: 400 });
  };
  const { offhook } = openImports(vendor);
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "api_rejected" });
  let refusals = 1;
  vendor.onRequest = (_what, query) => {
    if (query?.cursor === "40" && (refusals -= 1) >= 0) throw toyFailure("api_rejected", { status: 400 });
  };
  isRefused = false;
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 80, created: 80 });
});

/** A vendor with one page, whose calls are asked for one by one. */
function detailedVendor(count: number) {
  const vendor = new ToyVendor(toyCalls(count, start - day));
  vendor.pageSize = count;
  const api = vendor.api();
  const listCalls: ProviderApi["listCalls"] = async (query, context) => {
    const page = await api.listCalls(query, context);
    return { ...page, records: page.records.map((record) => ({ ...record, lacksDetails: () => true })) };
  };
  return { vendor, listCalls };
}

test("A02: what there is to say of a range is in the status from its beginning", async () => {
  const vendor = new ToyVendor(toyCalls(5, start - day));
  const { offhook } = openImports(vendor, { api: { historyMonths: 1 } });
  const notes = [{ code: "range_clamped" }];
  const options = { provider: "toy", from: at(start - 100 * day) };
  expect(await offhook.integrations?.startImport(options)).toMatchObject({ notes });
  expect((await offhook.integrations?.status("toy"))?.import).toMatchObject({ notes });
});
