import { expect, test } from "vitest";
import { deleteByNumber } from "../delete-by-number.ts";
import { silentLogger } from "../logger.ts";
import type { ApiRecord, ProviderApi } from "../provider-api.ts";
import { openToy } from "../toy-offhook.ts";
import { toyCalls, toyFailure, toyRecord, ToyVendor } from "./toy-api.ts";
import { at, day, from, hour, start, storedIds } from "./toy-imports.ts";

/** A vendor that lists calls newest first, and says a call's note only where it is asked for that call. */
function open(
  count: number,
  getCall?: (id: string, signal?: AbortSignal) => void | Promise<void>,
  given: { readonly concurrency?: number; readonly jobTimeoutMs?: number; readonly listCalls?: () => void } = {},
) {
  const vendor = new ToyVendor(toyCalls(count, start - day).map((call) => ({ ...call, note: "said" })));
  const asked: string[] = [];
  const listed = (id: string, startedAt: string | null): ApiRecord => ({
    ...toyRecord({ id, at: startedAt }),
    lacksDetails: (stored) => stored?.note == null,
  });
  const api: Partial<ProviderApi> = {
    concurrency: given.concurrency ?? 1,
    listCalls: async (query) => {
      given.listCalls?.();
      const calls = vendor.calls
        .filter((call) => call.at !== null && call.at >= query.from && call.at < query.to)
        .toSorted((one, other) => ((one.at ?? "") < (other.at ?? "") ? 1 : -1));
      return { records: calls.map((call) => listed(call.id, call.at)), unreadable: [], total: null, nextCursor: null };
    },
    getCall: async (id, context) => {
      asked.push(id);
      await getCall?.(id, context?.signal);
      const call = vendor.calls.find((each) => each.id === id);
      return call && toyRecord(call);
    },
  };
  const clock = { ms: start };
  const errors: unknown[] = [];
  const toy = openToy({
    providers: [vendor.provider(api)],
    now: () => clock.ms,
    reconcile: {},
    jobTimeoutMs: given.jobTimeoutMs ?? 60_000,
    logger: { ...silentLogger, error: (...words) => void errors.push(words) },
  });
  const lacking = async (): Promise<readonly string[]> =>
    (await toy.offhook.calls.list({ limit: 200 })).data
      .filter(({ note }) => note === null)
      .map(({ references }) => references[0]?.id ?? "");
  return { ...toy, vendor, asked, clock, errors, lacking };
}

const failing = (code: "api_unavailable" | "api_forbidden" | "api_unauthorized") => (id: string) => {
  if (id === "c000010") throw toyFailure(code);
};

test.each(["api_unavailable", "api_forbidden"] as const)(
  "D15: one call that the vendor fails over with %s comes in without its details, and is told of",
  async (code) => {
    const { offhook, lacking, errors } = open(20, failing(code));
    const summary = await offhook.importCalls({ provider: "toy", from });
    expect(summary).toMatchObject({ state: "finished", seen: 20, created: 20, notes: [{ code: "details_missing" }] });
    expect(await lacking()).toEqual(["c000010"]);
    expect(errors).toEqual([
      [expect.objectContaining({ id: "c000010" }), expect.stringContaining("without its details")],
    ]);
  },
);

test("D15: so does the last of a page", async () => {
  const { offhook, lacking } = open(20, (id) => {
    if (id === "c000000") throw toyFailure("api_unavailable");
  });
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ state: "finished", created: 20 });
  expect(await lacking()).toEqual(["c000000"]);
});

test("D15: an import in the background is patient with such a call, and then goes on without its details", async () => {
  const { offhook, lacking, asked, clock } = open(20, failing("api_unavailable"));
  await offhook.integrations?.startImport({ provider: "toy", from });
  for (let minutes = 0; minutes < 30; minutes += 1) {
    await offhook.drain();
    clock.ms += 60_000;
  }
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", seen: 20 });
  expect(await lacking()).toEqual(["c000010"]);
  expect(asked.filter((id) => id === "c000010").length).toBeGreaterThan(2);
  // All others once.
  expect(new Set(asked.filter((id) => id !== "c000010")).size).toBe(asked.filter((id) => id !== "c000010").length);
});

test("D15: one call that the vendor fails over keeps no later one from being healed by the schedule", async () => {
  const { offhook, vendor, clock, lacking } = open(11, failing("api_unavailable"));
  for (let hours = 0; hours < 6; hours += 1) {
    vendor.calls.push({ id: `later${hours}`, at: at(clock.ms - 60_000), note: "said" });
    for (let minutes = 0; minutes < 60; minutes += 10) {
      await offhook.drain();
      clock.ms += 10 * 60_000;
    }
  }
  expect(await storedIds(offhook)).toHaveLength(17);
  expect(await lacking()).toEqual(["c000010"]);
});

test("D15: a vendor that fails over one call after the other is away, and nothing is brought in without details", async () => {
  let isAway = true;
  const { offhook, lacking } = open(20, () => {
    if (isAway) throw toyFailure("api_unavailable");
  });
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "api_unavailable" });
  expect(await storedIds(offhook)).toEqual([]);
  isAway = false;
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 20, created: 20, notes: [] });
  expect(await lacking()).toEqual([]);
});

