import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { allOf, clientOf, failureOf, useNetwork } from "./fixtures/api-client.ts";
import { apiCall, apiCalls, type ApiCall } from "./fixtures/api.ts";

const server = useNetwork();
// The tests take place on 2026-11-21.
const range = { from: "2026-11-20T10:00:00.000Z", to: "2026-11-20T12:00:00.000Z" };
const idsOf = (calls: readonly { readonly id?: unknown }[]): unknown[] => calls.map(({ id }) => id);

test("A02: the call of the minute at the end is on the page, and not in the list", async () => {
  const calls = apiCalls(3);
  const { client } = clientOf(server, calls);
  expect(idsOf((await client.calls.page(range)).items)).toEqual(idsOf(calls));
  expect(idsOf(await allOf(client.calls.list(range)))).toEqual(idsOf(calls.slice(0, 2)));
});

test("A02: a call that a later page has again is listed once, and one without a start stays", async () => {
  const [one, two] = apiCalls(2);
  const unsaid = apiCall({ key: "3" }, { start_time: null });
  const { client } = clientOf(server);
  const pages: readonly (readonly (ApiCall | undefined)[])[] = [
    [one, two],
    [two, unsaid],
  ];
  server.use(
    http.get("https://api.callrail.com/*", ({ request }) => {
      const page = Number(new URL(request.url).searchParams.get("page"));
      return HttpResponse.json({ total_pages: 2, total_records: 4, calls: pages[page - 1] });
    }),
  );
  expect(idsOf(await allOf(client.calls.list(range)))).toEqual(idsOf([one ?? {}, two ?? {}, unsaid]));
});

test("A02: without an end the range ends when the first page is asked for, by the clock that was handed in", async () => {
  const { client, vendor } = clientOf(server, apiCalls(3));
  const now = () => Date.parse("2026-11-20T11:00:00Z");
  expect(await allOf(client.calls.list({ from: range.from, now }))).toHaveLength(1);
  expect(vendor.requests[0]?.query["end_date"]).toBe("2026-11-20T11:00");
  expect(await allOf(client.calls.list({ from: range.from, to: undefined }))).toHaveLength(3);
  expect(vendor.requests[1]?.query["end_date"]).toBe("2026-11-21T00:00");
});

test("A02: what CallRail keeps no more is not asked for, by the clock of the first page", async () => {
  const { client, vendor } = clientOf(server, apiCalls(3));
  vendor.pageSize = 1;
  let nowMs = Date.UTC(2026, 10, 21);
  // A clock that goes on does not move the pages.
  const now = () => (nowMs += 24 * 3_600_000);
  expect(await allOf(client.calls.list({ from: "2020-01-01", to: "2026-11-21", now }))).toHaveLength(3);
  expect(vendor.requests.map(({ query }) => query["start_date"])).toEqual(
    Array.from({ length: 3 }, () => "2024-10-23T00:00"),
  );
  // A page is asked for as it is said.
  const refused = client.calls.page({ from: "2020-01-01", to: "2026-11-21" });
  expect(await failureOf(refused)).toMatchObject({ code: "api_rejected" });
});

test("A02: a range that is older than everything has no calls, and costs no request", async () => {
  const { client, vendor } = clientOf(server);
  expect(await allOf(client.calls.list({ from: "2020-01-01", to: "2021-01-01" }))).toEqual([]);
  expect(vendor.requests).toEqual([]);
  expect(await failureOf(allOf(client.calls.list({ from: "2021-01-01", to: "2020-01-01" })))).toMatchObject({
    code: "option_invalid",
  });
});
