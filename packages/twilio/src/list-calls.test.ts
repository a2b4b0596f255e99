import { expect, onTestFinished, test, vi } from "vitest";
import { createTwilioClient, type TwilioCallRange } from "./create-client.ts";
import { authToken, madeUpTwilio } from "./fixtures/api.ts";
import { accountSid, callJson, callSid, rfc2822, type Json } from "./fixtures/api-records.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

function clientOf(calls: readonly Json[]) {
  const { handlers, seen } = madeUpTwilio({ calls });
  server.use(...handlers);
  const client = createTwilioClient({ accountSid, authToken });
  const listed = async (range: TwilioCallRange): Promise<string[]> => {
    const sids: string[] = [];
    for await (const { sid } of client.calls.list(range)) sids.push(sid);
    return sids;
  };
  return { client, listed, seen };
}

const at = (key: string, start: string): Json => callJson(key, { start_time: rfc2822(start) });

test("A02: of the days that a range touches only the calls of the range are listed", async () => {
  const calls = [
    at("1", "2026-11-19T13:29:59Z"),
    at("2", "2026-11-19T13:30:00Z"),
    at("3", "2026-11-19T14:29:59Z"),
    at("4", "2026-11-19T14:30:00Z"),
  ];
  const { client, listed } = clientOf(calls);
  const range = { from: "2026-11-19T13:30:00Z", to: "2026-11-19T14:30:00Z" };
  expect(await listed(range)).toEqual([callSid("2"), callSid("3")]);
  // A page has what Twilio gives.
  expect((await client.calls.page(range)).items).toHaveLength(4);
});

test("A02: a call whose start is not said stays", async () => {
  const unsaid = callJson("1", { start_time: null });
  const fetch = async (): Promise<Response> => Response.json({ calls: [unsaid], next_page_uri: null });
  const client = createTwilioClient({ accountSid, authToken, fetch });
  const sids: string[] = [];
  for await (const { sid } of client.calls.list({ from: "2026-11-19", to: "2026-11-20" })) sids.push(sid);
  expect(sids).toEqual([callSid("1")]);
});

test("A02: without an end the range ends when the first page is asked for, by the clock that was handed in", async () => {
  const { client, listed, seen } = clientOf([at("1", "2026-11-19T14:29:59Z"), at("2", "2026-11-19T14:30:00Z")]);
  let nowMs = 0;
  const range = { from: "2026-11-19", now: () => nowMs };
  const early = client.calls.list(range);
  nowMs = Date.parse("2026-11-19T14:30:00Z");
  expect((await early.next()).value).toMatchObject({ sid: callSid("1") });
  expect((await early.next()).done).toBe(true);
  expect(await listed({ ...range, to: undefined })).toEqual([callSid("1")]);
  expect(seen[0]?.query[1]).toEqual(["StartTime<", "2026-11-20"]);
  // By the platform's otherwise.
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.parse("2026-11-21T00:00:00Z"));
  onTestFinished(() => clock.mockRestore());
  expect(await listed({ from: "2020-01-01" })).toHaveLength(2);
});
