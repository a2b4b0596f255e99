import { expect, onTestFinished, test, vi } from "vitest";
import { createConvosoClient, type ConvosoClient, type ConvosoRange } from "./create-client.ts";
import { authToken, fakeConvoso, logResult, manyCalls } from "./fixtures/api.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

function clientOf(calls: readonly unknown[], timeZone = "UTC") {
  const { handlers, requests } = fakeConvoso({ calls });
  server.use(...handlers);
  return { client: createConvosoClient({ authToken, timeZone, attempts: 1 }), requests };
}

async function listed(client: ConvosoClient, range: ConvosoRange): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of client.calls.list(range)) ids.push(id);
  return ids;
}

test("A02: around a change of the clock more is read, and only the calls of the range are listed", async () => {
  // New York goes back from 2:00 to 1:00 at 06:00 UTC.
  const dates = ["2026-10-31 23:59:59", "2026-11-01 00:30:00", "2026-11-01 01:30:00", "2026-11-01 02:00:00"];
  const calls = dates.map((call_date, index) => logResult({ id: String(index), call_date }));
  const { client } = clientOf(calls, "America/New_York");
  const range = { from: "2026-11-01T04:00:00Z", to: "2026-11-01T06:00:00Z" };
  expect((await client.calls.page(range)).items.map(({ id }) => id)).toEqual(["0", "1", "2", "3"]);
  expect(await listed(client, range)).toEqual(["1", "2"]);
  // Each call is of one range alone.
  expect(await listed(client, { from: range.to, to: "2026-11-01T08:00:00Z" })).toEqual(["3"]);
});

test("A02: a call whose start cannot be read stays, and one at the very end does not", async () => {
  const { client } = clientOf([
    logResult({ id: "1", call_date: "2026-11-20 11:00:00" }),
    logResult({ id: "2", call_date: null }),
    logResult({ id: "3", call_date: "2026-11-20 13:00:00" }),
  ]);
  expect(await listed(client, { from: "2026-11-20T11:00:00Z", to: "2026-11-20T13:00:00Z" })).toEqual(["1", "2"]);
});

test("trap 12: beyond 40,000 calls each is listed once, also where a part outgrows the limit on the way", async () => {
  const range = { from: "2026-11-20T10:00:00Z", to: "2026-11-21T10:00:00Z" };
  const calls = manyCalls(42_000);
  const ids = calls.map(({ id }) => id);
  expect(await listed(clientOf(calls).client, range)).toEqual(ids);
  let requests = 0;
  const growing = createConvosoClient({
    authToken,
    timeZone: "UTC",
    // So many come in late that the first count was too small.
    fetch: async (input, init) => {
      requests += 1;
      const parameters = new URLSearchParams(await new Request(input, init).text());
      const [start = "", end = ""] = ["start_time", "end_time"].map((name) => parameters.get(name) ?? "");
      const known = requests === 1 ? calls.slice(0, 40_000) : calls;
      const found = known.filter(({ call_date: date }) => String(date) >= start && String(date) <= end);
      const offset = Number(parameters.get("offset"));
      const results = found.slice(offset, offset + 500);
      return Response.json({ success: true, data: { total_found: found.length, entries: results.length, results } });
    },
  });
  expect(await listed(growing, range)).toEqual(ids);
  expect(requests).toBeGreaterThan(160);
});

test("A02: without an end the range ends when the first page is asked for, by the clock that was handed in", async () => {
  const calls = manyCalls(3);
  const { client, requests } = clientOf(calls);
  const from = "2026-11-20T10:00:00Z";
  expect(await listed(client, { from, now: () => Date.parse("2026-11-20T10:00:02Z") })).toEqual(["1", "2"]);
  expect(requests[0]?.parameters["end_time"]).toBe("2026-11-20 10:00:02");
  // By the platform's otherwise.
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.parse("2026-11-21T00:00:00Z"));
  onTestFinished(() => clock.mockRestore());
  expect(await listed(client, { from, to: undefined })).toHaveLength(3);
});
