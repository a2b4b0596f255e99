import { ConfigurationError } from "@offhook/core";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createElevenLabsClient, type ElevenLabsClientOptions } from "./create-client.ts";
import { agent, apiKey, baseUrl, errorOf, fakeWorkspace, mp3, webhook, type FakeWorkspace } from "./fixtures/api.ts";
import { conversation, firstStart } from "./fixtures/conversations.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

function serve(start?: Parameters<typeof fakeWorkspace>[0]): FakeWorkspace {
  const workspace = fakeWorkspace(start);
  server.use(...workspace.handlers);
  return workspace;
}

const clientOf = (options: Partial<ElevenLabsClientOptions> = {}) => createElevenLabsClient({ apiKey, ...options });

const empty = () => HttpResponse.json({ agents: [], has_more: false });
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
    expect(() => clientOf({ baseUrl: "http://api.elevenlabs.io" })).toThrow(
      "createElevenLabsClient({ baseUrl }): expected an https URL",
    );
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

  test("webhooks come with how their deliveries fare", async () => {
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

  test("webhooks of which one cannot be read are none", async () => {
    serve({
      webhooks: [webhook("wh_1", "https://app.example.com/new"), webhook("wh 2", "https://app.example.com/old")],
    });
    expect(await errorOf(clientOf().webhooks.list())).toMatchObject({ code: "api_malformed" });
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

describe("what cannot be asked", () => {
  test.each<[from: string, to: string]>([
    ["yesterday", "2026-09-22"],
    ["2026-09-21T14:00:00", "2026-09-22"],
    ["2026-09-22", "2026-09-21"],
  ])("a range from %s to %s is refused before anybody is asked", async (from, to) => {
    const workspace = serve();
    await expect(clientOf().calls.page({ from, to })).rejects.toMatchObject({ code: "option_invalid" });
    await expect(collect(clientOf().calls.list({ from, to }))).rejects.toThrow(ConfigurationError);
    expect(workspace.exchanges).toEqual([]);
  });

  test("a day is one in UTC", async () => {
    const workspace = serve();
    await clientOf().calls.page({ from: "2026-09-21", to: "2026-09-22" });
    expect(workspace.exchanges[0]?.query).toMatchObject({
      call_start_after_unix: String(Date.UTC(2026, 8, 21) / 1000 - 1),
      call_start_before_unix: String(Date.UTC(2026, 8, 22) / 1000),
    });
  });
});

test("four requests run at the same time, and no more", async () => {
  let running = 0;
  let most = 0;
  server.use(
    http.get(`${baseUrl}/v1/convai/agents`, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return empty();
    }),
  );
  const client = clientOf();
  await Promise.all(Array.from({ length: 12 }, () => client.ping()));
  expect(most).toBe(4);
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

test.each([[{ hello: 1 }], [[]], ["pong"], [null]])("A04, D15: %j is no answer to a ping", async (answer) => {
  server.use(http.get(`${baseUrl}/v1/convai/agents`, () => HttpResponse.json(answer)));
  await expect(clientOf().ping()).rejects.toMatchObject({ code: "api_malformed", provider: "elevenlabs" });
});
