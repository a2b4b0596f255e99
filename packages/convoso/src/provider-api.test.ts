import { foldCall, type Call, type ProviderApi, type Recording, type Reference } from "@offhook/core";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createConvosoClient } from "./create-client.ts";
import { derivedId } from "./derived-id.ts";
import { authToken, base, fakeConvoso, logResult, manyCalls, type FakeOptions, type Json } from "./fixtures/api.ts";
import { useNetwork } from "./fixtures/network.ts";
import { convoso, type ConvosoOptions } from "./provider.ts";

const server = useNetwork();

const timeZone = "America/New_York";

function apiOf(options: Partial<ConvosoOptions> = {}, recordingHosts?: readonly string[]): ProviderApi {
  const client = createConvosoClient({
    authToken,
    timeZone,
    attempts: 1,
    ...(recordingHosts === undefined ? {} : { recordingHosts }),
  });
  const { api } = convoso({ verification: { none: "a test" }, timeZone, client, ...options });
  if (api === undefined) throw new Error("expected an API");
  return api;
}

const api = apiOf();
const day = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };

function serve(options: FakeOptions = {}) {
  const { handlers, requests } = fakeConvoso(options);
  server.use(...handlers);
  return requests;
}

/** A call that was pushed without a recording. */
function callOf(references: readonly Partial<Reference>[], recordings: readonly Recording[] = []): Call {
  return foldCall([
    {
      type: "call.ended",
      occurredAt: null,
      references: references.map((each) => ({ provider: "convoso", id: "2073617", kind: "session", ...each })),
      facts: { status: "completed", recordings },
      id: "evt_1",
      tenantId: "default",
      provider: "convoso",
      source: "webhook",
      receivedAt: "2026-11-20T15:03:00.000Z",
      deliveryId: null,
    },
  ]);
}

const recordingOf = (extra: Partial<Recording> = {}): Recording => ({
  provider: "convoso",
  id: "2073617",
  state: "pending",
  url: null,
  channels: null,
  durationSeconds: null,
  expiresAt: null,
  ...extra,
});

describe("what Convoso can be asked", () => {
  test("is said by the provider, where it was given a client", () => {
    expect(api).toMatchObject({ limits: [], concurrency: 2, recordingHosts: ["*.convoso.com"] });
    expect(apiOf({}, ["cdn.example.com"]).recordingHosts).toEqual(["*.convoso.com", "cdn.example.com"]);
    expect("api" in convoso({ verification: { none: "a test" }, timeZone })).toBe(false);
  });

  test("A05: has no webhooks to set up, and no calls of other vendors", () => {
    expect(api.setupWebhook).toBeUndefined();
    expect(api.findCall).toBeUndefined();
  });

  test("is said by one account's client alone", () => {
    const client = createConvosoClient({ authToken, timeZone: "America/Los_Angeles" });
    expect(() => convoso({ verification: { none: "a test" }, timeZone, client })).toThrow(
      'createConvosoClient({ timeZone }): expected "America/New_York" as in convoso({ timeZone })',
    );
  });

  test("A04: ping shows that the token is good", async () => {
    serve();
    expect(await api.ping()).toEqual({ account: null });
  });
});