test.each(["api_unavailable", "api_forbidden"] as const)(
  "D15: many calls that the vendor always fails over with %s keep no later import and no comparison from their end",
  async (code) => {
    const poison = new Set([1, 5, 9, 13, 17].map((number) => `c0000${String(number).padStart(2, "0")}`));
    const { offhook, vendor, clock, lacking } = open(20, (id) => {
      if (poison.has(id)) throw toyFailure(code);
    });
    expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ state: "finished", created: 20 });
    vendor.calls.push({ id: "later", at: at(start + hour), note: "said" });
    clock.ms = start + 2 * hour;
    // By now those calls are the only ones that are asked for, one after the other.
    const again = { provider: "toy", from, restart: true };
    expect(await offhook.importCalls(again)).toMatchObject({ state: "finished", seen: 21, created: 1 });
    expect(await offhook.reconcile({ provider: "toy" })).toMatchObject({ state: "finished" });
    expect((await lacking()).toSorted()).toEqual([...poison].toSorted());
  },
);

test("D15: what was under way when the vendor went away takes no call's details", async () => {
  let isAway = true;
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const { offhook, lacking } = open(
    30,
    async (id) => {
      if (!isAway) return;
      // It answers after the others have failed.
      await wait(id === "c000027" ? 30 : 2);
      if (id !== "c000027") throw toyFailure("api_unavailable");
    },
    { concurrency: 6 },
  );
  const options = { provider: "toy", from, to: at(start) };
  await expect(offhook.importCalls(options)).rejects.toMatchObject({ code: "api_unavailable" });
  isAway = false;
  expect(await offhook.importCalls(options)).toMatchObject({ state: "finished", created: 30, notes: [] });
  expect(await lacking()).toEqual([]);
});

test("D15: a call whose details never come is left without them in time", async () => {
  const { offhook, lacking, asked, clock } = open(
    20,
    (id, signal) =>
      id === "c000010"
        ? new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)))
        : undefined,
    { concurrency: 2, jobTimeoutMs: 300 },
  );
  await offhook.integrations?.startImport({ provider: "toy", from });
  for (let rounds = 0; rounds < 8; rounds += 1) {
    await offhook.drain();
    clock.ms += 10 * 60_000;
  }
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 20 });
  expect(await lacking()).toEqual(["c000010"]);
  // With the patience of any failure.
  expect(asked.filter((id) => id === "c000010").length).toBeGreaterThan(3);
});

test("D15: patience with the list is not taken from the details", async () => {
  let lists = 0;
  let gets = 0;
  const { offhook, lacking, clock } = open(
    2,
    () => {
      gets += 1;
      if (gets <= 2) throw toyFailure("api_unavailable");
    },
    {
      listCalls: () => {
        lists += 1;
        if (lists > 1 && lists <= 4) throw toyFailure("api_rate_limited", { retryAfterMs: 60_000 });
      },
    },
  );
  await offhook.integrations?.startImport({ provider: "toy", from });
  for (let rounds = 0; rounds < 10; rounds += 1) {
    await offhook.drain();
    clock.ms += 5 * 60_000;
  }
  expect((await offhook.integrations?.progress("toy"))?.import).toMatchObject({ state: "finished", created: 2 });
  expect(await lacking()).toEqual([]);
});

test("D15: nothing is asked of calls that are not to be brought in", async () => {
  const { offhook, vendor, asked, send } = open(3);
  await send({ call: "deleted", type: "call.ended", status: "completed", at: at(start - day), from: "+14155550123" });
  await deleteByNumber(offhook, "+14155550123");
  vendor.calls.push({ id: "deleted", at: at(start - day), note: "said" });
  await offhook.importCalls({ provider: "toy", from });
  expect(asked.toSorted()).toEqual(["c000000", "c000001", "c000002"]);
});

test("D15: a revoked key ends it at the first call", async () => {
  const { offhook, asked } = open(20, failing("api_unauthorized"));
  await expect(offhook.importCalls({ provider: "toy", from })).rejects.toMatchObject({ code: "api_unauthorized" });
  expect(asked.filter((id) => id === "c000010")).toHaveLength(1);
});

test("A02: calls that come while a page waits for the vendor have their details, and each call counts once", async () => {
  let gets = 0;
  const { offhook, vendor, clock, lacking } = open(20, () => {
    gets += 1;
    if (gets === 11) throw toyFailure("api_rate_limited", { retryAfterMs: 60_000 });
  });
  await offhook.integrations?.startImport({ provider: "toy", from });
  await offhook.drain();
  // Above those that were written.
  vendor.calls.push(
    { id: "new1", at: at(start + 1000), note: "said" },
    { id: "new2", at: at(start + 2000), note: "said" },
  );
  clock.ms = start + hour;
  await offhook.drain();
  const { import: done } = (await offhook.integrations?.progress("toy")) ?? {};
  expect(done).toMatchObject({ state: "finished", seen: 22, created: 22, unchanged: 0 });
  expect(await lacking()).toEqual([]);
});
