import { ApiError, ConfigurationError } from "@offhook/core";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
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
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

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
const json = ({ answer, status }: ReturnType<typeof failure>): Response =>
  HttpResponse.json(answer as Json, { status }); // a failure is a record
const form = { StatusCallback: url, StatusCallbackMethod: "POST" };
const pathOfNumber = (key: string): string =>
  `${accountPath}/IncomingPhoneNumbers/${String(numberJson(key)["sid"])}.json`;

describe("A05, M05: the callbacks of numbers", () => {
  test("are set where there are none, left where they are right, and reported where they go elsewhere", async () => {
    const { client, changes } = clientOf({
      numbers: [number("1", ""), number("2", url), number("3", elsewhere)],
      mostPerPage: 2,
    });
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [
        { name: "+14155550101", state: "set", url },
        { name: "+14155550102", state: "unchanged", url },
        { name: "+14155550103", state: "kept", url: elsewhere },
      ],
    });
    expect(changes()).toEqual([[pathOfNumber("1"), form]]);
  });

  test("an empty text for the application or the trunk means none", async () => {
    const { client } = clientOf({ numbers: [number("1", "", { voice_application_sid: "", trunk_sid: "" })] });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ name: "+14155550101", state: "set" }] });
  });

  test("set twice is unchanged the second time", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", "")] });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "set" }] });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "unchanged" }] });
    expect(changes()).toHaveLength(1);
  });

  test("are replaced where that is asked for", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", elsewhere)] });
    expect(await client.webhooks.setup({ url, replace: true })).toEqual({
      targets: [{ name: "+14155550101", state: "set", url }],
    });
    expect(changes()).toEqual([[pathOfNumber("1"), form]]);
  });

  test("go by POST", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", url, { status_callback_method: "GET" })] });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "set" }] });
    expect(changes()).toEqual([[pathOfNumber("1"), form]]);
  });

  test("keep the connection overrides that somebody wrote behind the address", async () => {
    const withOverrides = `${url}#rc=3&rp=ct,5xx`;
    const { client, changes } = clientOf({
      numbers: [number("1", withOverrides), number("2", withOverrides, { status_callback_method: "GET" })],
    });
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [
        { name: "+14155550101", state: "unchanged", url: withOverrides },
        { name: "+14155550102", state: "set", url: withOverrides },
      ],
    });
    expect(changes()).toEqual([[pathOfNumber("2"), { ...form, StatusCallback: withOverrides }]]);
  });

  test("get the connection overrides that are asked for, which is no replacement", async () => {
    const withOverrides = `${url}#rc=3&rp=ct,5xx`;
    const { client } = clientOf({
      numbers: [number("1", url), number("2", `${url}#rc=1`), number("3", withOverrides)],
    });
    expect((await client.webhooks.setup({ url: withOverrides })).targets.map(({ state }) => state)).toEqual([
      "set",
      "set",
      "unchanged",
    ]);
  });

  test("only those of the numbers that are named", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", ""), number("2", "")] });
    expect(await client.webhooks.setup({ url, numbers: ["+14155550102"] })).toMatchObject({
      targets: [{ name: "+14155550102" }],
    });
    expect(changes()).toEqual([[pathOfNumber("2"), form]]);
  });

  test("a number that the account does not have is said before anything is set, by how many there are", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", "")] });
    const numbers = ["+14155550101", "+14155550109", "+1 415 555 0101", "+14155550109"];
    const error: unknown = await client.webhooks.setup({ url, numbers }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "option_invalid" });
    expect(String(error)).toContain("got 2 of 3 that it does not have");
    expect(String(error)).not.toContain("415");
    expect(changes()).toEqual([]);
  });

  test("not those of numbers that take no calls, which is said of those that are named", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", "", { capabilities: { voice: false, sms: true } })] });
    expect(await client.webhooks.setup({ url })).toEqual({ targets: [] });
    expect(await client.webhooks.setup({ url, numbers: ["+14155550101"] })).toEqual({
      targets: [{ name: "+14155550101, which takes no calls", state: "kept", url: "" }],
    });
    expect(changes()).toEqual([]);
  });

  test("one that Twilio refuses is kept and says why, and the others are set", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", ""), number("2", elsewhere), number("3", "")] });
    const refusal = failure(400, 21402, "Url is not valid for +14155550102");
    server.use(http.post(`https://api.twilio.com${pathOfNumber("2")}`, () => json(refusal)));
    expect(await client.webhooks.setup({ url, replace: true })).toEqual({
      targets: [
        { name: "+14155550101", state: "set", url },
        {
          name: "+14155550102, not set: api_rejected",
          state: "kept",
          url: elsewhere,
        },
        { name: "+14155550103", state: "set", url },
      ],
    });
    expect(changes().map(([path]) => path)).toEqual([pathOfNumber("1"), pathOfNumber("3")]);
  });

  test.each([
    [401, 20003, "api_unauthorized"],
    [403, 20403, "api_forbidden"],
    [429, 20429, "api_rate_limited"],
    [503, 20503, "api_unavailable"],
  ])("status %i ends it, with how many were set before", async (status, vendorCode, code) => {
    const { changes } = clientOf({ numbers: [number("1", url), number("2", ""), number("3", ""), number("4", "")] });
    const client = createTwilioClient({ accountSid, authToken, attempts: 1 });
    const refusal = failure(status, vendorCode, "No");
    server.use(http.post(`https://api.twilio.com${pathOfNumber("3")}`, () => json(refusal)));
    const error: unknown = await client.webhooks.setup({ url }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code, status, vendorCode: String(vendorCode), provider: "twilio" });
    expect(error).toMatchObject({
      message: `API of twilio, set status callback: answered ${status}, code ${vendorCode}; 1 of 4 targets were set before`,
    });
    expect(changes().map(([path]) => path)).toEqual([pathOfNumber("2")]);
  });

  test("a key that may not is the error, after one request, and not a number that is kept", async () => {
    const { client } = clientOf({ numbers: [number("1", ""), number("2", ""), number("3", elsewhere)] });
    let asked = 0;
    server.use(
      http.post("https://api.twilio.com/*", () => {
        asked += 1;
        return json(failure(403, 20403, "Forbidden"));
      }),
    );
    const error: unknown = await client.webhooks.setup({ url, replace: true }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    // Where none was set there is nothing to say.
    expect(error).toMatchObject({
      code: "api_forbidden",
      message: "API of twilio, set status callback: answered 403, code 20403",
    });
    expect(asked).toBe(1);
  });

  test("where all are refused, the first refusal is the error", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", ""), number("2", elsewhere), number("3", url)] });
    const codes = [21402, 21403];
    server.use(http.post("https://api.twilio.com/*", () => json(failure(400, codes.shift() ?? 0, "Url is not valid"))));
    const numbers = ["+14155550101", "+14155550102"];
    const refused: unknown = await client.webhooks
      .setup({ url, numbers, replace: true })
      .catch((reason: unknown) => reason);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ code: "api_rejected", status: 400, vendorCode: "21402" });
    expect(changes()).toEqual([]);
    // One that is as it should be is something else.
    codes.push(21402, 21402);
    expect(await client.webhooks.setup({ url, replace: true })).toEqual({
      targets: [
        { name: "+14155550101, not set: api_rejected", state: "kept", url: "" },
        { name: "+14155550102, not set: api_rejected", state: "kept", url: elsewhere },
        { name: "+14155550103", state: "unchanged", url },
      ],
    });
  });

  test("not those of a SIP trunk, which has none", async () => {
    const { client, changes } = clientOf({ numbers: [number("1", url, { trunk_sid: "TK1" })] });
    expect(await client.webhooks.setup({ url, replace: true })).toMatchObject({
      targets: [{ name: expect.stringContaining("+14155550101, on a SIP trunk"), state: "kept" }],
    });
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
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "set" }] });
    expect(count).toBe(2);
    expect(changes()).toHaveLength(1);
  });
});

