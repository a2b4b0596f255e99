import { inspect } from "node:util";
import { ApiError, ConfigurationError } from "@offhook/core";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createConvosoClient, type ConvosoClientOptions } from "./create-client.ts";
import { authToken, base, fakeConvoso, logResult, refusal, type FakeOptions, type Json } from "./fixtures/api.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

const timeZone = "America/New_York";
const clientOf = (options: Partial<ConvosoClientOptions> = {}) =>
  createConvosoClient({ authToken, timeZone, ...options });
const client = clientOf();
const range = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };

function serve(options: FakeOptions = {}) {
  const { handlers, requests } = fakeConvoso(options);
  server.use(...handlers);
  return requests;
}

/** Answers of the call log, one after the other; the last one for good. */
function answer(...answers: readonly (() => Response | Promise<Response>)[]): () => number {
  let requests = 0;
  server.use(
    http.post(`${base}/log/retrieve`, () => {
      const next = answers[Math.min(requests, answers.length - 1)];
      requests += 1;
      return next?.() ?? HttpResponse.error();
    }),
  );
  return () => requests;
}

const json = (body: unknown, init?: ResponseInit) => (): Response => HttpResponse.json(body as Json, init); // any JSON
const logOf = (results: unknown): Json => ({ success: true, data: { total_found: "1", entries: 1, results } });

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("expected a failure");
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("calls", () => {
  test("A01, A02: are listed with the token as a parameter of a POST, never in an address", async () => {
    const requests = serve({
      calls: [
        logResult(),
        logResult({ id: 7, call_date: "2026-11-20 09:00:00", lead_id: 8, call_length: 31, queue: [] }),
      ],
    });
    const calls = await all(client.calls.list(range));
    expect(calls.map(({ id }) => id)).toEqual(["7", "2073617"]);
    // Numbers are texts, and what is neither is missing.
    expect(calls[0]).toMatchObject({ lead_id: "8", call_length: "31", queue: null, last_name: null });
    expect(calls[1]?.recording).toEqual([
      {
        recording_id: "991",
        type: null,
        filename: null,
        src: "https://example.test/a.mp3",
        public_url: "https://example.test/public/a.mp3",
      },
    ]);
    expect(requests.every(({ parameters }) => parameters["auth_token"] === authToken)).toBe(true);
  });

  test("A01: the token may come from a function, asked once for each request, however often that is made", async () => {
    let asked = 0;
    const counting = clientOf({ authToken: () => `token-${(asked += 1)}` });
    const sent: string[] = [];
    server.use(
      http.post(`${base}/log/retrieve`, async ({ request }) => {
        sent.push(new URLSearchParams(await request.text()).get("auth_token") ?? "");
        return sent.length === 1
          ? HttpResponse.json({}, { status: 503, headers: { "retry-after": "0" } })
          : HttpResponse.json(logOf([]));
      }),
    );
    await counting.ping();
    await counting.ping();
    expect(sent).toEqual(["token-1", "token-1", "token-2"]);
  });

  test("A01: a token that is changed is used from the next request on", async () => {
    const requests = serve();
    const keys = [authToken, "expired"];
    const rotating = clientOf({ authToken: async () => keys.shift() ?? authToken });
    await rotating.ping();
    expect(await failureOf(rotating.ping())).toMatchObject({ code: "api_unauthorized" });
    await rotating.ping();
    expect(requests.map(({ parameters }) => parameters["auth_token"])).toEqual([authToken, "expired", authToken]);
  });

  test("A03: one call is found whenever it was", async () => {
    const requests = serve({ calls: [logResult(), logResult({ id: "old", call_date: "2019-02-03 04:05:06" })] });
    expect(await client.calls.get("old")).toMatchObject({ id: "old", call_date: "2019-02-03 04:05:06" });
    expect(requests[0]?.parameters).toMatchObject({ id: "old", limit: "1", include_recordings: "1" });
  });

  test("A03: one that is not there is an error of its own, and another one than was asked for is no answer", async () => {
    serve({ calls: [logResult()] });
    expect(await failureOf(client.calls.get("404"))).toMatchObject({ code: "api_not_found", isRetryable: false });
    answer(json(logOf([logResult()])));
    expect(await failureOf(client.calls.get("7"))).toMatchObject({ code: "api_malformed" });
  });

  test("A04: ping asks for one call of the last day, without its recordings", async () => {
    const requests = serve({ calls: [logResult()] });
    await expect(client.ping()).resolves.toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ path: "/log/retrieve", parameters: { limit: "1", include_recordings: "0" } });
  });

  test("A04: the last day is that of the clock that was handed in, or of the platform's", async () => {
    const requests = serve();
    await client.ping({ now: () => Date.parse("2024-02-29T15:00:00Z") });
    const earliestMs = Date.now() - 24 * 60 * 60_000 - 60_000;
    await clientOf({ timeZone: "UTC" }).ping();
    expect(requests[0]?.parameters).toMatchObject({
      start_time: "2024-02-28 10:00:00",
      end_time: "2024-02-29 10:00:00",
    });
    const { start_time: start = "" } = requests[1]?.parameters ?? {};
    expect(Date.parse(`${start.replace(" ", "T")}Z`)).toBeGreaterThan(earliestMs);
  });

  test("extra fields are written", async () => {
    const requests = serve({ calls: [logResult()] });
    await client.calls.update("2073617", { extra_field_01: "paid" });
    expect(requests[0]?.parameters).toEqual({ auth_token: authToken, call_log_id: "2073617", extra_field_01: "paid" });
    expect(await failureOf(client.calls.update("404", { extra_field_01: "paid" }))).toMatchObject({
      code: "api_rejected",
      vendorCode: "6033",
      vendorMessage: "No such Call Log",
    });
  });

  test("an update is not repeated: nobody knows whether it was made", async () => {
    let requests = 0;
    server.use(
      http.post(`${base}/log/update`, () => {
        requests += 1;
        return HttpResponse.json({}, { status: 502, headers: { "retry-after": "0" } });
      }),
    );
    const failure = await failureOf(client.calls.update("2073617", { extra_field_01: "paid" }));
    expect(failure).toMatchObject({ code: "api_unavailable", status: 502 });
    expect(requests).toBe(1);
  });

  test.each([
    ["no date", "yesterday", "2026-11-20"],
    ["a time that would be another on each machine", "2026-11-20T08:00:00", "2026-11-21"],
    ["the wrong order", "2026-11-21", "2026-11-20"],
    ["no time at all", "2026-11-20", "2026-11-20T00:00:00Z"],
  ])("a range of %s is refused before anything is asked", async (_name, from, to) => {
    const requests = serve();
    for (const ask of [
      () => client.calls.page({ from, to }),
      () => all(client.calls.list({ from, to })),
      () => all(client.recordings.ofLead("408159", { from, to })),
    ]) {
      const refused = ask();
      await expect(refused).rejects.toBeInstanceOf(ConfigurationError);
      await expect(refused).rejects.toThrow("createConvosoClient");
    }
    expect(requests).toEqual([]);
  });

  test("a day begins in UTC", async () => {
    const requests = serve();
    await client.calls.page({ from: "2026-11-20", to: "2026-11-21" });
    expect(requests[0]?.parameters).toMatchObject({
      start_time: "2026-11-19 19:00:00",
      end_time: "2026-11-20 19:00:00",
    });
  });
});

