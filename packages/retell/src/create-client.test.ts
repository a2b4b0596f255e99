import { inspect } from "node:util";
import { delay, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createRetellClient } from "./create-client.ts";
import { analyzedCall, callNamed, unconnectedCall } from "./fixtures/api-records.ts";
import { errorOf, retellAnswering, retellWith, useNetwork } from "./fixtures/api-server.ts";
import { apiKey } from "./fixtures/api.ts";

useNetwork();

const day = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };

async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) items.push(item);
  return items;
}

describe("the key", () => {
  test("A01: is a text, or a function that is asked for each request", async () => {
    const { seen } = retellWith();
    const keys = ["another-key", apiKey];
    const client = createRetellClient({ apiKey: () => Promise.resolve(keys.shift() ?? "") });
    expect((await errorOf(client.ping())).code).toBe("api_unauthorized");
    await client.ping();
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer another-key", `Bearer ${apiKey}`]);
  });

  test.each(["", " ", "two words", "line\nbreak", undefined])("A01: %j is refused at construction", (key) => {
    // As from JavaScript or an environment variable.
    expect(() => createRetellClient({ apiKey: key as string })).toThrow(
      expect.objectContaining({ code: "secret_missing" }),
    );
  });

  test.each([[[]], [[""]], [["agent_1", ""]]])("D15: agents %j are refused at construction", (agentIds) => {
    expect(() => createRetellClient({ apiKey, agentIds })).toThrow(expect.objectContaining({ code: "option_invalid" }));
  });
});

