import { ApiError } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { readLogPage } from "./call-log-pages.ts";
import { createConvosoClient, type ConvosoClient } from "./create-client.ts";
import { authToken, fakeConvoso, manyCalls, type Json, type SeenRequest } from "./fixtures/api.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

const client = createConvosoClient({ authToken, timeZone: "UTC", attempts: 1 });
const range = { from: "2026-11-20T10:00:00Z", to: "2026-11-21T10:00:00Z" };

function serve(calls: readonly Json[]): readonly SeenRequest[] {
  const { handlers, requests } = fakeConvoso({ calls });
  server.use(...handlers);
  return requests;
}

type Page = Awaited<ReturnType<ConvosoClient["calls"]["page"]>>;

async function pagesFrom(cursor?: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let next = cursor; ;) {
    const page = await client.calls.page({ ...range, cursor: next });
    pages.push(page);
    if (page.nextCursor === null) return pages;
    next = page.nextCursor;
  }
}

const idsOf = (pages: readonly Page[]): string[] => pages.flatMap(({ items }) => items.map(({ id }) => id));

describe("the pages of the call log", () => {
  test("A02: are asked for by number, oldest first, with explicit times and with recordings", async () => {
    const requests = serve(manyCalls(1200));
    const pages = await pagesFrom();
    expect(idsOf(pages)).toEqual(manyCalls(1200).map(({ id }) => id));
    expect(pages.map(({ items, total }) => [items.length, total])).toEqual([
      [500, 1200],
      [500, 1200],
      [200, 1200],
    ]);
    expect(requests.map(({ parameters }) => parameters)).toEqual(
      ["0", "500", "1000"].map((offset) => ({
        start_time: "2026-11-20 10:00:00",
        end_time: "2026-11-21 10:00:00",
        limit: "500",
        offset,
        order: "asc",
        include_recordings: "1",
        auth_token: authToken,
      })),
    );
  });

  test("go on by the number received, where Convoso gives fewer than it was asked for", async () => {
    const seen: number[] = [];
    const read = async ({ offset }: { offset: number }) => {
      seen.push(offset);
      return { items: ["a", "b", "c"].slice(0, 25 - offset), unreadable: [], found: 25 };
    };
    let cursor: string | undefined;
    const interval = { start: "2026-11-20 10:00:00", end: "2026-11-20 11:00:00" };
    for (;;) {
      const { nextCursor } = await readLogPage("a test", interval, cursor, read);
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(seen).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24]);
  });

  test("end where nothing comes any more, whatever the total says, and where there is none", async () => {
    const interval = { start: "2026-11-20 10:00:00", end: "2026-11-20 11:00:00" };
    const nothing = async () => ({ items: [], unreadable: [], found: 7 });
    expect(await readLogPage("a test", interval, undefined, nothing)).toMatchObject({ nextCursor: null, total: 7 });
    const withoutTotal = async ({ offset }: { offset: number }) => ({
      items: offset === 0 ? ["a"] : [],
      unreadable: [],
      found: null,
    });
    const first = await readLogPage("a test", interval, undefined, withoutTotal);
    expect(first).toMatchObject({ items: ["a"], total: null });
    const cursor = first.nextCursor ?? undefined;
    expect(await readLogPage("a test", interval, cursor, withoutTotal)).toMatchObject({ items: [], nextCursor: null });
  });

  test("are empty where there are no calls", async () => {
    serve([]);
    expect(await pagesFrom()).toEqual([{ items: [], unreadable: [], nextCursor: null, total: 0 }]);
  });

  test("trap 12: more calls than Convoso pages through are asked for in halves of the time", async () => {
    // Most of them in the first hours of the day.
    const requests = serve(manyCalls(42_000));
    const pages = await pagesFrom();
    const ids = new Set(idsOf(pages));
    expect(ids.size).toBe(42_000);
    // Those at the seams come twice.
    expect(idsOf(pages).length - ids.size).toBeLessThan(8);
    expect(Math.max(...requests.map(({ parameters }) => Number(parameters["offset"])))).toBeLessThanOrEqual(40_000);
    // The count of the whole, on every page.
    expect(new Set(pages.map(({ total }) => total))).toEqual(new Set([42_000]));
    expect(Math.max(...pages.map(({ nextCursor }) => nextCursor?.length ?? 0))).toBeLessThan(300);
  });

  test("an interval that grows beyond the limit while it is read begins anew in halves", async () => {
    const interval = { start: "2026-11-20 10:00:00", end: "2026-11-20 11:00:00" };
    const asked: string[] = [];
    const read = async ({ start, end, offset }: { start: string; end: string; offset: number }) => {
      asked.push(`${start.slice(11)} ${end.slice(11)} ${offset}`);
      // Fewer than the limit at first, and then more.
      const found = end.endsWith("11:00:00") && start.endsWith("10:00:00") ? (offset === 0 ? 40_000 : 41_000) : 0;
      return { items: Array.from({ length: found === 0 ? 0 : 20_001 }), unreadable: [], found };
    };
    let cursor: string | undefined;
    do cursor = (await readLogPage("a test", interval, cursor, read)).nextCursor ?? undefined;
    while (cursor !== undefined);
    expect(asked).toEqual([
      "10:00:00 11:00:00 0",
      "10:00:00 11:00:00 20001",
      "10:00:00 10:30:00 0",
      "10:30:00 11:00:00 0",
    ]);
  });

  test("a second with more calls than Convoso pages through is an error, not an endless walk", async () => {
    let requests = 0;
    const read = async () => {
      requests += 1;
      return { items: ["a"], unreadable: [], found: 50_000 };
    };
    const interval = { start: "2026-11-20 10:00:00", end: "2026-11-21 10:00:00" };
    await expect(readLogPage("a test", interval, undefined, read)).rejects.toMatchObject({ code: "api_malformed" });
    expect(requests).toBeLessThan(20);
  });

  test("a change of the total shows in all parts", async () => {
    const interval = { start: "2026-11-20 10:00:00", end: "2026-11-20 11:00:00" };
    const cursor = JSON.stringify({
      start: "2026-11-20 10:30:00",
      ends: ["2026-11-20 11:00:00"],
      offset: 500,
      part: 20_000,
      whole: 45_000,
    });
    const read = async () => ({ items: ["a"], unreadable: [], found: 20_003 });
    expect(await readLogPage("a test", interval, cursor, read)).toMatchObject({ total: 45_003 });
  });
});