describe("A05, M05: the callbacks of applications", () => {
  const behind = (key: string): Json => number(key, elsewhere, { voice_application_sid: applicationSid("1") });
  const path = `${accountPath}/Applications/${applicationSid("1")}.json`;

  test("take the place of those of their numbers, and are set once", async () => {
    const { client, changes } = clientOf({ numbers: [behind("1"), behind("2")], applications: [applicationJson("1")] });
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: "application Front desk", state: "set", url }],
    });
    expect(changes()).toEqual([[path, form]]);
  });

  test("are kept where they go elsewhere, until told otherwise", async () => {
    const applications = [applicationJson("1", { status_callback: elsewhere, friendly_name: null })];
    const { client, changes } = clientOf({ numbers: [behind("1")], applications });
    const name = `application ${applicationSid("1")}`;
    expect(await client.webhooks.setup({ url })).toEqual({ targets: [{ name, state: "kept", url: elsewhere }] });
    expect(changes()).toEqual([]);
    expect(await client.webhooks.setup({ url, replace: true })).toEqual({ targets: [{ name, state: "set", url }] });
  });

  test("are kept where other numbers than those that were named stand behind them", async () => {
    const numbers = [behind("1"), behind("2"), number("3", ""), behind("4")];
    const { client, changes } = clientOf({ numbers, applications: [applicationJson("1")] });
    const named = ["+14155550101", "+14155550103"];
    expect(await client.webhooks.setup({ url, numbers: named, replace: true })).toEqual({
      targets: [
        { name: "application Front desk, which stands before numbers that were not named: 2", state: "kept", url: "" },
        { name: "+14155550103", state: "set", url },
      ],
    });
    expect(changes()).toEqual([[pathOfNumber("3"), form]]);
    const all = [...named, "+14155550102", "+14155550104"];
    expect(await client.webhooks.setup({ url, numbers: all })).toMatchObject({
      targets: [
        { name: "application Front desk", state: "set" },
        { name: "+14155550103", state: "unchanged" },
      ],
    });
    expect(await client.webhooks.setup({ url, numbers: named })).toMatchObject({
      targets: [
        { name: "application Front desk", state: "unchanged" },
        { name: "+14155550103", state: "unchanged" },
      ],
    });
  });

  test("are those of the numbers whose calls they get: of none on a trunk or without calls", async () => {
    const numbers = [
      behind("1"),
      { ...behind("2"), trunk_sid: "TK1" },
      { ...behind("3"), capabilities: { voice: false } },
    ];
    const { client } = clientOf({ numbers, applications: [applicationJson("1")] });
    expect(await client.webhooks.setup({ url, numbers: ["+14155550101"] })).toMatchObject({
      targets: [{ state: "set" }],
    });
  });

  test("one that is missing, or not as documented, is kept and says so, and the others are set", async () => {
    const { client, changes } = clientOf({ numbers: [behind("1"), number("2", "")] });
    const name = `application ${applicationSid("1")}, not set:`;
    const other = { name: "+14155550102", state: "set", url };
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: `${name} api_not_found`, state: "kept", url: "" }, other],
    });
    expect(changes()).toEqual([[pathOfNumber("2"), form]]);
    server.use(http.get(`https://api.twilio.com${path}`, () => HttpResponse.json({ sid: null })));
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [
        { name: `${name} api_malformed`, state: "kept", url: "" },
        { ...other, state: "unchanged" },
      ],
    });
  });

  test("one that is missing is the error where there is nothing else, and so is a key that may not read it", async () => {
    const { client, changes } = clientOf({ numbers: [behind("1")] });
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_not_found", vendorCode: "20404" });
    const other = clientOf({ numbers: [number("2", ""), behind("1"), number("3", "")] });
    server.use(http.get(`https://api.twilio.com${path}`, () => json(failure(403, 20403, "Forbidden"))));
    await expect(other.client.webhooks.setup({ url })).rejects.toMatchObject({
      code: "api_forbidden",
      message: "API of twilio, get application: answered 403, code 20403; 1 of 3 targets were set before",
    });
    expect([changes(), other.changes()]).toEqual([[], [[pathOfNumber("2"), form]]]);
  });
});