describe("calls", () => {
  test("A02: are listed over several pages, oldest first, half-open", async () => {
    const calls = [0, 1, 2, 3, 4].map((hours) =>
      callNamed(`call_${hours}`, { start_timestamp: Date.parse(day.from) + hours * 3_600_000 }),
    );
    const { client, seen } = retellWith({ calls: calls.toReversed(), mostPerPage: 2 });
    const found = await all(client.calls.list({ ...day, to: "2026-11-20T04:00:00.000Z" }));
    expect(found.map(({ call_id: id }) => id)).toEqual(["call_0", "call_1", "call_2", "call_3"]);
    expect(found[0]).toMatchObject({ disconnection_reason: "user_hangup", duration_ms: 61_791 });
    expect(found[0]?.transcript).toBeUndefined();
    expect(seen.map(({ body }) => body)).toEqual([
      {
        limit: 1000,
        sort_order: "ascending",
        filter_criteria: {
          start_timestamp: {
            type: "range",
            op: "bt",
            value: [Date.parse(day.from) - 1, Date.parse(day.from) + 4 * 3_600_000],
          },
        },
      },
      expect.objectContaining({ pagination_key: expect.any(String) }),
    ]);
  });

  test("A02: of certain agents, and those that never connected, can be asked for", async () => {
    const calls = [
      callNamed("call_mine"),
      callNamed("call_other", { agent_id: "agent_2" }),
      unconnectedCall("call_unanswered"),
      unconnectedCall("call_unanswered_other", { agent_id: "agent_2" }),
    ];
    const { client } = retellWith({ calls }, { agentIds: [String(analyzedCall["agent_id"])] });
    const idsOf = async (unconnected: boolean): Promise<string[]> =>
      (await all(client.calls.list({ ...day, unconnected }))).map(({ call_id: id }) => id);
    expect(await idsOf(false)).toEqual(["call_mine"]);
    expect(await idsOf(true)).toEqual(["call_unanswered"]);
  });

  test("A02: one that cannot be read costs itself alone", async () => {
    const items = [
      callNamed("call_1"),
      { agent_id: "agent_1" },
      callNamed("not a\nid"),
      7,
      callNamed("call_2", { agent_name: 7 }),
    ];
    const { client } = retellAnswering([() => HttpResponse.json({ items, has_more: false })]);
    const page = await client.calls.page(day);
    expect(page.items.map(({ call_id: id, agent_name: name }) => [id, name])).toEqual([
      ["call_1", "Front desk"],
      ["call_2", undefined],
    ]);
    expect(page.unreadable).toEqual([1, 2, 3].map((index) => `list calls: item ${index} is not as documented`));
    expect(page.nextCursor).toBeNull();
    const read: string[] = [];
    const walk = async (): Promise<void> => {
      for await (const { call_id: id } of client.calls.list(day)) read.push(id);
    };
    expect((await errorOf(walk())).code).toBe("api_malformed");
    expect(read).toEqual(["call_1", "call_2"]);
  });

  test.each([
    ["text", () => HttpResponse.text("<html>")],
    ["a page without a list", () => HttpResponse.json({ items: { 0: {} }, has_more: false })],
    ["null", () => HttpResponse.json(null)],
    ["more, but no key to it", () => HttpResponse.json({ items: [callNamed("call_1")], has_more: true })],
  ])("D15: %s is no page", async (_title, answer) => {
    const { client, asked } = retellAnswering([answer]);
    expect(await errorOf(client.calls.page(day))).toMatchObject({ code: "api_malformed", provider: "retell" });
    expect(asked()).toBe(1);
  });

  test("A02: a list as it was before 2026 is read, and goes on behind its last call", async () => {
    const old = [callNamed("call_1"), callNamed("call_2")];
    const { client } = retellAnswering([() => HttpResponse.json(old)]);
    expect(await client.calls.page(day)).toMatchObject({
      items: old.map(({ call_id: id }) => ({ call_id: id })),
      nextCursor: null,
    });
    const full = Array.from({ length: 1000 }, (_, index) => callNamed(`call_${index}`));
    const whole = retellAnswering([() => HttpResponse.json(full)]);
    const { nextCursor } = await whole.client.calls.page(day);
    expect(nextCursor).toBe("call_999");
    expect((await errorOf(whole.client.calls.page({ ...day, cursor: "call_999" }))).code).toBe("api_malformed");
    const unreadable = Array.from({ length: 1000 }, () => ({}));
    const lost = retellAnswering([() => HttpResponse.json(unreadable)]);
    expect((await errorOf(lost.client.calls.page(day))).code).toBe("api_malformed");
  });

  const pageWith = (items: readonly object[], next?: string) => () =>
    HttpResponse.json({ items, has_more: next !== undefined, ...(next === undefined ? {} : { pagination_key: next }) });

  test("A02: what is behind empty pages is found", async () => {
    const { client, asked } = retellAnswering([
      pageWith([], "b"),
      pageWith([], "c"),
      pageWith([callNamed("call_1")], "d"),
      pageWith([], "e"),
      pageWith([]),
    ]);
    expect((await all(client.calls.list(day))).map(({ call_id: id }) => id)).toEqual(["call_1"]);
    expect(asked()).toBe(5);
  });

  test("A02: so it is with agents", async () => {
    const { client } = retellAnswering([pageWith([], "b"), pageWith([{ agent_id: "agent_1" }])]);
    expect((await all(client.agents.list())).map(({ agent_id: id }) => id)).toEqual(["agent_1"]);
  });

  test("D15: a page whose key leads back to it is refused, because calls behind it would be lost", async () => {
    const { client, asked } = retellAnswering([pageWith([callNamed("call_1")], "a")]);
    expect((await errorOf(client.calls.page({ ...day, cursor: "a" }))).code).toBe("api_malformed");
    expect(asked()).toBe(1);
  });

  test.each([
    ["to itself", [pageWith([], "a")], 1],
    ["in a circle of such", [pageWith([], "b"), pageWith([], "a")], 2],
  ])(
    "A02: an empty page that leads %s is the end: there is nothing that is not read",
    async (_title, answers, requests) => {
      const { client, asked } = retellAnswering(answers);
      expect(await client.calls.page({ ...day, cursor: "a" })).toMatchObject({ items: [], nextCursor: null });
      expect(asked()).toBe(requests);
    },
  );

  test("D15: nothing but empty pages is refused at some point", async () => {
    let next = 0;
    const { client, asked } = retellAnswering([() => pageWith([], `key_${(next += 1)}`)()]);
    expect((await errorOf(client.calls.page(day))).code).toBe("api_malformed");
    expect(asked()).toBe(20);
  });

  test.each([
    ["no times", { from: "yesterday", to: day.to }],
    ["times without a zone", { from: "2026-11-20T00:00:00", to: day.to }],
    ["times that are the same", { from: day.from, to: day.from }],
  ])("D15: a range of %s is refused before anything is asked", async (_title, range) => {
    const { client, seen } = retellWith();
    await expect(client.calls.page(range)).rejects.toMatchObject({ code: "option_invalid" });
    expect(seen).toEqual([]);
  });

  test("A02: a range may be of days", async () => {
    const { client } = retellWith({ calls: [callNamed("call_1")] });
    expect((await client.calls.page({ from: "2026-11-20", to: "2026-11-21" })).items).toHaveLength(1);
  });

  test("A02: four requests are under way at once, and not more", async () => {
    let underWay = 0;
    let most = 0;
    const answer = (body: object) => async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await delay(10);
      underWay -= 1;
      return HttpResponse.json(body);
    };
    const { client } = retellAnswering([answer({ items: [], has_more: false })]);
    // A list and single records count together.
    await Promise.allSettled([
      ...Array.from({ length: 6 }, () => client.calls.page(day)),
      ...Array.from({ length: 6 }, () => client.agents.get("agent_1")),
    ]);
    expect(most).toBe(4);
  });

  test("A03: one call is read with what was said in it, and without its access token", async () => {
    const { client } = retellWith({ calls: [callNamed("call_1", { call_type: "web_call", access_token: "secret" })] });
    const call = await client.calls.get("call_1");
    expect(call.transcript).toContain("Agent: Hello");
    expect(JSON.stringify(call)).not.toContain("secret");
  });

  test("A03: a call that Retell does not know is not found, whatever status says so", async () => {
    const { client, seen } = retellWith();
    expect(await errorOf(client.calls.get("call/../x"))).toMatchObject({ code: "api_not_found", status: 422 });
    expect(seen.map(({ path }) => path)).toEqual(["/v2/get-call/call%2F..%2Fx"]);
    const other = retellAnswering([() => HttpResponse.json({ status: "error" }, { status: 404 })]);
    expect((await errorOf(other.client.calls.get("call_1"))).code).toBe("api_not_found");
  });

  test("D15: another call than the one that was asked for is refused", async () => {
    const { client } = retellAnswering([() => HttpResponse.json(callNamed("call_2"))]);
    expect((await errorOf(client.calls.get("call_1"))).code).toBe("api_malformed");
  });
});

