import { inspect } from "node:util";
import { ApiError } from "@offhook/core";
import { delay, http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createCallRailClient } from "./create-client.ts";
import { allOf, clientOf, failureOf, useNetwork } from "./fixtures/api-client.ts";
import { accountId, apiCall, apiCalls, apiKey, companyId, failure } from "./fixtures/api.ts";

const server = useNetwork();
const range = { from: "2026-11-20T10:00:00.000Z", to: "2026-11-20T18:00:00.000Z" };
const anyAddress = "https://api.callrail.com/*";
const idsOf = (calls: readonly { readonly id?: unknown }[]): unknown[] => calls.map(({ id }) => id);

/** Answers in this order, and then as CallRail would. */
function answers(...responses: readonly (() => Response | Promise<Response>)[]): { readonly count: () => number } {
  let count = 0;
  server.use(
    http.all(anyAddress, () => {
      count += 1;
      return responses[count - 1]?.();
    }),
  );
  return { count: () => count };
}

describe("construction", () => {
  test.each([
    ["an empty key", { apiKey: "" }, "secret_missing"],
    ["a key with blanks", { apiKey: "a b" }, "secret_missing"],
    ["no account", { accountId: "" }, "option_invalid"],
    ["a path for an account", { accountId: "ACC1/../ACC2" }, "option_invalid"],
    ["another id for a company", { companyId: "CAL0f3e" }, "option_invalid"],
    ["a list in a field's name", { fields: ["tags,note"] }, "option_invalid"],
    ["an address without TLS", { baseUrl: "http://api.callrail.com/v3" }, "option_invalid"],
  ])("A01: %s is refused", (_title, options, code) => {
    expect(() => createCallRailClient({ apiKey, accountId, ...options })).toThrow(expect.objectContaining({ code }));
  });

  test("A01: the key may come from a function, which is asked before each request", async () => {
    const keys = [apiKey, apiKey];
    const { client, vendor } = clientOf(server, [], { apiKey: async () => keys.pop() ?? "" });
    await client.ping();
    await client.ping();
    expect(keys).toEqual([]);
    await expect(client.ping()).rejects.toMatchObject({ code: "secret_missing" });
    expect(vendor.requests).toHaveLength(2);
  });
});

