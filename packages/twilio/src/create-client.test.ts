import { inspect } from "node:util";
import { ApiError, ConfigurationError } from "@offhook/core";
import { delay, http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createTwilioClient, type TwilioClientOptions } from "./create-client.ts";
import { apiKeySecret, apiKeySid, authToken, failure, madeUpTwilio, media, type TwilioWorld } from "./fixtures/api.ts";
import {
  accountPath,
  accountSid,
  callJson,
  callSid,
  numberJson,
  recordingJson,
  recordingSid,
  rfc2822,
  type Json,
} from "./fixtures/api-records.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

/** A client, and what it asked a made-up Twilio. */
function clientOf(world: Partial<TwilioWorld> = {}, options: Partial<TwilioClientOptions> = {}) {
  const { handlers, seen, world: live } = madeUpTwilio(world);
  server.use(...handlers);
  const client = createTwilioClient({ accountSid, authToken, ...options });
  return { client, seen, world: live };
}

/** Answers everything alike; counts how often it was asked. */
function answering(answer: (request: Request, count: number) => Response | Promise<Response>) {
  const asked: Request[] = [];
  server.use(
    http.all("https://api.twilio.com/*", ({ request }) => {
      asked.push(request);
      return answer(request, asked.length);
    }),
  );
  return { client: createTwilioClient({ accountSid, authToken, timeoutMs: 2_000 }), asked };
}

const json = ({ answer, status }: ReturnType<typeof failure>, headers: Record<string, string> = {}): Response =>
  HttpResponse.json(answer as Json, { status, headers });

async function errorOf(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError; // as was just seen
}

