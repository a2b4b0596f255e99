import { createTwilioClient } from "@offhook/twilio/client";
import { describe, expect, test } from "vitest";
import sdk from "twilio";

// The vendor's own SDK (npm twilio 6.2.0) is the judge of how Twilio's API is asked.

const accountSid = "AC00000000000000000000000000005a3c";
const authToken = "2f8c1d9a7b3e4f60a1b2c3d4e5f60718";
const apiKeySid = "SK00000000000000000000000000000001";
const callSid = "CA00000000000000000000000000000001";
const recordingSid = "RE00000000000000000000000000000001";
const numberSid = "PN00000000000000000000000000000001";
const applicationSid = "AP00000000000000000000000000000001";
const url = "https://app.example.com/api/webhooks/twilio";

interface Asked {
  readonly method: string;
  readonly address: string;
  readonly query: { readonly [name: string]: string };
  readonly form: { readonly [name: string]: string };
  readonly authorization: string;
}

const json = (page: object): string => JSON.stringify({ page: 0, page_size: 1, next_page_uri: null, ...page });
const path = `/2010-04-01/Accounts/${accountSid}`;
const nextPage = `${path}/Calls.json?StartTime%3E=2026-11-01&PageSize=1000&Page=1&PageToken=PA${callSid}`;

/** The same for both: two pages of calls, and a number behind an application. */
function answerTo({ address, query }: Asked): string {
  if (address.endsWith("/Calls.json")) {
    const next = query["PageToken"] === undefined ? nextPage : null;
    return json({ calls: [{ sid: callSid }], next_page_uri: next });
  }
  if (address.endsWith("/Recordings.json")) return json({ recordings: [] });
  if (address.endsWith("/IncomingPhoneNumbers.json")) {
    return json({
      incoming_phone_numbers: [{ sid: numberSid }, { sid: numberSid, voice_application_sid: applicationSid }],
    });
  }
  return JSON.stringify({ sid: /\/(\w+)\.json$/.exec(address)?.[1] });
}

const recordOf = (parameters: URLSearchParams): { [name: string]: string } => Object.fromEntries(parameters);

function ours(credentials: { authToken: string } | { apiKeySid: string; apiKeySecret: string } = { authToken }) {
  const asked: Asked[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname, searchParams } = new URL(request.url);
    const one = {
      method: request.method.toLowerCase(),
      address: `${origin}${pathname}`,
      query: recordOf(searchParams),
      form: recordOf(new URLSearchParams(await request.text())),
      authorization: request.headers.get("authorization") ?? "",
    };
    asked.push(one);
    return new Response(answerTo(one), { headers: { "content-type": "application/json" } });
  };
  return { client: createTwilioClient({ accountSid, fetch, ...credentials }), asked };
}

/** What the SDK hands to its HTTP client. */
interface SdkRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly params?: object;
  readonly data?: object;
}

function theirs(user = accountSid, password = authToken) {
  const asked: Asked[] = [];
  const request = async ({ method, uri, username = "", password: secret = "", params = {}, data = {} }: SdkRequest) => {
    const { origin, pathname, searchParams } = new URL(uri);
    const textOf = (values: object): { [name: string]: string } =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
    const one = {
      method: method.toLowerCase(),
      address: `${origin}${pathname}`,
      query: { ...recordOf(searchParams), ...textOf(params) },
      form: textOf(data),
      authorization: `Basic ${btoa(`${username}:${secret}`)}`,
    };
    asked.push(one);
    return { statusCode: 200, headers: {}, body: answerTo(one) };
  };
  // As much of an HTTP client as the SDK uses.
  return { client: sdk(user, password, { accountSid, httpClient: { request } as never }), asked };
}

/** The SDK writes the time of day as well, of which Twilio's documentation says nothing. */
const byDay = (asked: readonly Asked[]): readonly Asked[] =>
  asked.map((one) => ({
    ...one,
    query: Object.fromEntries(
      Object.entries(one.query).map(([name, value]) => [name, value.replace(/^(\d{4}-\d\d-\d\d)T00:00:00Z$/, "$1")]),
    ),
  }));

const range = { from: "2026-11-01T00:00:00.000Z", to: "2026-11-20T00:00:00.000Z" };
const days = [new Date(range.from), new Date(range.to)] as const;

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = [];
  for await (const item of items) read.push(item);
  return read;
}

describe("Twilio's SDK asks the API as we do", () => {
  test("for the calls of a range, over two pages", async () => {
    const [our, their] = [ours(), theirs()];
    expect(await all(our.client.calls.list(range))).toHaveLength(2);
    const [startTimeAfter, startTimeBefore] = days;
    expect(await their.client.calls.list({ startTimeAfter, startTimeBefore, pageSize: 1000 })).toHaveLength(2);
    expect(our.asked).toHaveLength(2);
    expect(our.asked).toEqual(byDay(their.asked));
  });

  test("for the recordings of a range, and of a call", async () => {
    const [our, their] = [ours(), theirs()];
    await our.client.recordings.page(range);
    await all(our.client.recordings.list(callSid));
    const [dateCreatedAfter, dateCreatedBefore] = days;
    await their.client.recordings.list({ dateCreatedAfter, dateCreatedBefore, pageSize: 1000 });
    await their.client.recordings.list({ callSid, pageSize: 1000 });
    expect(our.asked).toHaveLength(2);
    expect(our.asked).toEqual(byDay(their.asked));
  });

  test("for single records", async () => {
    const [our, their] = [ours(), theirs()];
    await our.client.calls.get(callSid);
    await our.client.recordings.get(recordingSid);
    await our.client.ping();
    await their.client.calls(callSid).fetch();
    await their.client.recordings(recordingSid).fetch();
    await their.client.api.v2010.accounts(accountSid).fetch();
    expect(our.asked).toHaveLength(3);
    expect(our.asked).toEqual(their.asked);
  });

  test("to set callbacks, of a number and of an application", async () => {
    const [our, their] = [ours(), theirs()];
    expect(await our.client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "set" }, { state: "set" }] });
    const callback = { statusCallback: url, statusCallbackMethod: "POST" };
    await their.client.incomingPhoneNumbers.list({ pageSize: 1000 });
    await their.client.incomingPhoneNumbers(numberSid).update(callback);
    await their.client.applications(applicationSid).fetch();
    await their.client.applications(applicationSid).update(callback);
    expect(our.asked).toHaveLength(4);
    expect(our.asked).toEqual(their.asked);
  });

  test("with an API key", async () => {
    const [our, their] = [ours({ apiKeySid, apiKeySecret: "secret" }), theirs(apiKeySid, "secret")];
    await our.client.calls.get(callSid);
    await their.client.calls(callSid).fetch();
    expect(our.asked).toEqual(their.asked);
  });
});