describe("requests", () => {
  test("A01: every request says by token who asks, and on whose behalf", async () => {
    const { client, vendor } = clientOf(server);
    await client.ping();
    const [request] = vendor.requests;
    expect(request?.headers.get("authorization")).toBe(`Token token="${apiKey}"`);
    expect(request?.headers.get("request-from")).toBe("offhook");
  });

  test("A04: a ping names the account", async () => {
    const { client } = clientOf(server);
    expect(await client.ping()).toEqual({ id: accountId, name: "Acme Plumbing" });
  });

  test("A02: a list goes through all numbered pages, oldest first, and asks for explicit minutes in UTC", async () => {
    const calls = apiCalls(5);
    const { client, vendor } = clientOf(server, calls);
    vendor.pageSize = 2;
    expect(idsOf(await allOf(client.calls.list({ ...range, from: "2026-11-20T11:00:30+01:00" })))).toEqual(
      // The first began in the minute that CallRail was asked for, and before the range.
      idsOf(calls.slice(1)),
    );
    expect(vendor.requests.map(({ query }) => query["page"])).toEqual(["1", "2", "3"]);
    for (const { path, query } of vendor.requests) {
      expect(path).toBe(`/a/${accountId}/calls.json`);
      expect(query).toMatchObject({
        start_date: "2026-11-20T10:00",
        end_date: "2026-11-20T18:00",
        time_zone: "Etc/UTC",
        sort: "start_time",
        order: "asc",
        per_page: "250",
        company_id: companyId,
      });
      expect(query).not.toHaveProperty("relative_pagination");
    }
  });

  test("A02: a minute that a range touches is asked for whole", async () => {
    const { client, vendor } = clientOf(server);
    await client.calls.page({ from: "2026-11-20T10:00:59.999Z", to: "2026-11-20T10:07:00.001Z" });
    expect(vendor.requests[0]?.query).toMatchObject({ start_date: "2026-11-20T10:00", end_date: "2026-11-20T10:08" });
  });

  test.each([
    ["no time", { from: "yesterday", to: range.to }],
    ["a time without a zone", { from: "2026-11-20T10:00", to: range.to }],
    ["a time without a zone at the end", { from: range.from, to: "2026-11-20 18:00:00" }],
    ["nothing between two times", { from: range.from, to: range.from }],
    ["an end before the beginning", { from: range.to, to: range.from }],
  ])("A02: %s is no range", async (_title, wrong) => {
    const { client, vendor } = clientOf(server);
    for (const asked of [client.calls.page(wrong), allOf(client.calls.list(wrong))]) {
      const error = await failureOf(asked);
      expect(error).toMatchObject({ name: "ConfigurationError", code: "option_invalid" });
      expect(String(error)).toContain("createCallRailClient");
    }
    expect(vendor.requests).toEqual([]);
  });

  test("A02: a day is one in UTC", async () => {
    const { client, vendor } = clientOf(server);
    await client.calls.page({ from: "2026-11-01", to: "2026-11-20" });
    expect(vendor.requests[0]?.query).toMatchObject({ start_date: "2026-11-01T00:00", end_date: "2026-11-20T00:00" });
  });

  test("A01: four requests are under way at most", async () => {
    const { client } = clientOf(server);
    let running = 0;
    let most = 0;
    server.use(
      http.all(anyAddress, async () => {
        running += 1;
        most = Math.max(most, running);
        await delay(5);
        running -= 1;
      }),
    );
    await Promise.all(Array.from({ length: 12 }, () => client.ping()));
    expect(most).toBe(4);
  });

  test("A02: a page says how many calls there are in all", async () => {
    const { client, vendor } = clientOf(server, apiCalls(3));
    vendor.pageSize = 2;
    expect(await client.calls.page(range)).toMatchObject({ total: 3, nextCursor: "2", unreadable: [] });
    expect(await client.calls.page({ ...range, cursor: "2" })).toMatchObject({ total: 3, nextCursor: null });
  });

  test("A02: without a company all calls that the key sees are listed", async () => {
    const calls = [...apiCalls(2), apiCall({ key: "9" }, { company_id: "COM9" })];
    const all = createCallRailClient({ apiKey, accountId });
    const { client } = clientOf(server, calls);
    expect(await allOf(client.calls.list(range))).toHaveLength(2);
    expect(await allOf(all.calls.list(range))).toHaveLength(3);
  });

  test("A02: linked pages are followed as CallRail gives them", async () => {
    const calls = apiCalls(5);
    const { client, vendor } = clientOf(server, calls);
    vendor.pageSize = 2;
    expect(idsOf(await allOf(client.calls.list({ ...range, pages: "linked" })))).toEqual(idsOf(calls));
    expect(vendor.requests.map(({ path, query }) => [path.split("/").pop(), query["offset"], query["page"]])).toEqual([
      ["calls.json", undefined, undefined],
      ["calls", "1", undefined],
      ["calls", "2", undefined],
    ]);
    for (const { query } of vendor.requests) expect(query).toMatchObject({ relative_pagination: "true" });
  });

  test("A02: a walk stays with the pages that it began with", async () => {
    const { client, vendor } = clientOf(server);
    const link = `https://api.callrail.com/v3/a/${accountId}/calls?offset=1`;
    await expect(client.calls.page({ ...range, cursor: link })).rejects.toMatchObject({ code: "option_invalid" });
    await expect(client.calls.page({ ...range, pages: "linked", cursor: "2" })).rejects.toMatchObject({
      code: "option_invalid",
    });
    expect(vendor.requests).toEqual([]);
  });

  test.each([
    ["another host", "https://api.callrail.com.example.net/v3/a/1/calls?offset=1"],
    ["the same host without TLS", `http://api.callrail.com/v3/a/${accountId}/calls?offset=1`],
  ])("A02: the key does not follow a link to %s", async (_title, next) => {
    const { client } = clientOf(server);
    const made = answers(() => HttpResponse.json({ next_page: next, has_next_page: true, calls: [apiCall()] }));
    const listed = allOf(client.calls.list({ ...range, pages: "linked" }));
    await expect(listed).rejects.toMatchObject({ code: "url_refused" });
    expect(made.count()).toBe(1);
  });

  test("A03: one call is asked for with what lists do not have", async () => {
    const { client, vendor } = clientOf(server, apiCalls(1));
    const [call] = apiCalls(1);
    const got = await client.calls.get(String(call?.["id"]));
    expect(got.conversational_transcript).toHaveLength(5);
    expect(vendor.requests[0]?.query["fields"]?.split(",")).toContain("conversational_transcript");
    expect((await client.calls.page(range)).items[0]).not.toHaveProperty("conversational_transcript");
    expect(vendor.requests[1]?.query["fields"]?.split(",")).not.toContain("conversational_transcript");
  });

  test("A03: a call that there is not is not found", async () => {
    const { client } = clientOf(server);
    await expect(client.calls.get("CAL1")).rejects.toMatchObject({ code: "api_not_found", status: 404 });
  });

  test("A01: changes are written in CallRail's words, and what is not named is left alone", async () => {
    const { client, vendor } = clientOf(server, apiCalls(1));
    const id = String(apiCalls(1)[0]?.["id"]);
    const changed = await client.calls.update(id, {
      tags: ["Booked"],
      appendTags: true,
      note: null,
      value: 12.5,
      leadStatus: "good_lead",
      customerName: "José Nuñez",
    });
    await client.calls.update(id, { spam: true, value: "$1.00", tags: [] });
    expect(changed).toMatchObject({ id, customer_name: "José Nuñez" });
    expect(vendor.requests.map(({ method, body }) => [method, body])).toEqual([
      [
        "PUT",
        {
          tags: ["Booked"],
          append_tags: true,
          note: null,
          value: "12.50",
          lead_status: "good_lead",
          customer_name: "José Nuñez",
        },
      ],
      ["PUT", { spam: true, value: "$1.00", tags: null }],
    ]);
  });

  test("A01: appending no tags takes none away", async () => {
    const { client, vendor } = clientOf(server, apiCalls(1));
    await client.calls.update(String(apiCalls(1)[0]?.["id"]), { tags: [], appendTags: true });
    expect(vendor.requests[0]?.body).toEqual({ append_tags: true });
  });
});