describe("a cursor", () => {
  const good = {
    start: "2026-11-20 10:00:00",
    ends: ["2026-11-20 22:00:00", "2026-11-21 10:00:00"],
    offset: 500,
    part: 1200,
    whole: 2400,
  };

  test("A02: leads on where it came from, also in another process", async () => {
    const requests = serve(manyCalls(1200));
    const [first] = await pagesFrom();
    expect(idsOf(await pagesFrom(first?.nextCursor ?? undefined))).toEqual(
      manyCalls(1200)
        .slice(500)
        .map(({ id }) => id),
    );
    await pagesFrom(JSON.stringify(good));
    expect(requests.at(-1)?.parameters).toMatchObject({ start_time: "2026-11-20 22:00:00", offset: "0" });
  });

  test.each([
    ["no JSON", "next"],
    ["no object", "[]"],
    ["null", "null"],
    ["another interval", JSON.stringify({ ...good, ends: ["2026-11-20 22:00:00"] })],
    ["a time before the interval", JSON.stringify({ ...good, start: "2026-11-20 09:59:59" })],
    ["no ends", JSON.stringify({ ...good, ends: [] })],
    ["a time that is none", JSON.stringify({ ...good, start: "2026-11-20T10:00:00" })],
    ["an end that is none", JSON.stringify({ ...good, ends: [1, "2026-11-21 10:00:00"] })],
    ["ends in another order", JSON.stringify({ ...good, ends: [...good.ends.toReversed(), "2026-11-21 10:00:00"] })],
    ["a negative offset", JSON.stringify({ ...good, offset: -500 })],
    ["an offset that Convoso refuses", JSON.stringify({ ...good, offset: 40_001 })],
    ["an offset that is none", JSON.stringify({ ...good, offset: "500" })],
    ["counts that are none", JSON.stringify({ ...good, whole: "many" })],
  ])("is refused with %s, so that the walk begins anew", async (_what, cursor) => {
    const requests = serve(manyCalls(3));
    const refused = client.calls.page({ ...range, cursor });
    await expect(refused).rejects.toBeInstanceOf(ApiError);
    await expect(refused).rejects.toMatchObject({ code: "api_rejected", provider: "convoso" });
    expect(requests).toEqual([]);
  });
});
