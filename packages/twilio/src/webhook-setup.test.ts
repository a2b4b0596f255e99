import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTwilioClient } from "./create-client.ts";
import { authToken, failure, madeUpTwilio, type TwilioWorld } from "./fixtures/api.ts";
import {
  accountPath,
  accountSid,
  applicationJson,
  applicationSid,
  numberJson,
  type Json,
} from "./fixtures/api-records.ts";

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const url = "https://app.example.com/api/webhooks/twilio";
const elsewhere = "https://old.example.com/hook";

function clientOf(content: Partial<TwilioWorld>) {
  const { handlers, seen, world } = madeUpTwilio(content);
  server.use(...handlers);
  return {
    client: createTwilioClient({ accountSid, authToken }),
    world,
    /** What was changed. */
    changes: () => seen.filter(({ method }) => method !== "GET").map(({ path, form }) => [path, form]),
  };
}

const number = (key: string, callback: string, more: Json = {}): Json =>
  numberJson(key, { status_callback: callback, ...more });
const form = { StatusCallback: url, StatusCallbackMethod: "POST" };
const pathOfNumber = (key: string): string =>
  `${accountPath}/IncomingPhoneNumbers/${String(numberJson(key)["sid"])}.json`;

describe("M05: the callbacks of numbers", () => {
  test("are set where there are none, left where they are right, and reported where they go elsewhere", async () => {
    const { client, changes } = clientOf({
      numbers: [number("1", ""), number("2", url), number("3", elsewhere)],
      mostPerPage: 2,
    });
    expect(await client.webhooks.setup({ url })).toEqual([
      { name: "+14155550101", state: "set", url },
      { name: "+14155550102", state: "unchanged", url },
      { name: "+14155550103", state: "kept", url: elsewhere },
    ]);
    expect(changes()).toEqual([[pathOfNumber("1"), form]]);
  });

  test("an empty text for the application or the trunk means none", async () => {
    const { client } = clientOf({ numbers: [number("1", "", { voice_application_sid: "", trunk_sid: "" })] });
    expect(await client.webhooks.setup({ url })).toMatchObject([{ name: "+14155550101", state: "set" }]);
  });

  test("set twice is unchanged the second time", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", "")] });
    expect(await client.webhooks.setup({ url })).toMatchObject([{ state: "set" }]);
    expect(await client.webhooks.setup({ url })).toMatchObject([{ state: "unchanged" }]);
    expect(changes()).toHaveLength(1);
  });

  test("are replaced where that is asked for", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", elsewhere)] });
    expect(await client.webhooks.setup({ url, replace: true })).toEqual([{ name: "+14155550101", state: "set", url }]);
    expect(changes()).toEqual([[pathOfNumber("1"), form]]);
  });

  test("go by POST", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", url, { status_callback_method: "GET" })] });
    expect(await client.webhooks.setup({ url })).toMatchObject([{ state: "set" }]);
    expect(changes()).toEqual([[pathOfNumber("1"), form]]);
  });

  test("keep the connection overrides that somebody wrote behind the address", async () => {
    const withOverrides = `${url}#rc=3&rp=ct,5xx`;
    const { client, changes } = clientOf({
      numbers: [number("1", withOverrides), number("2", withOverrides, { status_callback_method: "GET" })],
    });
    expect(await client.webhooks.setup({ url })).toEqual([
      { name: "+14155550101", state: "unchanged", url: withOverrides },
      { name: "+14155550102", state: "set", url: withOverrides },
    ]);
    expect(changes()).toEqual([[pathOfNumber("2"), { ...form, StatusCallback: withOverrides }]]);
  });

  test("get the connection overrides that are asked for, which is no replacement", async () => {
    const withOverrides = `${url}#rc=3&rp=ct,5xx`;
    const { client } = clientOf({
      numbers: [number("1", url), number("2", `${url}#rc=1`), number("3", withOverrides)],
    });
    expect((await client.webhooks.setup({ url: withOverrides })).map(({ state }) => state)).toEqual([
      "set",
      "set",
      "unchanged",
    ]);
  });

  test("only those of the numbers that are named", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", ""), number("2", "")] });
    expect(await client.webhooks.setup({ url, numbers: ["+14155550102"] })).toMatchObject([{ name: "+14155550102" }]);
    expect(changes()).toEqual([[pathOfNumber("2"), form]]);
  });

  test("not those of numbers that take no calls", async () => {
    const { client } = clientOf({ numbers: [number("1", "", { capabilities: { voice: false, sms: true } })] });
    expect(await client.webhooks.setup({ url })).toEqual([]);
  });

  test("not those of a SIP trunk, which has none", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", url, { trunk_sid: "TK1" })] });
    expect(await client.webhooks.setup({ url, replace: true })).toMatchObject([
      { name: expect.stringContaining("+14155550101, on a SIP trunk"), state: "kept" },
    ]);
    expect(changes()).toEqual([]);
  });

  test("are set once more where the first time was not heard", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", "")] });
    let count = 0;
    server.use(
      http.post("https://api.twilio.com/*", () => {
        count += 1;
        const { answer, status } = failure(503, 20503, "Service unavailable");
        return count === 1 ? HttpResponse.json(answer as Json, { status, headers: { "retry-after": "0" } }) : undefined;
      }),
    );
    expect(await client.webhooks.setup({ url })).toMatchObject([{ state: "set" }]);
    expect(count).toBe(2);
    expect(changes()).toHaveLength(1);
  });
});

describe("M05: the callbacks of applications", () => {
  const behind = (key: string): Json => number(key, elsewhere, { voice_application_sid: applicationSid("1") });
  const path = `${accountPath}/Applications/${applicationSid("1")}.json`;

  test("take the place of those of their numbers, and are set once", async () => {
    const { client, changes } = clientOf({ numbers: [behind("1"), behind("2")], applications: [applicationJson("1")] });
    expect(await client.webhooks.setup({ url })).toEqual([{ name: "application Front desk", state: "set", url }]);
    expect(changes()).toEqual([[path, form]]);
  });

  test("are kept where they go elsewhere, until told otherwise", async () => {
    const applications = [applicationJson("1", { status_callback: elsewhere, friendly_name: null })];
    const { client, changes } = clientOf({ numbers: [behind("1")], applications });
    const name = `application ${applicationSid("1")}`;
    expect(await client.webhooks.setup({ url })).toEqual([{ name, state: "kept", url: elsewhere }]);
    expect(changes()).toEqual([]);
    expect(await client.webhooks.setup({ url, replace: true })).toEqual([{ name, state: "set", url }]);
  });

  test("one that is not as documented is api_malformed", async () => {
    const { client } = clientOf({ numbers: [behind("1")] });
    server.use(http.get(`https://api.twilio.com${path}`, () => HttpResponse.json({ sid: null })));
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_malformed" });
  });
});