describe("failures", () => {
  test("D15: a key that is not good is reported at once, by one request", async () => {
    const { client, vendor } = clientOf(server, [], { apiKey: "not-the-key" });
    const error = await failureOf(client.ping());
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: "api_unauthorized",
      status: 401,
      message: "API of callrail, ping: answered 401",
      vendorMessage: "HTTP Token: Access denied.",
      isRetryable: false,
    });
    expect(vendor.requests).toHaveLength(1);
  });

  test("D15: no failure shows the key, a number, or what the vendor said", async () => {
    const { client } = clientOf(server, [], { attempts: 1 });
    const said = "The caller +14155550199 of Token token=abc";
    for (const status of [400, 403, 404, 422, 500]) {
      answers(
        () => failure(status, said),
        () => failure(status, said),
      );
      const error = await failureOf(client.calls.page(range));
      expect(error).toMatchObject({ status, vendorMessage: said });
      for (const shown of [String(error), JSON.stringify(error), inspect(error, { depth: 9 })]) {
        expect(shown).not.toContain(apiKey);
        expect(shown).not.toContain("4155550199");
        expect(shown).not.toContain("token=abc");
      }
    }
  });

  test("D15: a network that is down shows neither the key nor the address", async () => {
    const { client } = clientOf(server, [], { attempts: 1 });
    answers(() => HttpResponse.error());
    const error = await failureOf(client.calls.get("CAL8154748ae6bd4e278a7cddd38a662f4f"));
    expect(error).toMatchObject({ code: "api_unavailable", status: null, isRetryable: true });
    expect(inspect(error, { depth: 9 })).not.toContain(apiKey);
    expect(String(error)).not.toContain("CAL8154");
  });

  test.each([
    [{ error: "No." }, "No."],
    [{ errors: ["No.", "Never."] }, '["No.","Never."]'],
    [{ message: "No." }, "No."],
    ["No.", "No."],
    [{}, null],
    [null, null],
  ])("D15: the body %j of a failure says %j", async (body, vendorMessage) => {
    const { client } = clientOf(server);
    answers(() => HttpResponse.json(body, { status: 403 }));
    expect(await failureOf(client.ping())).toMatchObject({ code: "api_forbidden", vendorMessage });
  });

  test("D15: too many requests are asked again after the time that CallRail names", async () => {
    const { client } = clientOf(server);
    const made = answers(() => HttpResponse.json({}, { status: 429, headers: { "retry-after": "1" } }));
    const startMs = performance.now();
    await client.ping();
    expect(performance.now() - startMs).toBeGreaterThan(950);
    expect(made.count()).toBe(2);
  });

  test("D15: who is to wait for an hour is told so, and nothing is asked again", async () => {
    const { client } = clientOf(server);
    const made = answers(() => HttpResponse.json({}, { status: 429, headers: { "retry-after": "3600" } }));
    expect(await failureOf(client.ping())).toMatchObject({ code: "api_rate_limited", retryAfterMs: 3_600_000 });
    expect(made.count()).toBe(1);
  });

  test("D15: CallRail documents no time to wait; then a short pause is tried", async () => {
    const { client } = clientOf(server, [], { attempts: 2 });
    const made = answers(
      () => failure(429, "Too many"),
      () => failure(429, "Too many"),
    );
    expect(await failureOf(client.ping())).toMatchObject({ code: "api_rate_limited", retryAfterMs: null });
    expect(made.count()).toBe(2);
  });

  test("D15: a question is asked again after a failure of the server", async () => {
    const { client } = clientOf(server);
    const made = answers(() => failure(500, "Oops"));
    expect(await client.ping()).toMatchObject({ id: accountId });
    expect(made.count()).toBe(2);
  });

  test("D15: a change is not, because it may have been made", async () => {
    const { client } = clientOf(server, apiCalls(1));
    const made = answers(() => failure(500, "Oops"));
    const changed = client.calls.update(String(apiCalls(1)[0]?.["id"]), { note: "Call back." });
    await expect(changed).rejects.toMatchObject({ code: "api_unavailable", status: 500 });
    expect(made.count()).toBe(1);
  });

  test("D15: an answer that does not come is not waited for", async () => {
    const { client } = clientOf(server, [], { timeoutMs: 30, attempts: 1 });
    answers(async () => {
      await delay(2_000);
      return HttpResponse.json({});
    });
    expect(await failureOf(client.ping())).toMatchObject({
      code: "api_unavailable",
      message: "API of callrail, ping: no answer in time",
    });
  });

  test.each([
    ["no JSON", () => HttpResponse.text("<html>")],
    ["a list", () => HttpResponse.json([])],
    ["no list", () => HttpResponse.json({ total_pages: 1, total_records: 0 })],
    ["no number of pages", () => HttpResponse.json({ calls: [] })],
    ["a number of pages that is none", () => HttpResponse.json({ calls: [], total_pages: "many" })],
  ])("D15: a page with %s is malformed", async (_title, answer) => {
    const { client } = clientOf(server);
    answers(answer);
    expect(await failureOf(client.calls.page(range))).toMatchObject({ code: "api_malformed" });
  });

  test.each([
    ["no word on a next page", { calls: [] }],
    ["a next page without a link", { calls: [], has_next_page: true, next_page: null }],
    ["a link that is none", { calls: [], has_next_page: true, next_page: "calls?offset=1" }],
  ])("D15: a linked page with %s is malformed", async (_title, body) => {
    const { client } = clientOf(server);
    answers(() => HttpResponse.json(body));
    expect(await failureOf(client.calls.page({ ...range, pages: "linked" }))).toMatchObject({ code: "api_malformed" });
  });

  test("D15: a link that leads to itself ends the walk", async () => {
    const { client } = clientOf(server);
    const next_page = `https://api.callrail.com/v3/a/${accountId}/calls?offset=1`;
    const page = () => HttpResponse.json({ calls: [], has_next_page: true, next_page });
    const made = answers(page, page, page);
    const listed = allOf(client.calls.list({ ...range, pages: "linked" }));
    await expect(listed).rejects.toMatchObject({ code: "api_malformed" });
    expect(made.count()).toBe(2);
  });

  test("D15: a call that cannot be read costs only itself", async () => {
    const [first, second] = apiCalls(2);
    const { client } = clientOf(server, [first ?? {}, { ...second, id: null }, ...apiCalls(3).slice(2)]);
    const page = await client.calls.page(range);
    expect(page.items).toHaveLength(2);
    expect(page.unreadable).toEqual(["list calls: item 1 is not as documented"]);
    const seen: unknown[] = [];
    const listed = (async () => {
      for await (const call of client.calls.list(range)) seen.push(call.id);
    })();
    await expect(listed).rejects.toMatchObject({ code: "api_malformed" });
    expect(seen).toHaveLength(2);
  });

  test("D15: a member of another type costs only itself", async () => {
    const { client } = clientOf(server, [apiCall({}, { duration: ["61"], note: 7, answered: "true" })]);
    const [call] = (await client.calls.page(range)).items;
    expect(call).toMatchObject({ duration: undefined, note: undefined, answered: true, call_type: "answered" });
  });

  test("D15: an answer that is no call is malformed", async () => {
    const { client } = clientOf(server);
    answers(() => HttpResponse.json({ id: "COM1" }));
    expect(await failureOf(client.calls.get("CAL1"))).toMatchObject({ code: "api_malformed" });
  });
});

test.each([[{ hello: 1 }], [[]], ["pong"], [null]])("A04, D15: %j is no answer to a ping", async (answer) => {
  const { client } = clientOf(server);
  answers(() => HttpResponse.json(answer));
  await expect(client.ping()).rejects.toMatchObject({ code: "api_malformed", provider: "callrail" });
});
