import { inspect } from "node:util";
import { ApiError, ConfigurationError } from "@offhook/core";
import { delay, http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createElevenLabsClient, type ElevenLabsClientOptions } from "./create-client.ts";
import { agent, apiKey, baseUrl, failure, fakeWorkspace, mp3, webhook, type FakeWorkspace } from "./fixtures/api.ts";
import { conversation, firstStart } from "./fixtures/conversations.ts";

const server = setupServer();
beforeAll(() => {
  server.listen({ onUnhandledFrame: "error" });
});
afterEach(() => {
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

function serve(start?: Parameters<typeof fakeWorkspace>[0]): FakeWorkspace {
  const workspace = fakeWorkspace(start);
  server.use(...workspace.handlers);
  return workspace;
}

const clientOf = (options: Partial<ElevenLabsClientOptions> = {}) => createElevenLabsClient({ apiKey, ...options });

/** Answers every request for the list of agents in turn, the last answer again and again. */
function answerPings(...answers: (() => Response | Promise<Response>)[]): { count: number } {
  const asked = { count: 0 };
  server.use(
    http.get(`${baseUrl}/v1/convai/agents`, () => {
      const answer = answers[Math.min(asked.count, answers.length - 1)];
      asked.count += 1;
      return answer?.() ?? HttpResponse.error();
    }),
  );
  return asked;
}

const empty = () => HttpResponse.json({ agents: [], has_more: false });
const refusal =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    HttpResponse.json(failure(status, "some_code", "Said in words").json, { status, headers });

async function errorOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiError) return error;
  throw new Error("Expected an ApiError", { cause: error });
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const range = { from: "2026-09-21T14:13:20.000Z", to: "2026-09-22T00:00:00.500Z" };

describe("credentials", () => {
  test("A01: the key goes as xi-api-key, and is asked for anew with each attempt where it is a function", async () => {
    serve();
    await expect(clientOf().ping()).resolves.toBeUndefined();
    let asked = 0;
    const keys = clientOf({ apiKey: () => Promise.resolve(`${apiKey}${(asked += 1) === 1 ? "" : "_next"}`) });
    await keys.ping();
    expect(await errorOf(keys.ping())).toMatchObject({ code: "api_unauthorized" });
    expect(asked).toBe(2);
  });

  test("D15: an empty key is refused when the client is made, or when the function gives it", async () => {
    expect(() => clientOf({ apiKey: "" })).toThrow(ConfigurationError);
    await expect(clientOf({ apiKey: () => " " }).ping()).rejects.toMatchObject({ code: "secret_missing" });
  });

  test("a residency's address is asked instead, and only over https", async () => {
    const hosts: string[] = [];
    server.use(
      http.get("https://api.eu.residency.elevenlabs.io/v1/convai/agents", ({ request }) => {
        hosts.push(new URL(request.url).host);
        return empty();
      }),
    );
    await clientOf({ baseUrl: "https://api.eu.residency.elevenlabs.io/" }).ping();
    expect(hosts).toEqual(["api.eu.residency.elevenlabs.io"]);
    expect(() => clientOf({ baseUrl: "http://api.elevenlabs.io" })).toThrow(/^Client of elevenlabs, baseUrl: expected/);
  });
});

describe("lists", () => {
  const many = Array.from({ length: 250 }, (_, index) =>
    conversation({ id: `conv_${index}`, start: firstStart + index }),
  );

  test("A02 A07: conversations come over several pages, oldest first, until has_more is false", async () => {
    const workspace = serve({ conversations: many });
    const calls = await collect(clientOf().calls.list(range));
    expect(calls.map((call) => call.conversation_id)).toEqual(many.map((each) => each["conversation_id"]));
    expect(calls[0]).toMatchObject({
      message_count: 2,
      direction: "inbound",
      conversation_initiation_source: "twilio",
    });
    expect(workspace.exchanges.map(({ query }) => query)).toEqual(
      [undefined, btoa("100"), btoa("200")].map((cursor) => ({
        call_start_after_unix: String(firstStart - 1),
        call_start_before_unix: "1790035201",
        page_size: "100",
        summary_mode: "include",
        sort_direction: "asc",
        ...(cursor === undefined ? {} : { cursor }),
      })),
    );
  });

  test("one agent's conversations alone, where that is asked for", async () => {
    serve({ conversations: [conversation(), conversation({ id: "conv_2", more: { agent_id: "agent_2" } })] });
    const { items, nextCursor } = await clientOf({ agentId: "agent_2" }).calls.page(range);
    expect(items.map((call) => call.conversation_id)).toEqual(["conv_2"]);
    expect(nextCursor).toBeNull();
  });

  test("agents come over several pages", async () => {
    serve({ agents: Array.from({ length: 101 }, (_, index) => agent(`agent_${index}`)) });
    const agents = await collect(clientOf().agents.list());
    expect(agents).toHaveLength(101);
    expect(agents[100]).toMatchObject({ agent_id: "agent_100", name: "Front desk", archived: false });
  });

  test("M05: webhooks come with how their deliveries fare", async () => {
    const failing = webhook("wh_1", "https://app.example.com/old", {
      is_auto_disabled: true,
      most_recent_failure_error_code: 404,
      most_recent_failure_timestamp: 1789999999,
    });
    serve({ webhooks: [failing, webhook("wh_2", "https://app.example.com/new", { retry_enabled: true })] });
    expect(await clientOf().webhooks.list()).toMatchObject([
      {
        webhook_id: "wh_1",
        is_auto_disabled: true,
        most_recent_failure_error_code: 404,
        most_recent_failure_timestamp: 1789999999,
      },
      { webhook_id: "wh_2", retry_enabled: true, most_recent_failure_timestamp: null },
    ]);
  });

  test("a malformed item costs only itself", async () => {
    const whole = conversation();
    const odd = conversation({ id: "conv 2" });
    const wrong = conversation({ id: "conv_3", more: { status: 7, agent_name: ["x"] } });
    serve({ conversations: [whole, odd, wrong] });
    const { items, unreadable } = await clientOf().calls.page(range);
    expect(items.map((call) => call.conversation_id)).toEqual(["conv_1", "conv_3"]);
    expect(items[1]).toMatchObject({ status: null, agent_name: null });
    expect(unreadable).toEqual(["list conversations: item 1 is not as documented"]);

    const seen: string[] = [];
    const reading = (async () => {
      for await (const call of clientOf().calls.list(range)) seen.push(call.conversation_id);
    })();
    expect(await errorOf(reading)).toMatchObject({ code: "api_malformed" });
    expect(seen).toEqual(["conv_1", "conv_3"]);
  });

  test.each<[title: string, body: unknown]>([
    ["no list", { conversations: {}, has_more: false }],
    ["a bare list", []],
    ["no has_more", { conversations: [], next_cursor: null }],
    ["more to come without a cursor", { conversations: [], next_cursor: null, has_more: true }],
    ["the cursor of the page itself", { conversations: [], next_cursor: "same", has_more: true }],
    ["a text", "Bad gateway"],
  ])("a malformed page is an error, and not an end: %s", async (_title, body) => {
    server.use(http.get(`${baseUrl}/v1/convai/conversations`, () => HttpResponse.json(body as object)));
    const error = await errorOf(clientOf().calls.page({ ...range, cursor: "same" }));
    expect(error).toMatchObject({ code: "api_malformed", provider: "elevenlabs" });
  });
});

describe("one call", () => {
  test("A03: all that is known of a conversation", async () => {
    serve({ conversations: [conversation()] });
    const call = await clientOf().calls.get("conv_1");
    expect(call).toMatchObject({
      conversation_id: "conv_1",
      metadata: { cost_fiat: 0.09, phone_call: { type: "twilio", external_number: "+14155550199" } },
      analysis: { call_successful: "success" },
    });
    expect(call.transcript).toHaveLength(2);
  });

  test("A03: an id that nobody knows is api_not_found", async () => {
    const workspace = serve();
    expect(await errorOf(clientOf().calls.get("conv_9"))).toMatchObject({
      code: "api_not_found",
      status: 404,
      vendorCode: "conversation_not_found",
      requestId: "req_of_body",
    });
    expect(workspace.exchanges).toHaveLength(1);
  });

  test("an id is part of the path and nothing else", async () => {
    const workspace = serve();
    await errorOf(clientOf().calls.get("../agents?x=1"));
    expect(workspace.exchanges.map(({ pathname }) => pathname)).toEqual([
      "/v1/convai/conversations/..%2Fagents%3Fx%3D1",
    ]);
  });

  test("A14: a recording is read with the key", async () => {
    serve({ conversations: [conversation(), conversation({ id: "conv_2", hasAudio: false })] });
    const client = clientOf({ fetch: (input, init) => fetch(input, init) });
    const { body, contentType, status } = await client.recordings.open("conv_1");
    expect({ contentType, status }).toEqual({ contentType: "audio/mpeg", status: 200 });
    expect(new Uint8Array(await new Response(body).arrayBuffer())).toEqual(mp3);
    expect(await errorOf(client.recordings.open("conv_2"))).toMatchObject({ code: "api_not_found" });
  });
});

describe("failures", () => {
  test("A04 D15: a wrong key is a clear error at once, after exactly one request", async () => {
    const workspace = serve();
    const error = await errorOf(clientOf({ apiKey: "sk_wrong" }).ping());
    expect(error).toMatchObject({
      code: "api_unauthorized",
      status: 401,
      vendorCode: "invalid_api_key",
      isRetryable: false,
      message: "API of elevenlabs, ping: answered 401, code invalid_api_key",
    });
    expect(workspace.exchanges).toHaveLength(1);
  });

  test.each<[status: number, body: unknown, error: Partial<ApiError>]>([
    [
      401,
      failure(401, "missing_permissions", "The API key lacks convai_read").json,
      { code: "api_forbidden", vendorCode: "missing_permissions", vendorMessage: "The API key lacks convai_read" },
    ],
    [
      401,
      { detail: { status: "missing_permissions", message: "older" } },
      { code: "api_forbidden", vendorCode: "missing_permissions", requestId: "req_of_header" },
    ],
    [401, { detail: { status: "quota_exceeded", message: "…" } }, { code: "api_forbidden" }],
    [402, { detail: { code: "insufficient_credits", message: "…" } }, { code: "api_forbidden" }],
    [
      422,
      { detail: [{ loc: ["query", "page_size"], msg: "Too many", type: "less_than_equal" }] },
      { code: "api_rejected", vendorCode: "less_than_equal", vendorMessage: "Too many" },
    ],
    [400, { detail: { status: "document_not_found", message: "…" } }, { code: "api_not_found" }],
    [400, { detail: "In plain words" }, { code: "api_rejected", vendorCode: null, vendorMessage: "In plain words" }],
    [400, { detail: { code: "no name, but a text", message: 7 } }, { vendorCode: null, vendorMessage: null }],
    [404, "<html>Not found</html>", { code: "api_not_found", vendorCode: null }],
    [418, null, { code: "api_rejected" }],
  ])("D15: %i with %j is told by its cause", async (status, body, expected) => {
    const asked = answerPings(() =>
      HttpResponse.json(body as object, { status, headers: { "x-request-id": "req_of_header" } }),
    );
    expect(await errorOf(clientOf().ping())).toMatchObject({ status, ...expected });
    expect(asked.count).toBe(1);
  });

  test("429 with Retry-After is waited for", async () => {
    const asked = answerPings(refusal(429, { "retry-after": "1" }), empty);
    const start = performance.now();
    await clientOf().ping();
    expect(performance.now() - start).toBeGreaterThan(950);
    expect(asked.count).toBe(2);
  });

  test("429 with a Retry-After that is too long to wait for is told to the caller", async () => {
    const asked = answerPings(refusal(429, { "retry-after": "60" }));
    expect(await errorOf(clientOf().ping())).toMatchObject({ code: "api_rate_limited", retryAfterMs: 60_000 });
    expect(asked.count).toBe(1);
  });

  test("429 without Retry-After is tried again, as often as was asked for", async () => {
    const asked = answerPings(refusal(429), empty);
    const error = await errorOf(clientOf({ attempts: 1 }).ping());
    expect(error).toMatchObject({ code: "api_rate_limited", retryAfterMs: null, isRetryable: true });
    await clientOf().ping();
    expect(asked.count).toBe(2);
    const again = answerPings(refusal(429), empty);
    await clientOf().ping();
    expect(again.count).toBe(2);
  });

  test("500 is tried again, and 200 after it is a success", async () => {
    const asked = answerPings(refusal(500, { "retry-after": "0" }), refusal(503, { "retry-after": "0" }), empty);
    await clientOf().ping();
    expect(asked.count).toBe(3);
  });

  test("no answer in time is api_unavailable", async () => {
    answerPings(async () => {
      await delay(2_000);
      return empty();
    });
    const error = await errorOf(clientOf({ timeoutMs: 40, attempts: 1 }).ping());
    expect(error).toMatchObject({ code: "api_unavailable", status: null, message: expect.stringContaining("in time") });
  });

  test("a redirect is not followed, so that the key goes to no other host", async () => {
    const asked = answerPings(() => HttpResponse.redirect("https://elsewhere.example.com/v1/convai/agents", 307));
    expect(await errorOf(clientOf().ping())).toMatchObject({ status: 307 });
    expect(asked.count).toBe(1);
  });

  test("a cursor is a value and never an address: it cannot lead to another host", async () => {
    const urls: string[] = [];
    server.use(
      http.get(`${baseUrl}/v1/convai/conversations`, ({ request }) => {
        urls.push(request.url);
        return HttpResponse.json({ conversations: [], has_more: false });
      }),
    );
    await clientOf().calls.page({ ...range, cursor: "https://elsewhere.example.com/" });
    expect(urls.map((url) => new URL(url).host)).toEqual(["api.elevenlabs.io"]);
    expect(new URL(urls[0] ?? "").searchParams.get("cursor")).toBe("https://elsewhere.example.com/");
  });

  test("S11: neither the key nor the vendor's words are in what an error shows", async () => {
    answerPings(() =>
      HttpResponse.json(failure(403, "forbidden", `The key ${apiKey} may not, says +14155550199`).json, {
        status: 403,
      }),
    );
    const error = await errorOf(clientOf().ping());
    expect(error.vendorMessage).toContain("may not");
    for (const shown of [String(error), JSON.stringify(error), inspect(error, { depth: 10 })]) {
      expect(shown).not.toContain(apiKey);
      expect(shown).not.toContain("+14155550199");
    }
    answerPings(() => HttpResponse.error());
    const broken = await errorOf(clientOf({ attempts: 1 }).ping());
    expect(broken.code).toBe("api_unavailable");
    expect(inspect(broken, { depth: 10, showHidden: true })).not.toContain(apiKey);
  });
});
