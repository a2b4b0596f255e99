import { foldCall, type ApiRecord, type Call, type CallEvent, type ProviderApi } from "@offhook/core";
import { http, HttpResponse } from "msw";
import { afterEach, describe, expect, test, vi } from "vitest";
import { callRecord } from "./api-events.ts";
import { readCall } from "./api-records.ts";
import { clientOf, failureOf, useNetwork } from "./fixtures/api-client.ts";
import {
  accountId,
  apiCall,
  apiCalls,
  apiKey,
  companyId,
  failure,
  signingKey,
  type FakeCallRail,
} from "./fixtures/api.ts";
import { callrail } from "./provider.ts";

const server = useNetwork();
const range = { from: "2026-11-20T10:00:00.000Z", to: "2026-11-20T18:00:00.000Z" };
const id = String(apiCall()["id"]);

function apiOf(
  calls: ConstructorParameters<typeof FakeCallRail>[0] = [],
  options: Parameters<typeof clientOf>[2] = {},
) {
  const { client, vendor } = clientOf(server, calls, options);
  const { api } = callrail({ signingKey, client });
  if (api === undefined) throw new Error("Expected an API");
  return { api, vendor };
}

/** A call as it is stored, of what a record says. */
function stored(record: ApiRecord | undefined): Call {
  return foldCall(
    (record?.events ?? []).map((draft, index): CallEvent => ({
      ...draft,
      id: `evt_${index}`,
      tenantId: "default",
      provider: "callrail",
      source: "api",
      receivedAt: "2026-11-20T12:00:00.000Z",
      deliveryId: null,
    })),
  );
}

async function allRecords(api: ProviderApi): Promise<ApiRecord[]> {
  const records: ApiRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.listCalls({ ...range, cursor });
    records.push(...page.records);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return records;
}

describe("provider", () => {
  test("A01: there is an API only where there is a client", () => {
    expect(callrail({ signingKey })).not.toHaveProperty("api");
    expect(apiOf().api).toMatchObject({
      limits: [
        { requests: 1_000, seconds: 3_600 },
        { requests: 10_000, seconds: 86_400 },
      ],
      historyMonths: 25,
    });
  });

  test("A04: a ping names the account", async () => {
    expect(await apiOf().api.ping()).toEqual({ account: "Acme Plumbing" });
  });
});