describe("D15: failures", () => {
  test("a bad token is a clear error after one request", async () => {
    const requests = serve();
    const failure = await failureOf(clientOf({ authToken: "wrong" }).ping());
    expect(failure).toMatchObject({
      code: "api_unauthorized",
      status: 401,
      vendorCode: "401",
      isRetryable: false,
      message: "API of convoso, ping: answered 401, code 401",
    });
    expect(requests).toHaveLength(1);
  });

  test.each<[Json, string]>([
    [refusal(401, "Unauthorized"), "api_unauthorized"],
    [refusal(403, "Forbidden"), "api_forbidden"],
    [refusal(6100, "Invalid auth_token"), "api_unauthorized"],
    [refusal(6100, "The Authorization Token is missing"), "api_unauthorized"],
    [refusal(6100, "Missing authentication-token"), "api_unauthorized"],
    [refusal(6100, "Authentication failed"), "api_unauthorized"],
    [refusal(6100, "Authentication has failed: unknown key."), "api_unauthorized"],
    [refusal(6100, "You are not authorized."), "api_unauthorized"],
    [refusal(6100, "Unauthorised access"), "api_unauthorized"],
    [refusal(6100, "Invalid API token"), "api_unauthorized"],
    [refusal(6100, "Token has been revoked"), "api_unauthorized"],
    // The glossary's own number for a token of another office.
    [refusal(403, "Token is invalid for the office"), "api_forbidden"],
    [refusal(6004, "Unauthorized campaign"), "api_rejected"],
    [refusal(6004, "You are not authorized to use this campaign"), "api_rejected"],
    [refusal(6002, "List is not authorized"), "api_rejected"],
    [refusal(6079, "The e-mail provider says: authentication failed"), "api_rejected"],
    [refusal(6006, "This user is not authorised, or unauthorised"), "api_rejected"],
    [refusal(6002, "Unknown List Id"), "api_rejected"],
    [refusal(7231, "Invalid offset value"), "api_rejected"],
    [{ success: false }, "api_rejected"],
    [{ success: false, code: "6004", text: ["Unknown Campaign ID"] }, "api_rejected"],
  ])("trap 10: %j is a failure although HTTP says 200", async (body, code) => {
    const requests = answer(json(body));
    const failure = await failureOf(client.calls.page(range));
    expect(failure).toMatchObject({ code, status: 200, isRetryable: false });
    const { code: number, text } = body;
    expect(failure.vendorCode).toBe(typeof number === "number" || typeof number === "string" ? String(number) : null);
    expect(failure.vendorMessage).toBe(typeof text === "string" ? text : failure.vendorCode);
    expect(requests()).toBe(1);
  });

  test.each([
    [{ success: false, code: "The number 6155550188 is on file" }, "The number 6155550188 is on file"],
    [{ success: false, code: "duplicate:6155550188" }, "duplicate:6155550188"],
    [{ success: false, code: "duplicate:6155550188", text: "It is on file" }, "It is on file"],
  ])("%j has no code: a text may quote what was sent", async (body, said) => {
    answer(json(body));
    const failure = await failureOf(client.calls.page(range));
    expect(failure).toMatchObject({ code: "api_rejected", vendorCode: null, vendorMessage: said });
    expect(failure.message).toBe("API of convoso, list calls: answered 200");
  });

  test("reads are asked again although all are POSTs", async () => {
    const counts: Record<string, number> = {};
    const failsOnce = ({ request }: { request: Request }): Response | undefined => {
      const count = (counts[request.url] = (counts[request.url] ?? 0) + 1);
      return count === 1 ? HttpResponse.json({}, { status: 502, headers: { "retry-after": "0" } }) : undefined;
    };
    serve({ calls: [logResult()] });
    server.use(http.post(`${base}/*`, failsOnce));
    expect((await client.calls.get("2073617")).id).toBe("2073617");
    expect(await all(client.leads.search({ city: "Reno" }))).toEqual([]);
    expect(await all(client.recordings.ofLead("408159", range))).toEqual([]);
    expect(Object.values(counts)).toEqual([2, 2, 2]);
  });

  test("of many requests two are under way at a time", async () => {
    let [underWay, most] = [0, 0];
    const requests = answer(async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay -= 1;
      return HttpResponse.json(logOf([]));
    });
    await Promise.all(Array.from({ length: 6 }, () => client.ping()));
    expect(most).toBe(2);
    expect(requests()).toBe(6);
  });

  test("a server that is away for a moment is asked again", async () => {
    const requests = answer(
      json({}, { status: 503, headers: { "retry-after": "0" } }),
      json(refusal(500, "Internal Server Error"), { headers: { "retry-after": "0" } }),
      json(logOf([logResult()])),
    );
    expect((await client.calls.page(range)).items).toHaveLength(1);
    expect(requests()).toBe(3);
  });

  test("too many requests are waited for as long as Convoso says, or else reported", async () => {
    const waited = answer(json({}, { status: 429, headers: { "retry-after": "1" } }), json(logOf([])));
    const started = Date.now();
    await client.calls.page(range);
    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
    expect(waited()).toBe(2);
    answer(json({}, { status: 429, headers: { "retry-after": "3600" } }));
    expect(await failureOf(client.calls.page(range))).toMatchObject({
      code: "api_rate_limited",
      retryAfterMs: 3_600_000,
      isRetryable: true,
    });
    const once = answer(json({}, { status: 429 }));
    expect(await failureOf(clientOf({ attempts: 1 }).calls.page(range))).toMatchObject({
      code: "api_rate_limited",
      retryAfterMs: null,
    });
    expect(once()).toBe(1);
  });

  test("no answer in time, and no answer at all", async () => {
    answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return HttpResponse.json({});
    });
    const late = await failureOf(clientOf({ timeoutMs: 30, attempts: 1 }).ping());
    expect(late).toMatchObject({ code: "api_unavailable", status: null, isRetryable: true });
    expect(late.message).toContain("no answer in time");
    answer(() => HttpResponse.error());
    expect(await failureOf(clientOf({ attempts: 1 }).ping())).toMatchObject({ code: "api_unavailable" });
  });

  test.each([
    ["HTML", () => new HttpResponse("<html>maintenance</html>")],
    ["nothing", () => new HttpResponse("")],
    ["a list", json([])],
    ["no data", json({ success: true })],
    ["data that is a list", json({ success: true, data: [] })],
    ["results that are none", json({ success: true, data: { total_found: "1", results: "many" } })],
  ])("a page that is %s is malformed", async (_what, body) => {
    answer(body);
    expect(await failureOf(client.calls.page(range))).toMatchObject({ code: "api_malformed" });
  });

  test("a call that cannot be read costs no other", async () => {
    const broken = [null, 7, {}, logResult({ id: "" }), logResult({ id: "a\nb" })];
    answer(
      json({
        success: true,
        data: { total_found: "7", entries: 7, results: [logResult(), ...broken, logResult({ id: "8" })] },
      }),
    );
    const { items, unreadable, nextCursor } = await client.calls.page(range);
    expect(items.map(({ id }) => id)).toEqual(["2073617", "8"]);
    expect(unreadable).toHaveLength(5);
    expect(unreadable[0]).toBe("list calls: item 1 is not as documented");
    expect(nextCursor).toBeNull();
    const listed: string[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { id } of client.calls.list(range)) listed.push(id);
      })(),
    );
    expect(failure.code).toBe("api_malformed");
    expect(listed).toEqual(["2073617", "8"]);
  });

  test("a redirect is not followed, because the token would go with it", async () => {
    const requests = answer(
      () => new Response(null, { status: 307, headers: { location: "https://elsewhere.example/" } }),
    );
    expect(await failureOf(client.ping())).toMatchObject({ code: "api_rejected", status: 307 });
    expect(requests()).toBe(1);
  });

  test("neither the token nor what was sent or said shows in an error", async () => {
    const said = "phone number 6155550188 is on file";
    const failures: ApiError[] = [];
    answer(json(refusal(6008, said)));
    failures.push(await failureOf(client.calls.page(range)));
    answer(json(refusal(401, said), { status: 401 }));
    failures.push(await failureOf(client.ping()));
    answer(() => HttpResponse.error());
    failures.push(await failureOf(clientOf({ attempts: 1 }).ping()));
    answer(() => new HttpResponse(said));
    failures.push(await failureOf(client.calls.get("6155550188")));
    answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return HttpResponse.json({});
    });
    failures.push(await failureOf(clientOf({ timeoutMs: 30, attempts: 1 }).ping()));
    for (const failure of failures) {
      for (const shown of [
        String(failure),
        JSON.stringify(failure),
        inspect(failure, { depth: 10 }),
        String(failure.stack),
      ]) {
        expect(shown).not.toContain(authToken);
        expect(shown).not.toContain("6155550188");
      }
    }
  });

  test("a signal ends what is under way, and a budget comes before every request", async () => {
    const requests = serve({ calls: [logResult()] });
    await expect(client.ping({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    const spent = async () => {
      throw new Error("none left");
    };
    await expect(client.calls.page({ ...range, beforeRequest: spent })).rejects.toThrow("none left");
    await expect(
      client.leads.insert({ list_id: 1, phone_number: "6155550188" }, { beforeRequest: spent }),
    ).rejects.toThrow("none left");
    expect(requests).toEqual([]);
  });
});

describe("leads", () => {
  test("are inserted flat, with numbers for yes and no, and nothing takes the token's place", async () => {
    const requests = serve();
    const inserted = await client.leads.insert({
      list_id: 10855,
      phone_number: "6155550188",
      first_name: "Ana",
      check_dup: 2,
      hopper: true,
      check_dnc: false,
      custom: { colour: "blue", auth_token: "theirs" },
    });
    expect(inserted).toEqual({ lead_id: "408159" });
    expect(requests[0]?.parameters).toEqual({
      auth_token: authToken,
      list_id: "10855",
      phone_number: "6155550188",
      first_name: "Ana",
      check_dup: "2",
      hopper: "1",
      check_dnc: "0",
      colour: "blue",
    });
  });

  test("are inserted once, also where nobody knows whether they were", async () => {
    let requests = 0;
    const failing = http.post(`${base}/leads/insert`, () => {
      requests += 1;
      return HttpResponse.json({}, { status: 503, headers: { "retry-after": "0" } });
    });
    server.use(failing);
    const lead = { list_id: "1", phone_number: "6155550188" };
    expect(await failureOf(client.leads.insert(lead))).toMatchObject({ code: "api_unavailable" });
    expect(requests).toBe(1);
  });

  test("that are refused say why", async () => {
    serve();
    expect(await failureOf(client.leads.insert({ list_id: 404, phone_number: "6155550188" }))).toMatchObject({
      code: "api_rejected",
      vendorCode: "6002",
      vendorMessage: "No such List",
    });
    server.use(http.post(`${base}/leads/insert`, () => HttpResponse.json({ success: true, data: {} })));
    expect(await failureOf(client.leads.insert({ list_id: 1, phone_number: "6155550188" }))).toMatchObject({
      code: "api_malformed",
    });
  });

  test("are searched over all pages, with the fields that only the account has", async () => {
    const leads = Array.from({ length: 2001 }, (_, index) => ({
      id: index + 1,
      city: "Reno",
      colour: "blue",
      notes: null,
    }));
    const requests = serve({ leads });
    const found = await all(client.leads.search({ city: "Reno", list_id: 7 }));
    expect(found).toHaveLength(2001);
    expect(found[2000]).toMatchObject({ id: "2001", city: "Reno", email: null, custom: { colour: "blue" } });
    expect(requests.map(({ parameters }) => parameters)).toEqual([
      { auth_token: authToken, city: "Reno", list_id: "7", offset: "0", limit: "2000" },
      { auth_token: authToken, city: "Reno", list_id: "7", offset: "2000", limit: "2000" },
    ]);
  });
});

describe("recordings", () => {
  const bare = (extra: Json = {}) =>
    logResult({ recording: [{ recording_id: "", filename: "", src: "1403237496-all.wav", public_url: "" }], ...extra });
  const ofLead = (url: string, extra: Json = {}): Json => ({
    recording_id: 8,
    lead_id: 408159,
    start_time: "2026-11-20 10:00:01",
    end_time: "",
    seconds: 10,
    url,
    ...extra,
  });

  test("A13, A14: of a call are in its log", async () => {
    const requests = serve({ calls: [logResult()] });
    expect(await client.recordings.list("2073617")).toEqual([
      { recording_id: "991", file: null, url: "https://example.test/public/a.mp3" },
    ]);
    expect(requests.map(({ path }) => path)).toEqual(["/log/retrieve"]);
  });

  test("trap 5: a bare file name gets its address from the lead's recordings", async () => {
    const requests = serve({
      calls: [bare()],
      recordings: [
        ofLead("https://rec.convoso.com/other-all.wav"),
        ofLead("1403237496-all.wav"),
        ofLead("https://rec.convoso.com/x/1403237496-all.wav?key=1"),
      ],
    });
    expect(await client.recordings.list("2073617")).toMatchObject([
      { file: "1403237496-all.wav", url: "https://rec.convoso.com/x/1403237496-all.wav?key=1" },
    ]);
    expect(requests[1]).toEqual({
      path: "/leads/get-recordings",
      parameters: {
        auth_token: authToken,
        lead_id: "408159",
        start_time: "2026-11-19 10:00:00",
        end_time: "2026-11-21 10:00:00",
        offset: "0",
        limit: "100",
      },
    });
  });

  test("a recording is known by its id where both have one", async () => {
    const call = logResult({ recording: [{ recording_id: "8", filename: "a.wav" }] });
    serve({ calls: [call], recordings: [ofLead("https://rec.convoso.com/a.wav", { recording_id: 9 })] });
    expect(await client.recordings.list("2073617")).toMatchObject([{ url: null, file: "a.wav" }]);
    serve({ calls: [call], recordings: [ofLead("https://rec.convoso.com/b.wav")] });
    expect(await client.recordings.list("2073617")).toMatchObject([{ url: "https://rec.convoso.com/b.wav" }]);
  });

  test("an address without TLS is one with it, in the log and among those of the lead", async () => {
    serve({ calls: [logResult({ recording: [{ src: "a.wav", public_url: "HTTP://rec.convoso.com/a.wav" }] })] });
    expect(await client.recordings.list("2073617")).toMatchObject([{ url: "https://rec.convoso.com/a.wav" }]);
    serve({ calls: [bare()], recordings: [ofLead("http://rec.convoso.com/1403237496-all.wav")] });
    expect(await client.recordings.list("2073617")).toMatchObject([
      { url: "https://rec.convoso.com/1403237496-all.wav" },
    ]);
  });

  test("a call that is at hand is not asked for again", async () => {
    const requests = serve({ calls: [logResult()] });
    const [call] = await all(client.calls.list(range));
    if (call === undefined) throw new Error("expected a call");
    expect(await client.recordings.list(call)).toHaveLength(1);
    expect(requests).toHaveLength(1);
  });

  test("of a lead are listed over all pages", async () => {
    const recordings = Array.from({ length: 150 }, (_, index) => ofLead("a.wav", { recording_id: index }));
    const requests = serve({ recordings });
    const listed = await all(client.recordings.ofLead("408159", range));
    expect(listed).toHaveLength(150);
    expect(listed[149]).toEqual({
      recording_id: "149",
      lead_id: "408159",
      start_time: "2026-11-20 10:00:01",
      end_time: "",
      seconds: "10",
      url: "a.wav",
    });
    expect(requests[0]?.parameters).toMatchObject({
      start_time: "2026-11-19 19:00:00",
      end_time: "2026-11-20 19:00:00",
    });
  });

  test("A14: are opened at Convoso's hosts and at yours, with nothing of the token", async () => {
    const asked: Request[] = [];
    const audio: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      if (request.url.startsWith(base)) return fetch(request);
      asked.push(request);
      return new Response("audio", { headers: { "content-type": "audio/mpeg" } });
    };
    const at = (host: string) => logResult({ recording: [{ src: `https://${host}/a.mp3` }] });
    serve({ calls: [at("rec.convoso.com")] });
    const opened = await clientOf({ fetch: audio }).recordings.open("2073617");
    expect(opened.contentType).toBe("audio/mpeg");
    expect(await new Response(opened.body).text()).toBe("audio");
    expect([...(asked[0]?.headers ?? [])].flat().join(" ")).not.toContain(authToken);

    serve({ calls: [at("cdn.example.com")] });
    expect(await failureOf(clientOf({ fetch: audio }).recordings.open("2073617"))).toMatchObject({
      code: "url_refused",
    });
    const withHost = clientOf({ fetch: audio, recordingHosts: ["cdn.example.com"] });
    await (await withHost.recordings.open("2073617")).body.cancel();
    expect(asked.map(({ url }) => url)).toEqual(["https://rec.convoso.com/a.mp3", "https://cdn.example.com/a.mp3"]);

    serve({ calls: [logResult({ recording: [] })] });
    expect(await failureOf(client.recordings.open("2073617"))).toMatchObject({ code: "api_not_found" });
  });
});

