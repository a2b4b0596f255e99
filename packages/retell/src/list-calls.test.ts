import { HttpResponse } from "msw";
import { expect, onTestFinished, test, vi } from "vitest";
import type { RetellCallRange, RetellClient } from "./client.ts";
import { callNamed, unconnectedCall } from "./fixtures/api-records.ts";
import { retellAnswering, retellWith, useNetwork } from "./fixtures/api-server.ts";

useNetwork();

const dayMs = Date.parse("2026-11-20T00:00:00.000Z");
const day = { from: "2026-11-20", to: "2026-11-21" };

async function listed(client: RetellClient, range: RetellCallRange): Promise<string[]> {
  const ids: string[] = [];
  for await (const { call_id: id } of client.calls.list(range)) ids.push(id);
  return ids;
}

test("A02: where Retell takes a range with its ends, the calls at them are left out, and those without a time stay", async () => {
  const calls = [
    callNamed("call_before", { start_timestamp: dayMs - 1 }),
    callNamed("call_first", { start_timestamp: dayMs }),
    callNamed("call_unsaid", { start_timestamp: null }),
    callNamed("call_after", { start_timestamp: dayMs + 24 * 3_600_000 }),
  ];
  const { client } = retellAnswering([() => HttpResponse.json({ items: calls, has_more: false })]);
  expect(await listed(client, day)).toEqual(["call_first", "call_unsaid"]);
  expect((await client.calls.page(day)).items).toHaveLength(4);
});

test("A02: calls that did not connect are of a range by their end, also where they have a start", async () => {
  const calls = [
    unconnectedCall("call_before", { end_timestamp: dayMs - 1 }),
    unconnectedCall("call_first", { end_timestamp: dayMs }),
    callNamed("call_failed", { call_status: "error", start_timestamp: dayMs - 5000, end_timestamp: dayMs + 5000 }),
  ];
  const { client } = retellAnswering([() => HttpResponse.json({ items: calls, has_more: false })]);
  expect(await listed(client, { ...day, unconnected: true })).toEqual(["call_first", "call_failed"]);
});

test("A02: without an end the range ends when the first page is asked for, by the clock that was handed in", async () => {
  const calls = [0, 1, 2].map((hours) => callNamed(`call_${hours}`, { start_timestamp: dayMs + hours * 3_600_000 }));
  const { client, seen } = retellWith({ calls });
  const now = () => dayMs + 3_600_000;
  expect(await listed(client, { from: day.from, now })).toEqual(["call_0"]);
  expect(seen[0]?.body).toMatchObject({ filter_criteria: { start_timestamp: { value: [dayMs - 1, now()] } } });
  // By the platform's otherwise.
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.parse("2026-11-21T00:00:00Z"));
  onTestFinished(() => clock.mockRestore());
  expect(await listed(client, { from: "2020-01-01", to: undefined })).toHaveLength(3);
});