describe("lists", () => {
  test("A02: all pages of a range are records of calls, with the count that shows shifted pages", async () => {
    const calls = apiCalls(5);
    const { api, vendor } = apiOf(calls);
    vendor.pageSize = 2;
    expect(
      (await allRecords(api)).map(({ reference, startedAt, subject }) => [subject, reference.id, startedAt]),
    ).toEqual(
      calls.map(({ id: callId, start_time: start }) => ["call", callId, new Date(String(start)).toISOString()]),
    );
    expect(await api.listCalls(range)).toMatchObject({ total: 5, unreadable: [] });
    expect(vendor.requests.every(({ query }) => query["relative_pagination"] === undefined)).toBe(true);
  });

  test("A02: a call that cannot be read is counted", async () => {
    const { api } = apiOf([apiCall(), apiCall({ key: "2" }, { id: {} })]);
    const { records, unreadable } = await api.listCalls(range);
    expect([records.length, unreadable.length]).toEqual([1, 1]);
  });

  test("A02: nothing is asked that CallRail may have let go of", async () => {
    const { api, vendor } = apiOf([apiCall()]);
    const { records } = await api.listCalls({ from: "2020-01-01T00:00:00.000Z", to: range.to });
    expect(records).toHaveLength(1);
    // The tests take place on 2026-11-21.
    expect(vendor.requests[0]?.query["start_date"]).toBe("2024-10-22T00:00");
  });

  test("A02: a range that is older than everything costs no request", async () => {
    const { api, vendor } = apiOf();
    const query = { from: "2020-01-01T00:00:00.000Z", to: "2024-10-21T12:00:00.000Z" };
    expect(await api.listCalls(query)).toEqual({
      records: [],
      unreadable: [],
      nextCursor: null,
      total: 0,
      notes: ["callrail keeps calls for 25 months: what began before 2024-10-22 is not asked for"],
    });
    expect(vendor.requests).toEqual([]);
  });

  test("A02: a range that begins too early says from when on it was asked for, on each page", async () => {
    const { api, vendor } = apiOf(apiCalls(2));
    vendor.pageSize = 1;
    const query = { from: "2020-01-01T00:00:00.000Z", to: range.to };
    const first = await api.listCalls(query);
    const second = await api.listCalls({ ...query, cursor: first.nextCursor ?? undefined });
    const note = "callrail keeps calls for 25 months: what began before 2024-10-22 is not asked for";
    expect([first.notes, second.notes]).toEqual([[note], [note]]);
    expect((await api.listCalls(range)).notes).toEqual([]);
  });

  test("A02: how far back CallRail goes is told by the clock of whoever asks", async () => {
    const { api, vendor } = apiOf();
    const now = () => Date.UTC(2027, 5, 15);
    const { notes } = await api.listCalls({ from: "2025-01-01T00:00:00.000Z", to: range.to }, { now });
    expect(vendor.requests[0]?.query["start_date"]).toBe("2025-05-16T00:00");
    expect(notes).toHaveLength(1);
  });

  test("A02, W02: whether a call has just begun is told by the clock of whoever asks", async () => {
    const changes = { answered: false, call_type: "missed", duration: 0, recording: null, transcription: null };
    const { api } = apiOf([apiCall({}, changes)]);
    const statusAt = async (ms: number) => {
      const context = { now: () => ms };
      const [listed] = (await api.listCalls(range, context)).records;
      return [stored(listed).status, stored(await api.getCall(id, context)).status];
    };
    const startMs = Date.UTC(2026, 10, 20, 10);
    expect(await statusAt(startMs + 60_000)).toEqual(["ringing", "ringing"]);
    expect(await statusAt(startMs + 3_600_000)).toEqual(["no_answer", "no_answer"]);
  });

  test("A02, A07: so is whether Post-Call may still come, and whether a call may still be measured", async () => {
    const startMs = Date.UTC(2026, 10, 20, 10);
    const typesAfter = async (minutes: number, changes = {}) => {
      const { api } = apiOf([apiCall({}, changes)]);
      const context = { now: () => startMs + minutes * 60_000 };
      const [listed] = (await api.listCalls(range, context)).records;
      const single = await api.getCall(id, context);
      return [listed, single].map((record) => record?.events.map(({ type }) => type));
    };
    const edited = ["call.ended", "call.updated"];
    expect(await typesAfter(60)).toEqual([["call.progressed"], ["call.progressed"]]);
    expect(await typesAfter(62)).toEqual([edited, edited]);
    expect(await typesAfter(239, { duration: null })).toEqual([["call.progressed"], ["call.progressed"]]);
    expect(await typesAfter(241, { duration: null })).toEqual([edited, edited]);
  });

  describe("while time goes on", () => {
    afterEach(() => vi.setSystemTime(Date.UTC(2026, 10, 21)));

    test("A02: the pages of a walk keep the beginning that the first one had", async () => {
      const { api, vendor } = apiOf(apiCalls(3));
      vendor.pageSize = 1;
      let cursor: string | undefined;
      for (const hour of [0, 10, 20]) {
        vi.setSystemTime(Date.UTC(2026, 10, 21, hour));
        const page = await api.listCalls({ from: "2020-01-01T00:00:00.000Z", to: range.to, cursor });
        expect(page.records).toHaveLength(1);
        cursor = page.nextCursor ?? undefined;
      }
      expect(cursor).toBeUndefined();
      expect(vendor.requests.map(({ query: { page, start_date: start } }) => [page, start])).toEqual([
        ["1", "2024-10-22T00:00"],
        ["2", "2024-10-22T00:00"],
        ["3", "2024-10-22T00:00"],
      ]);
    });
  });
});