describe("trouble", () => {
  test("D15: a wrong key is a clear error after one request, which names no secret", async () => {
    const { seen } = retellWith();
    const wrong = "key_that_is_wrong_0123456789";
    const error = await errorOf(createRetellClient({ apiKey: wrong }).ping());
    expect(error).toMatchObject({
      code: "api_unauthorized",
      status: 401,
      provider: "retell",
      vendorMessage: "API key is missing or invalid.",
    });
    expect(error.message).toBe("API of retell, ping: answered 401");
    expect(seen).toHaveLength(1);
    for (const text of [String(error), JSON.stringify(error), inspect(error, { depth: 9, showHidden: false })]) {
      expect(text).not.toContain(wrong);
    }
  });

  test("D15: what Retell says about a failure is in no text, because it may quote what was sent", async () => {
    const { client } = retellAnswering([
      () => HttpResponse.json({ message: "+14155550199 is no time" }, { status: 400 }),
    ]);
    const error = await errorOf(client.calls.page(day));
    expect(error).toMatchObject({ code: "api_rejected", vendorMessage: "+14155550199 is no time" });
    for (const text of [String(error), JSON.stringify(error), inspect(error)])
      expect(text).not.toContain("+14155550199");
  });

  test("D15: too many requests are waited for as long as Retell asks", async () => {
    const limited = () => HttpResponse.json({ status: "error" }, { status: 429, headers: { "retry-after": "1" } });
    const { client, asked } = retellAnswering([limited, () => HttpResponse.json({ items: [], has_more: false })]);
    const startedAt = performance.now();
    // Although it is a POST: it only reads.
    await client.calls.page(day);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    expect(asked()).toBe(2);
  });

  test("D15: too many requests without a time are an error that can be tried again", async () => {
    const { client, asked } = retellAnswering([() => HttpResponse.json({ status: "error" }, { status: 429 })], {
      attempts: 1,
    });
    const error = await errorOf(client.calls.page(day));
    expect(error).toMatchObject({ code: "api_rate_limited", retryAfterMs: null, isRetryable: true });
    expect(asked()).toBe(1);
  });

  test("D15: a failure of Retell's is tried again, a lasting one three times", async () => {
    const down = () => HttpResponse.json({ status: "error" }, { status: 500, headers: { "retry-after": "0" } });
    const once = retellAnswering([down, () => HttpResponse.json(analyzedCall)]);
    expect((await once.client.calls.get(String(analyzedCall["call_id"]))).call_id).toBe(analyzedCall["call_id"]);
    expect(once.asked()).toBe(2);
    const lasting = retellAnswering([down]);
    expect(await errorOf(lasting.client.calls.page(day))).toMatchObject({ code: "api_unavailable", status: 500 });
    expect(lasting.asked()).toBe(3);
  });

  test("D15: an unpaid account is told apart from a wrong key", async () => {
    const { client } = retellAnswering([() => HttpResponse.json({ status: "error" }, { status: 402 })]);
    expect((await errorOf(client.ping())).code).toBe("api_forbidden");
  });

  test("D15: no answer in time is an error, as is none at all", async () => {
    const slow = retellAnswering(
      [
        async () => {
          await delay(500);
          return HttpResponse.json({});
        },
      ],
      { timeoutMs: 20, attempts: 1 },
    );
    expect(await errorOf(slow.client.ping())).toMatchObject({ code: "api_unavailable", status: null });
    const away = retellAnswering([() => HttpResponse.error()], { attempts: 1 });
    expect(await errorOf(away.client.ping())).toMatchObject({ code: "api_unavailable", status: null });
  });

  test("D15: a redirect is not followed, so that the key goes nowhere else", async () => {
    const { client, asked } = retellAnswering([
      () => new HttpResponse(null, { status: 307, headers: { location: "https://elsewhere.example.com/" } }),
    ]);
    expect((await errorOf(client.ping())).code).toBe("api_rejected");
    expect(asked()).toBe(1);
  });

  test("D15: whoever gives up gets their own reason", async () => {
    const { client, asked } = retellAnswering([() => HttpResponse.json({})]);
    const reason = new Error("enough");
    await expect(client.calls.page({ ...day, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(client.calls.page({ ...day, beforeRequest: () => Promise.reject(reason) })).rejects.toBe(reason);
    expect(asked()).toBe(0);
  });
});

test("A04: ping names the organization of the key", async () => {
  const { client } = retellWith();
  expect(await client.ping()).toEqual({ org_name: "Example Clinic", api_key_name: null });
});

test.each([
  [{ hello: 1 }],
  [{ org_name: 7, api_key_name: null }],
  [{ api_key_name: "Front desk" }],
  [[]],
  ["pong"],
  [null],
])("A04, D15: %j is no answer to a ping", async (answer) => {
  const { client } = retellAnswering([() => HttpResponse.json(answer)]);
  await expect(client.ping()).rejects.toMatchObject({ code: "api_malformed", provider: "retell" });
});