describe("A02, A07: the calls of a range", () => {
  test("come over all pages, each with when it began and how many there are", async () => {
    serve({ calls: manyCalls(700) });
    const first = await api.listCalls(day);
    expect(first).toMatchObject({ total: 700, unreadable: [] });
    expect(first.records).toHaveLength(500);
    expect(first.records[0]).toMatchObject({
      subject: "call",
      reference: { provider: "convoso", id: "1", kind: "session" },
      startedAt: "2026-11-20T15:00:00.000Z",
    });
    const second = await api.listCalls({ ...day, cursor: first.nextCursor ?? undefined });
    expect(second.records).toHaveLength(200);
    expect(second).toMatchObject({ nextCursor: null, total: 700 });
  });

  test("have those that another clock would leave out", async () => {
    // The last second of the range, and the first one after it, in the account's zone.
    const requests = serve({ calls: [logResult({ call_date: "2026-11-20 18:59:59" })] });
    expect((await api.listCalls(day)).records).toHaveLength(1);
    expect(requests[0]?.parameters).toMatchObject({
      start_time: "2026-11-19 19:00:00",
      end_time: "2026-11-20 19:00:00",
    });
  });

  test("one that cannot be read or translated costs no other", async () => {
    const conversion = (disposition: string): boolean => {
      if (disposition === "ODD") throw new RangeError("no such disposition: ODD");
      return false;
    };
    serve({ calls: [null, logResult({ id: "1", status: "ODD" }), logResult({ id: "2" })] });
    const { records, unreadable } = await apiOf({ conversion }).listCalls(day);
    expect(records.map(({ reference }) => reference.id)).toEqual(["2"]);
    expect(unreadable).toEqual([
      "list calls: item 2 is not as documented",
      "list calls: a call could not be translated: RangeError",
    ]);
  });
});

describe("A03: one call", () => {
  test("is what its record says", async () => {
    serve({ calls: [logResult()] });
    expect((await api.getCall("2073617"))?.events).toEqual((await api.listCalls(day)).records[0]?.events);
    expect((await api.getCall("2073617"))?.events).toHaveLength(1);
  });

  test("that Convoso does not know is none, and an id of our making is not asked for", async () => {
    const requests = serve({ calls: [logResult()] });
    expect(await api.getCall("404")).toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(await api.getCall(derivedId(["call", "1"]))).toBeUndefined();
    expect(requests).toHaveLength(1);
  });

  test("D15: a bad token is an error, not an unknown call", async () => {
    serve();
    const client = createConvosoClient({ authToken: "wrong", timeZone });
    const other = convoso({ verification: { none: "a test" }, timeZone, client }).api;
    await expect(other?.getCall("2073617")).rejects.toMatchObject({ code: "api_unauthorized" });
    await expect(other?.findRecording?.(callOf([{}]))).rejects.toMatchObject({ code: "api_unauthorized" });
  });
});

describe("A13, E16: the recording of a call that ended without one", () => {
  const find = (call: Call) => api.findRecording?.(call);

  test("is found by the call's id", async () => {
    serve({ calls: [logResult()] });
    expect(await find(callOf([{}]))).toMatchObject({
      references: [{ provider: "convoso", id: "2073617" }],
      facts: { recordings: [{ id: "2073617", state: "available", url: "https://example.test/public/a.mp3" }] },
    });
  });

  test("trap 5: is found by its file name in the lead's recordings", async () => {
    const url = "https://rec.convoso.com/1403237496-all.wav";
    const calls = [logResult({ recording: [{ src: "1403237496-all.wav" }] })];
    serve({ calls, recordings: [{ recording_id: 8, lead_id: 408159, url }] });
    expect(await find(callOf([{}]))).toMatchObject({
      facts: { recordings: [{ id: "2073617", state: "available", url }] },
    });
    serve({ calls });
    expect(await find(callOf([{}]))).toBe("later");
  });

  test.each<[string, Json, string]>([
    ["a call that somebody talked on", {}, "later"],
    ["a call that goes on", { status: "INCALL", call_length: "0" }, "later"],
    ["a call without a length", { call_length: "" }, "later"],
    ["a voicemail", { status: "AM", call_length: "31" }, "later"],
    ["a call of no length", { call_length: "0" }, "none"],
    ["a call that nobody answered", { status: "NA", call_length: "25" }, "none"],
    ["a busy line", { status: "B", call_length: "3" }, "none"],
    ["a number that is none", { status: "DC", call_length: "4" }, "none"],
  ])("of %s, with none in the log, is %s", async (_what, said, expected) => {
    serve({ calls: [logResult({ recording: [], ...said })] });
    expect(await find(callOf([{}]))).toBe(expected);
  });

  test("is none where Convoso does not know the call", async () => {
    const requests = serve({ calls: [logResult()] });
    expect(await find(callOf([{ id: "404" }]))).toBe("none");
    expect(requests).toHaveLength(1);
    expect(await find(callOf([{ id: derivedId(["call"]) }]))).toBe("none");
    expect(await find(callOf([{ provider: "twilio", kind: "leg" }]))).toBe("none");
    expect(requests).toHaveLength(1);
  });

  test("is looked for under all names of a merged call", async () => {
    serve({ calls: [logResult({ id: "1", recording: [], status: "NA" }), logResult()] });
    expect(await find(callOf([{ id: "1" }, {}]))).toMatchObject({ facts: { recordings: [{ id: "2073617" }] } });
  });
});

