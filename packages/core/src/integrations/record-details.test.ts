import { expect, test } from "vitest";
import { silentLogger } from "../logger.ts";
import type { ApiRecord, ProviderApi } from "../provider-api.ts";
import { openToy } from "../toy-offhook.ts";
import { toyCalls, toyFailure, toyRecord, ToyVendor } from "./toy-api.ts";
import { at, day, from, hour, start, storedIds } from "./toy-imports.ts";

/** A vendor that lists calls newest first, and says a call's note only where it is asked for that call. */
function open(count: number, getCall?: (id: string) => void) {
  const vendor = new ToyVendor(toyCalls(count, start - day).map((call) => ({ ...call, note: "said" })));
  const asked: string[] = [];
  const listed = (id: string, startedAt: string | null): ApiRecord => ({
    ...toyRecord({ id, at: startedAt }),
    lacksDetails: (stored) => stored?.note == null,
  });
  const api: Partial<ProviderApi> = {
    concurrency: 1,
    listCalls: async (query) => {
      const calls = vendor.calls
        .filter((call) => call.at !== null && call.at >= query.from && call.at < query.to)
        .toSorted((one, other) => ((one.at ?? "") < (other.at ?? "") ? 1 : -1));
      return { records: calls.map((call) => listed(call.id, call.at)), unreadable: [], total: null, nextCursor: null };
    },
    getCall: async (id) => {
      asked.push(id);
      getCall?.(id);
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