async function toArray<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const november = { from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" };
const page = (members: Json = {}): Json => ({ calls: [], next_page_uri: null, ...members });

describe("A02: lists", () => {
  const calls = ["1", "2", "3", "4", "5"].map((key) => callJson(key));

  test("every page of calls is read, by the address that Twilio gives for it", async () => {
    const { client, seen } = clientOf({ calls, mostPerPage: 2 });
    const listed = await toArray(client.calls.list(november));
    expect(listed.map(({ sid }) => sid)).toEqual(["1", "2", "3", "4", "5"].map(callSid));
    const range = [
      ["StartTime>", "2026-11-01"],
      ["StartTime<", "2026-12-01"],
      ["PageSize", "1000"],
    ];
    expect(seen.map(({ query }) => query)).toEqual([
      range,
      [...range, ["Page", "1"], ["PageToken", `PA${callSid("2")}`]],
      [...range, ["Page", "2"], ["PageToken", `PA${callSid("4")}`]],
    ]);
  });

  test("the address of the next page is used byte for byte", async () => {
    const next = `${accountPath}/Calls.json?StartTime%3E=2026-11-01&PageSize=2&Page=1&PageToken=PA%2bx+y%20z`;
    const { client, asked } = answering((_request, count) =>
      HttpResponse.json(page({ next_page_uri: count === 1 ? next : null })),
    );
    await toArray(client.calls.list(november));
    expect(asked[1]?.url).toBe(`https://api.twilio.com${next}`);
  });

  test.each([
    ["whole days", "2026-11-01T00:00:00.000Z", "2026-11-20T00:00:00.000Z", "2026-11-01", "2026-11-20"],
    ["parts of days", "2026-11-01T13:30:00.000Z", "2026-11-19T00:00:00.001Z", "2026-11-01", "2026-11-20"],
    ["a part of one day", "2026-11-19T13:30:00.000Z", "2026-11-19T14:30:00.000Z", "2026-11-19", "2026-11-20"],
    ["another zone", "2026-11-01T00:00:00+05:30", "2026-11-02T00:00:00+05:30", "2026-10-31", "2026-11-02"],
    ["days", "2026-11-01", "2026-11-20", "2026-11-01", "2026-11-20"],
    ["the end of a year", "2026-12-31T23:00:00.000Z", "2027-01-01T00:00:00.000Z", "2026-12-31", "2027-01-01"],
  ])("days are named: %s", async (_name, from, to, first, end) => {
    const { client, seen } = clientOf();
    await client.calls.page({ from, to });
    await client.recordings.page({ from, to });
    expect(seen.map(({ query }) => query.slice(0, 2))).toEqual([
      [
        ["StartTime>", first],
        ["StartTime<", end],
      ],
      [
        ["DateCreated>", first],
        ["DateCreated<", end],
      ],
    ]);
  });

  test("no call within the range is outside of the days that are asked for", async () => {
    const at = (key: string, start: string): Json => callJson(key, { start_time: rfc2822(start) });
    const { client } = clientOf({
      calls: [
        at("1", "2026-11-01T00:00:00Z"),
        at("2", "2026-11-19T23:59:59Z"),
        at("3", "2026-10-31T23:59:59Z"),
        at("4", "2026-11-20T00:00:00Z"),
      ],
    });
    const listed = await toArray(client.calls.list({ from: "2026-11-01", to: "2026-11-20" }));
    expect(listed.map(({ sid }) => sid)).toEqual([callSid("1"), callSid("2")]);
  });

  test.each([
    ["no date", "yesterday", "2026-11-20"],
    ["no end", "2026-11-01", ""],
    ["the wrong order", "2026-11-20", "2026-11-01"],
    ["no time at all", "2026-11-19", "2026-11-19T00:00:00Z"],
    ["a time that would be another on each machine", "2026-11-01T08:00:00", "2026-11-20"],
  ])("a range of %s is refused before anything is asked", async (_name, from, to) => {
    const { client, seen } = clientOf();
    await expect(client.calls.page({ from, to })).rejects.toThrow(ConfigurationError);
    await expect(client.recordings.page({ from, to })).rejects.toMatchObject({ code: "option_invalid" });
    await expect(toArray(client.calls.list({ from, to }))).rejects.toThrow("createTwilioClient");
    expect(seen).toEqual([]);
  });

  test("A14: the recordings of one call, over several pages, with the address of the media", async () => {
    const recordings = ["1", "2", "3"].map((key) => recordingJson(key, "1"));
    const { client, seen } = clientOf({ recordings: [...recordings, recordingJson("4", "2")], mostPerPage: 2 });
    const listed = await toArray(client.recordings.list(callSid("1")));
    expect(listed.map(({ sid }) => sid)).toEqual(["1", "2", "3"].map(recordingSid));
    expect(listed[0]?.media_url).toBe(`http://api.twilio.com${accountPath}/Recordings/${recordingSid("1")}`);
    expect(seen[0]).toMatchObject({ path: `${accountPath}/Recordings.json` });
    expect(seen[0]?.query[0]).toEqual(["CallSid", callSid("1")]);
  });

  test("numbers, over several pages", async () => {
    const { client } = clientOf({ numbers: ["1", "2", "3"].map((key) => numberJson(key)), mostPerPage: 1 });
    const listed = await toArray(client.phoneNumbers.list());
    expect(listed.map(({ phone_number: number }) => number)).toEqual(["+14155550101", "+14155550102", "+14155550103"]);
  });

  test("one malformed item costs only itself", async () => {
    const items = [callJson("1"), { ...callJson("2"), sid: 7 }, null, callJson("3", { duration: 61, price: {} })];
    const { client } = answering(() => HttpResponse.json(page({ calls: items })));
    const { items: read, unreadable } = await client.calls.page(november);
    expect(read).toMatchObject([{ sid: callSid("1") }, { sid: callSid("3"), duration: null, price: null }]);
    expect(unreadable).toEqual(["list calls: item 1 is not as documented", "list calls: item 2 is not as documented"]);
    const seen: string[] = [];
    const readAll = async (): Promise<void> => {
      for await (const { sid } of client.calls.list(november)) seen.push(sid);
    };
    expect(await errorOf(readAll())).toMatchObject({ code: "api_malformed" });
    expect(seen).toEqual([callSid("1"), callSid("3")]);
  });

  test.each([
    ["a list", []],
    ["without calls", { next_page_uri: null }],
    ["with calls that are no list", { calls: {}, next_page_uri: null }],
    ["with a number for the next page", { calls: [], next_page_uri: 2 }],
    ["with words for the next page", { calls: [], next_page_uri: "page two" }],
  ])("a page that is %s is api_malformed", async (_name, body) => {
    const { client, asked } = answering(() => HttpResponse.json(body));
    expect(await errorOf(client.calls.page(november))).toMatchObject({ code: "api_malformed", provider: "twilio" });
    expect(asked).toHaveLength(1);
  });

  test("a page that is no JSON is api_malformed", async () => {
    const { client } = answering(() => HttpResponse.html("<p>Maintenance</p>"));
    expect(await errorOf(client.calls.page(november))).toMatchObject({ code: "api_malformed", status: 200 });
  });

  test("a page that leads to itself is api_malformed", async () => {
    const next = `${accountPath}/Calls.json?Page=1&PageToken=PA1`;
    const { client, asked } = answering((_request, count) =>
      HttpResponse.json(page({ next_page_uri: count < 5 ? next : null })),
    );
    expect(await errorOf(toArray(client.calls.list(november)))).toMatchObject({ code: "api_malformed" });
    expect(asked).toHaveLength(2);
  });

  test.each([
    "https://evil.example.com/2010-04-01/Accounts/AC1/Calls.json",
    "http://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json",
    "https://api.twilio.com.evil.example.com/x",
    "https://api.twilio.com:8443/x",
    "data:application/json,{}",
  ])("a next page at %s is refused: no credentials go there", async (next) => {
    const { client, asked } = answering(() => HttpResponse.json(page({ next_page_uri: next })));
    expect(await errorOf(toArray(client.calls.list(november)))).toMatchObject({ code: "url_refused" });
    expect(asked).toHaveLength(1);
  });

  test("a next page without a scheme stays at Twilio", async () => {
    const { client, asked } = answering((_request, count) =>
      HttpResponse.json(page({ next_page_uri: count === 1 ? "//evil.example.com/x" : null })),
    );
    await toArray(client.calls.list(november));
    expect(asked[1]?.url).toBe("https://api.twilio.com//evil.example.com/x");
  });
});

describe("one record", () => {
  test("A03: a call, without what the documentation does not name", async () => {
    const { client, seen } = clientOf({ calls: [callJson("1", { something_new: { a: 1 } })] });
    const call = await client.calls.get(callSid("1"));
    expect(call).toMatchObject({ sid: callSid("1"), status: "completed", duration: "61", price: "-0.0170" });
    expect(call).not.toHaveProperty("something_new");
    expect(seen).toMatchObject([{ method: "GET", path: `${accountPath}/Calls/${callSid("1")}.json`, query: [] }]);
  });

  test("a SID is one part of the path, whatever it is", async () => {
    const { client, seen } = clientOf();
    expect(await errorOf(client.calls.get("../Messages"))).toMatchObject({ code: "api_not_found" });
    expect(seen[0]?.path).toBe(`${accountPath}/Calls/..%2FMessages.json`);
  });

  test("one that Twilio does not know is api_not_found", async () => {
    const { client, seen } = clientOf();
    expect(await errorOf(client.calls.get(callSid("1")))).toMatchObject({
      code: "api_not_found",
      status: 404,
      vendorCode: "20404",
      requestId: "RQ1",
    });
    expect(seen).toHaveLength(1);
  });

  test("one that is no call is api_malformed", async () => {
    const { client } = answering(() => HttpResponse.json({ sid: 7 }));
    expect(await errorOf(client.calls.get(callSid("1")))).toMatchObject({ code: "api_malformed" });
    expect(await errorOf(client.recordings.get(recordingSid("1")))).toMatchObject({ code: "api_malformed" });
  });

  test("A14: a recording is opened with the credentials of the account", async () => {
    const { client, seen } = clientOf({ recordings: [recordingJson("1", "1")] }, { fetch: globalThis.fetch });
    const stream = await client.recordings.open(recordingSid("1"));
    expect(stream).toMatchObject({ status: 200, contentType: "audio/mpeg" });
    expect(new Uint8Array(await new Response(stream.body).arrayBuffer())).toEqual(media);
    expect(seen).toMatchObject([{ path: `${accountPath}/Recordings/${recordingSid("1")}.mp3`, query: [] }]);
  });

  test("A14: a part of a recording is a part, from where Twilio sends us, which learns no credentials", async () => {
    const asked: (string | null)[][] = [];
    const note = ({ headers }: Request): void => {
      asked.push([headers.get("authorization"), headers.get("range")]);
    };
    server.use(
      http.get("https://api.twilio.com/*", ({ request }) => {
        note(request);
        return HttpResponse.redirect("https://media.s3.us-east-1.amazonaws.com/x?signature=1", 307);
      }),
      http.get("https://media.s3.us-east-1.amazonaws.com/x", ({ request }) => {
        note(request);
        const headers = { "content-type": "audio/mpeg", "content-range": `bytes 0-3/${media.length}` };
        return new HttpResponse(media.slice(0, 4), { status: 206, headers });
      }),
    );
    const client = createTwilioClient({ accountSid, authToken, fetch: globalThis.fetch });
    const stream = await client.recordings.open(recordingSid("1"), { range: "bytes=0-3" });
    expect(stream).toMatchObject({ status: 206, contentRange: `bytes 0-3/${media.length}` });
    await stream.body.cancel();
    expect(asked).toEqual([
      [`Basic ${btoa(`${accountSid}:${authToken}`)}`, "bytes=0-3"],
      [null, "bytes=0-3"],
    ]);
  });
});

describe("A04: ping", () => {
  test("with the account's token: the account, without the token that stands in its record", async () => {
    const { client, seen } = clientOf();
    expect(await client.ping()).toEqual({ sid: accountSid, friendly_name: "Example Clinic" });
    expect(seen).toMatchObject([{ method: "GET", path: `${accountPath}.json`, query: [] }]);
  });

  test("with a standard API key, which may not read the account: one call at most", async () => {
    const { client, seen } = clientOf({ calls: [callJson("1")] }, { authToken: undefined, apiKeySid, apiKeySecret });
    expect(await client.ping()).toEqual({ sid: accountSid, friendly_name: null });
    expect(seen).toMatchObject([{ path: `${accountPath}/Calls.json`, query: [["PageSize", "1"]], status: 200 }]);
  });
});

describe("A01: credentials", () => {
  test("a token may come from a function, which is asked before each request", async () => {
    let asked = 0;
    const token = async (): Promise<string> => {
      asked += 1;
      return authToken;
    };
    const { client } = clientOf({}, { authToken: token });
    await client.ping();
    await client.ping();
    expect(asked).toBe(2);
  });

  test.each([
    ["no account", { accountSid: "", authToken }, "option_invalid"],
    ["another SID", { accountSid: "SK00000000000000000000000000000001", authToken }, "option_invalid"],
    ["a path", { accountSid: "AC1/../..", authToken }, "option_invalid"],
    ["no token", { accountSid, authToken: "" }, "secret_missing"],
    ["a token with a line break", { accountSid, authToken: "a\r\nb" }, "secret_missing"],
    ["no token at all", { accountSid }, "secret_missing"],
    ["a key without a secret", { accountSid, apiKeySid, apiKeySecret: "" }, "secret_missing"],
    ["a key that is none", { accountSid, apiKeySid: "AC1:", apiKeySecret }, "option_invalid"],
    ["an address without TLS", { accountSid, authToken, baseUrl: "http://api.example.com" }, "option_invalid"],
    ["an address that is none", { accountSid, authToken, baseUrl: "api.twilio.com" }, "option_invalid"],
  ])("%s is refused", (_name, options, code) => {
    // What a caller without types may hand over.
    expect(() => createTwilioClient(options as TwilioClientOptions)).toThrow(
      expect.objectContaining({ name: "ConfigurationError", code }),
    );
  });

  test("another region is another address", async () => {
    const asked: string[] = [];
    server.use(
      http.get("https://api.dublin.ie1.twilio.com/*", ({ request }) => {
        asked.push(request.url);
        return HttpResponse.json(page());
      }),
    );
    const client = createTwilioClient({ accountSid, authToken, baseUrl: "https://api.dublin.ie1.twilio.com/" });
    await client.calls.page(november);
    expect(asked).toEqual([expect.stringMatching(`^https://api.dublin.ie1.twilio.com${accountPath}/Calls.json\\?`)]);
  });
});

describe("D15: failures", () => {
  test("a wrong token is told at once, by one request", async () => {
    const { client, seen } = clientOf({}, { authToken: "another" });
    const error = await errorOf(client.ping());
    expect(error).toMatchObject({ code: "api_unauthorized", status: 401, vendorCode: "20003", isRetryable: false });
    expect(error.message).toBe("API of twilio, ping: answered 401, code 20003");
    expect(seen).toHaveLength(1);
  });

  test("too many requests, with a time: it is waited for", async () => {
    const { client, asked } = answering((_request, count) =>
      count === 1
        ? json(failure(429, 20429, "Too many requests"), { "retry-after": "1" })
        : HttpResponse.json(callJson("1")),
    );
    const startedMs = performance.now();
    expect(await client.calls.get(callSid("1"))).toMatchObject({ sid: callSid("1") });
    expect(performance.now() - startedMs).toBeGreaterThan(950);
    expect(asked).toHaveLength(2);
  });

  test("too many requests, without a time: three attempts, then the error", async () => {
    const { client, asked } = answering(() => json(failure(429, 20429, "Too many requests")));
    expect(await errorOf(client.calls.get(callSid("1")))).toMatchObject({
      code: "api_rate_limited",
      vendorCode: "20429",
      retryAfterMs: null,
      isRetryable: true,
    });
    expect(asked).toHaveLength(3);
  });

  test("a failure that passes is not noticed", async () => {
    const { client, asked } = answering((_request, count) =>
      count === 1
        ? new HttpResponse("<html>Bad Gateway</html>", { status: 502, headers: { "retry-after": "0" } })
        : HttpResponse.json(callJson("1")),
    );
    expect(await client.calls.get(callSid("1"))).toMatchObject({ sid: callSid("1") });
    expect(asked).toHaveLength(2);
  });

  test("a failure without JSON has its status", async () => {
    answering(() => new HttpResponse("upstream connect error", { status: 503 }));
    const client = createTwilioClient({ accountSid, authToken, attempts: 1 });
    expect(await errorOf(client.ping())).toMatchObject({ code: "api_unavailable", status: 503, vendorCode: null });
  });

  test("no answer in time", async () => {
    answering(async () => {
      await delay(2_000);
      return HttpResponse.json(page());
    });
    const client = createTwilioClient({ accountSid, authToken, timeoutMs: 50, attempts: 1 });
    const error = await errorOf(client.calls.page(november));
    expect(error).toMatchObject({ code: "api_unavailable", status: null });
    expect(error.message).toBe("API of twilio, list calls: no answer in time");
  });

  test("of many requests four are under way at a time", async () => {
    let [underWay, most] = [0, 0];
    const { client, asked } = answering(async () => {
      most = Math.max(most, (underWay += 1));
      await delay(20);
      underWay -= 1;
      return HttpResponse.json(callJson("1"));
    });
    await Promise.all(Array.from({ length: 10 }, () => client.calls.get(callSid("1"))));
    expect(most).toBe(4);
    expect(asked).toHaveLength(10);
  });

  test("whoever asked can give up", async () => {
    const { client, asked } = answering(() => json(failure(429, 20429, "Too many"), { "retry-after": "5" }));
    const signal = AbortSignal.timeout(50);
    await expect(client.calls.get(callSid("1"), { signal })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(asked).toHaveLength(1);
  });

  test("every request waits for leave to be made", async () => {
    let count = 0;
    const beforeRequest = async (): Promise<void> => {
      count += 1;
      if (count > 2) throw new Error("enough");
    };
    const { client, seen } = clientOf({ calls: ["1", "2", "3"].map((key) => callJson(key)), mostPerPage: 1 });
    await expect(toArray(client.calls.list({ ...november, beforeRequest }))).rejects.toThrow("enough");
    expect(seen).toHaveLength(2);
  });

  test("no credentials, numbers or words of Twilio's are in what an error shows", async () => {
    const said = "Invalid +14155550199 for AC5a3c";
    const failures: (() => Response | Promise<Response>)[] = [
      () => json(failure(401, 20003, said)),
      () => json(failure(400, 21211, said)),
      () => new HttpResponse(said, { status: 500, headers: { "retry-after": "0" } }),
      () => HttpResponse.error(),
      () => HttpResponse.json([said]),
      () => new HttpResponse(null, { status: 302, headers: { location: `https://evil.example.com/${said}` } }),
    ];
    for (const answer of failures) {
      server.resetHandlers();
      answering(answer);
      const client = createTwilioClient({ accountSid, authToken, attempts: 1 });
      const error = await errorOf(client.calls.get(callSid("1")));
      const shown = [String(error), JSON.stringify(error), inspect(error, { depth: 10 }), error.stack].join("\n");
      for (const secret of [authToken, btoa(`${accountSid}:${authToken}`), "+14155550199", "Invalid"]) {
        expect(shown).not.toContain(secret);
      }
    }
  });
});

test("D15: a function that fails to give the secret of an API key is told apart from Twilio", async () => {
  const failing = createTwilioClient({
    accountSid,
    apiKeySid,
    apiKeySecret: () => {
      throw new Error("the vault is sealed");
    },
  });
  const message = "createTwilioClient({ apiKeySecret }): the function that gives it failed";
  await expect(failing.ping()).rejects.toMatchObject({ code: "secret_missing", message });
  await expect(failing.recordings.open(recordingSid("1"))).rejects.toMatchObject({ code: "secret_missing", message });
});

test.each([[{ hello: 1 }], [[]], ["pong"], [null]])("A04, D15: %j is no answer to a ping", async (answer) => {
  server.use(http.get("https://api.twilio.com/*", () => HttpResponse.json(answer)));
  for (const credentials of [{ authToken }, { apiKeySid, apiKeySecret }]) {
    const client = createTwilioClient({ accountSid, ...credentials });
    await expect(client.ping()).rejects.toMatchObject({ code: "api_malformed", provider: "twilio" });
  }
});