describe("options", () => {
  test.each([
    [{ authToken: "" }, "secret_missing"],
    [{ authToken: "two words" }, "secret_missing"],
    [{ timeZone: "" }, "option_invalid"],
    [{ timeZone: undefined as unknown as string }, "option_invalid"], // as JavaScript callers can leave it out
    [{ baseUrl: "http://api.convoso.com/v1" }, "option_invalid"],
  ])("%j are refused at once", (options, code) => {
    expect(() => clientOf(options)).toThrow(expect.objectContaining({ code }));
  });

  test("an address of one's own takes the place of Convoso's", async () => {
    const seen: string[] = [];
    const fetchSeen: typeof fetch = async (input, init) => {
      seen.push(new Request(input, init).url);
      return HttpResponse.json(logOf([]));
    };
    await clientOf({ baseUrl: "http://localhost:9/v2", fetch: fetchSeen }).ping();
    expect(seen).toEqual(["http://localhost:9/v2/log/retrieve"]);
  });
});

test.each([[{ hello: 1 }], [{ success: true }], [{ success: true, data: { entries: [] } }], [[]], ["pong"], [null]])(
  "A04, D15: %j is no answer to a ping",
  async (body) => {
    answer(json(body));
    expect(await failureOf(client.ping())).toMatchObject({ code: "api_malformed", provider: "convoso" });
  },
);