describe("A14: where a recording can be read", () => {
  const locate = (recording: Recording, references: readonly Partial<Reference>[] = [{}]) =>
    api.locateRecording?.(recording, callOf(references, [recording]));

  const stored = recordingOf({ url: "https://rec.convoso.com/stored.mp3", state: "available" });

  test("is where the log has it by now, and not where it once was; without the token", async () => {
    const requests = serve({ calls: [logResult()] });
    expect(await locate(stored)).toEqual({ url: "https://example.test/public/a.mp3" });
    expect(requests.map(({ path }) => path)).toEqual(["/log/retrieve"]);
  });

  test("is the address that was stored where the log has none, and over https", async () => {
    const url = "https://rec.convoso.com/stored.mp3";
    serve();
    expect(await locate(stored)).toEqual({ url });
    expect(await locate({ ...stored, url: "http://rec.convoso.com/stored.mp3" })).toEqual({ url });
    serve({ calls: [logResult({ recording: [] })] });
    expect(await locate(stored)).toEqual({ url });
    serve({ calls: [logResult({ recording: [{ src: "1403237496-all.wav" }] })] });
    expect(await locate(stored)).toEqual({ url });
    const requests = serve({ calls: [logResult()] });
    expect(await locate(stored, [{ id: derivedId(["call"]) }])).toEqual({ url });
    expect(await locate(stored, [{ provider: "twilio", kind: "leg" }])).toEqual({ url });
    expect(requests).toEqual([]);
  });

  test("is not known while the log can be asked later: the stored address may be an old one", async () => {
    server.use(http.post(`${base}/log/retrieve`, () => HttpResponse.json({}, { status: 429 })));
    await expect(locate(stored)).rejects.toMatchObject({ code: "api_rate_limited" });
  });

  test("is asked for where a file name was all that there was", async () => {
    serve({ calls: [logResult()] });
    expect(await locate(recordingOf())).toEqual({ url: "https://example.test/public/a.mp3" });
    expect(await locate(recordingOf({ url: "1403237496-all.wav" }))).toEqual({
      url: "https://example.test/public/a.mp3",
    });
  });

  test("is another one's for another recording of the call", async () => {
    const recording = [
      { recording_id: "991", src: "https://example.test/a.mp3" },
      { recording_id: "992", src: "b.mp3" },
    ];
    serve({
      calls: [logResult({ recording })],
      recordings: [{ recording_id: "992", lead_id: 408159, url: "https://rec.convoso.com/b.mp3" }],
    });
    expect(await locate(recordingOf({ id: "992" }))).toEqual({ url: "https://rec.convoso.com/b.mp3" });
    expect(await locate(recordingOf({ id: "993", state: "available" }))).toBe("gone");
  });

  test("is later while there is only a name, and gone when there is nothing any more", async () => {
    serve({ calls: [logResult({ recording: [{ src: "1403237496-all.wav" }] })] });
    expect(await locate(recordingOf())).toBe("later");
    serve({ calls: [logResult({ recording: [] })] });
    expect(await locate(recordingOf())).toBe("later");
    expect(await locate(recordingOf({ state: "available" }))).toBe("gone");
    expect(await locate(recordingOf({ state: "available" }), [{ id: derivedId(["call"]) }])).toBe("gone");
  });
});