describe("one call", () => {
  test("A03: getCall knows all that CallRail does", async () => {
    const { api } = apiOf([apiCall()]);
    expect(stored(await api.getCall(id))).toMatchObject({ status: "completed", tags: ["Emergency", "Booked"] });
  });

  test("A03: a call that CallRail does not know is undefined, one that cannot be is not asked for", async () => {
    const { api, vendor } = apiOf();
    expect(await api.getCall("CAL00000000000000000000000000000001")).toBeUndefined();
    expect(vendor.requests).toHaveLength(1);
    for (const wrong of ["", "../integrations", "CA1", "SCI0c14896aa1b64fb970ab62aaf4fbefd9"]) {
      expect(await api.getCall(wrong)).toBeUndefined();
    }
    expect(vendor.requests).toHaveLength(1);
  });

  test("A03: a failure is not taken for a call that there is not", async () => {
    const { api } = apiOf([], { apiKey: "not-the-key" });
    await expect(api.getCall(id)).rejects.toMatchObject({ code: "api_unauthorized" });
  });

  test("A15: who said what has to be asked for, unless it is known", async () => {
    const { api } = apiOf([apiCall()]);
    const [listed] = (await api.listCalls(range)).records;
    expect(listed?.lacksDetails?.(undefined)).toBe(true);
    expect(listed?.lacksDetails?.(stored(listed))).toBe(true);
    const single = await api.getCall(id);
    expect(stored(single).transcript?.turns).toHaveLength(5);
    expect(listed?.lacksDetails?.(stored(single))).toBe(false);
  });

  test("A15, H9: nor where CallRail refuses to say it, and that is noted", async () => {
    const { api, vendor } = apiOf([apiCall()]);
    vendor.unknownFields = ["conversational_transcript"];
    const page = await api.listCalls(range);
    const [listed] = page.records;
    expect(listed?.lacksDetails?.(undefined)).toBe(true);
    expect(page.notes).toEqual([]);
    await api.getCall(id);
    expect(listed?.lacksDetails?.(undefined)).toBe(false);
    const note = "callrail refuses the fields conversational_transcript: calls are brought in without them";
    // Also of the page whose details were asked for.
    expect(page.notes).toEqual([note]);
    expect((await api.listCalls(range)).notes).toEqual([note]);
  });

  test.each([
    ["there is no transcript", { transcription: null }, {}],
    ["the app does not want it", {}, { fields: ["transcription"] }],
  ])("A15: nor where %s", async (_title, changes, options) => {
    const { api } = apiOf([apiCall({}, changes)], options);
    const [listed] = (await api.listCalls(range)).records;
    expect(listed?.lacksDetails?.(undefined)).toBe(false);
  });
});

describe("recordings", () => {
  const recording = {
    provider: "callrail",
    id,
    state: "available",
    url: `https://api.callrail.com/v3/a/${accountId}/calls/${id}/recording.json`,
    channels: null,
    durationSeconds: 58,
    expiresAt: null,
  } as const;
  const read = readCall(apiCall());
  const call = stored(
    read && callRecord(read, { abandonedAs: "canceled", defaultCountry: "US" }, Date.UTC(2026, 10, 21)),
  );
  const recordingPath = "https://api.callrail.com/v3/*/recording.json";

  test("A14: where a recording is, is asked anew each time, and the key goes to the API alone", async () => {
    const { api, vendor } = apiOf([apiCall()]);
    const located = await api.locateRecording?.(recording, call);
    // The vendor's address had no TLS.
    expect(located).toEqual({
      url: `https://app.callrail.com/calls/${id}/recording/redirect?access_key=3b91eb7f7cc08a4d01ed`,
    });
    await api.locateRecording?.(recording, call);
    expect(vendor.requests.map(({ path }) => path)).toEqual(
      Array(2).fill(`/a/${accountId}/calls/${id}/recording.json`),
    );
  });

  test("A14: an address that lives for a day is given as it is, every time", async () => {
    const { api } = apiOf([apiCall()]);
    for (const signature of [1, 2]) {
      server.use(
        http.get(recordingPath, () =>
          HttpResponse.json({ url: `https://calltrk-hipaa.s3.amazonaws.com/x.mp3?X-Amz-Signature=${signature}` }),
        ),
      );
      expect(await api.locateRecording?.(recording, call)).toEqual({
        url: `https://calltrk-hipaa.s3.amazonaws.com/x.mp3?X-Amz-Signature=${signature}`,
      });
    }
  });

  test("A14: a recording that there is no more is gone, one without an address comes later", async () => {
    const { api } = apiOf([]);
    expect(await api.locateRecording?.(recording, call)).toBe("gone");
    server.use(http.get(recordingPath, () => HttpResponse.json({ url: null })));
    expect(await api.locateRecording?.(recording, call)).toBe("later");
  });

  test.each([[{}], [{ url: 7 }], [{ url: "javascript:alert(1)" }], [[]]])("A14: %j is no address", async (body) => {
    const { api } = apiOf([apiCall()]);
    server.use(http.get(recordingPath, () => HttpResponse.json(body)));
    await expect(api.locateRecording?.(recording, call)).rejects.toMatchObject({ code: "api_malformed" });
  });

  test("A14: a recording is opened through CallRail's redirect, without the key", async () => {
    const { client } = clientOf(server, [apiCall()], { fetch: (input, init) => globalThis.fetch(input, init) });
    const seen: [string, string | null, string | null][] = [];
    const see = (request: Request): void => {
      const { host } = new URL(request.url);
      seen.push([host, request.headers.get("authorization"), request.headers.get("range")]);
    };
    const audio = "https://calltrk-production.s3.amazonaws.com/x.mp3";
    server.use(
      http.get("https://app.callrail.com/*", ({ request }) => {
        see(request);
        return new HttpResponse(null, { status: 302, headers: { location: audio } });
      }),
      http.get(audio, ({ request }) => {
        see(request);
        const headers = { "content-type": "audio/mpeg", "content-range": "bytes 0-3/9" };
        return new HttpResponse("ID3!", { status: 206, headers });
      }),
    );
    const stream = await client.recordings.open(id, { range: "bytes=0-3" });
    expect(stream).toMatchObject({ status: 206, contentType: "audio/mpeg", contentRange: "bytes 0-3/9" });
    expect(await new Response(stream.body).text()).toBe("ID3!");
    expect(seen).toEqual([
      ["app.callrail.com", null, "bytes=0-3"],
      ["calltrk-production.s3.amazonaws.com", null, "bytes=0-3"],
    ]);
  });

  test("A14: a recording on a host that nobody named is refused, and one that there is not is not found", async () => {
    const { client } = clientOf(server, [apiCall()]);
    server.use(http.get(recordingPath, () => HttpResponse.json({ url: "https://recordings.example.net/x.mp3" })));
    await expect(client.recordings.open(id)).rejects.toMatchObject({ code: "url_refused" });
    server.use(http.get(recordingPath, () => HttpResponse.json({ url: "" })));
    await expect(client.recordings.open(id)).rejects.toMatchObject({ code: "api_not_found" });
  });

  test.each([
    ["calltrk-production.s3.amazonaws.com", true],
    ["calltrk-production.s3.us-east-1.amazonaws.com", true],
    ["ec2-203-0-113-9.compute-1.amazonaws.com", false],
    ["anybody.execute-api.us-east-1.amazonaws.com", false],
    ["anybody.us-east-1.elb.amazonaws.com", false],
  ])("A14: of Amazon's hosts its storage alone may be read from (%s: %s)", async (host, isRead) => {
    const { client } = clientOf(server, [apiCall()], { fetch: (input, init) => globalThis.fetch(input, init) });
    const url = `https://${host}/x.mp3`;
    server.use(
      http.get(recordingPath, () => HttpResponse.json({ url })),
      http.get(url, () => new HttpResponse("ID3!", { headers: { "content-type": "audio/mpeg" } })),
    );
    const opened = client.recordings.open(id);
    if (isRead) expect(await new Response((await opened).body).text()).toBe("ID3!");
    else await expect(opened).rejects.toMatchObject({ code: "url_refused" });
  });

  test("A14: hosts of an agency's own are added to CallRail's", () => {
    const { api } = apiOf([], { recordingHosts: ["calls.example.com"] });
    expect(api.recordingHosts).toContain("calls.example.com");
    expect(api.recordingHosts).toContain("app.callrail.com");
  });

  test("E16: a recording that came after the call is found, and says nothing else of the call", async () => {
    const { api } = apiOf([apiCall()]);
    expect(await api.findRecording?.(call)).toEqual({
      type: "call.recorded",
      occurredAt: "2026-11-20T10:01:01.000Z",
      references: [{ provider: "callrail", id, kind: "session" }],
      facts: { recordings: [{ ...recording, url: null }] },
    });
  });

  test("E16: what is not there yet may still come for an hour", async () => {
    const { api } = apiOf([apiCall({}, { recording: null, recording_duration: null })]);
    expect(await api.findRecording?.(call)).toBe("none");
    const justEnded = { ...call, endedAt: new Date(Date.now() - 5 * 60_000).toISOString() };
    expect(await api.findRecording?.(justEnded)).toBe("later");
    const now = () => Date.parse("2026-11-20T10:31:00.000Z");
    expect(await api.findRecording?.(call, { now })).toBe("later");
  });

  test("E16: a call that is gone has no recording to wait for", async () => {
    const { api, vendor } = apiOf([]);
    expect(await api.findRecording?.(call)).toBe("none");
    expect(vendor.requests).toHaveLength(1);
  });
});

describe("secrets", () => {
  test("S11: neither the provider nor its API shows the key", async () => {
    const { api } = apiOf();
    const { client } = clientOf(server);
    expect(JSON.stringify([api, client, companyId])).not.toContain(apiKey);
    server.use(http.all("https://api.callrail.com/*", () => failure(403, `no, ${apiKey}`)));
    expect(String(await failureOf(api.ping()))).not.toContain(apiKey);
  });
});
