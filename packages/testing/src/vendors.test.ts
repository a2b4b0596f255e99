import { isRecord } from "@offhook/core";
import { describe, expect, test } from "vitest";
import {
  fakeCallRail,
  fakeConvoso,
  fakeElevenLabs,
  fakeRetell,
  fakeTwilio,
  vendorFetch,
  type FakeVendor,
} from "./vendors.ts";

const at = (time: string): number => Date.parse(time);
const now = () => at("2026-11-20T12:00:00Z");

interface Asked extends RequestInit {
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

/** What a vendor answers, as JSON. */
async function ask(vendor: FakeVendor, url: string, { json, form, ...init }: Asked = {}) {
  const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
  const response = await vendorFetch([vendor])(url, {
    ...init,
    ...(body === undefined ? {} : { method: init.method ?? "POST", body }),
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: isRecord(answer) ? answer : {} };
}

/** Of each record in a list, the one member. */
const each = (list: unknown, name: string): readonly unknown[] =>
  Array.isArray(list) ? list.map((item: unknown) => (isRecord(item) ? item[name] : undefined)) : [];

describe("vendorFetch", () => {
  test("reaches its vendors alone, over TLS", async () => {
    const fetch = vendorFetch([fakeTwilio()]);
    await expect(fetch("https://api.retellai.com/v2/get-call/1")).rejects.toThrow(TypeError);
    await expect(fetch("http://api.twilio.com/2010-04-01/Accounts.json")).rejects.toThrow("fetch failed");
    await expect(fetch("https://api.twilio.com:8443/")).rejects.toThrow("fetch failed");
    expect((await fetch("https://api.twilio.com/")).status).toBe(401);
  });

  test("asks nobody once it is aborted", async () => {
    const vendor = fakeTwilio();
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(vendorFetch([vendor])("https://api.twilio.com/", { signal })).rejects.toBe(reason);
    expect(vendor.requests).toBe(0);
  });

  test("follows redirects to another host without credentials, and only where it may", async () => {
    const vendor = fakeTwilio();
    const sid = vendor.add({ key: "1" }).replace("CA", "RE");
    const { accountSid, authToken } = vendor.clientOptions;
    const url = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}.mp3`;
    const headers = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`, range: "bytes=0-3" };
    const fetch = vendorFetch([vendor]);
    const followed = await fetch(url, { headers });
    expect([followed.status, [...(await followed.bytes())]]).toEqual([206, [0xff, 0xf3, 0x18, 0xc4]]);

    const { status, headers: redirect } = await fetch(url, { headers, redirect: "manual" });
    expect(status).toBe(302);
    const storage = redirect.get("location") ?? "";
    expect((await fetch(storage, { headers })).status).toBe(400);
    expect((await fetch(storage.replace(/Signature=.*/, "Signature=another"))).status).toBe(403);
    await expect(fetch(url, { headers, redirect: "error" })).rejects.toThrow(TypeError);
    vendor.remove(sid.replace("RE", "CA"));
    expect((await fetch(storage)).status).toBe(404);
  });
});

describe("the stand-in for Twilio", () => {
  const headersOf = ({ clientOptions: { accountSid, authToken } }: ReturnType<typeof fakeTwilio>) => ({
    authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
  });
  const base = "https://api.twilio.com/2010-04-01/Accounts";

  test("lists by whole days in UTC, newest first, at most a thousand at once", async () => {
    const vendor = fakeTwilio({ accountSid: "AC1" });
    // Answered four seconds later.
    vendor.add({ key: "1", startMs: at("2026-11-18T23:59:55Z") });
    const second = vendor.add({ key: "2", startMs: at("2026-11-18T23:59:56Z") });
    const third = vendor.add({ key: "3", startMs: at("2026-11-19T23:59:55Z") });
    vendor.add({ key: "4", startMs: at("2026-11-19T23:59:56Z") });
    const query = "StartTime%3E=2026-11-19T15:00:00Z&StartTime%3C=2026-11-20&PageSize=5000";
    const { body } = await ask(vendor, `${base}/AC1/Calls.json?${query}`, { headers: headersOf(vendor) });
    expect(each(body["calls"], "sid")).toEqual([third, second]);
    expect(body).toMatchObject({ page: 0, page_size: 1000, next_page_uri: null });
  });

  test("says why it refuses", async () => {
    const vendor = fakeTwilio({ accountSid: "AC1" });
    const headers = headersOf(vendor);
    expect(await ask(vendor, `${base}/AC1.json`)).toMatchObject({ status: 401, body: { code: 20003, status: 401 } });
    expect(await ask(vendor, `${base}/AC1/Calls/CA1.json`, { headers })).toMatchObject({
      status: 404,
      body: { code: 20404, message: expect.stringContaining("/Calls/CA1.json was not found") },
    });
    expect((await ask(vendor, `${base}/AC1/Calls.json?PageToken=PA1`, { headers })).status).toBe(400);
    expect((await ask(vendor, `${base}/AC2/Calls.json`, { headers })).status).toBe(404);
  });
});

describe("the stand-in for CallRail", () => {
  const headers = { authorization: 'Token token="fake-callrail-key"' };
  const base = "https://api.callrail.com/v3/a/ACC1";
  const open = () => fakeCallRail({ accountId: "ACC1", now });

  test("includes the last minute and the last day, by the clock of the zone that is named", async () => {
    const vendor = open();
    const first = vendor.add({ key: "1", startMs: at("2026-11-19T15:00:00Z") });
    const second = vendor.add({ key: "2", startMs: at("2026-11-20T04:59:59.999Z") });
    vendor.add({ key: "3", startMs: at("2026-11-20T05:00:00Z") });
    const list = async (dates: string) =>
      each((await ask(vendor, `${base}/calls.json?order=asc&${dates}`, { headers })).body["calls"], "id");
    expect(await list("start_date=2026-11-19T15:00&end_date=2026-11-19T15:00&time_zone=Etc/UTC")).toEqual([first]);
    const day = "start_date=2026-11-19&end_date=2026-11-19&time_zone=America/New_York";
    expect(await list(day)).toEqual([first, second]);
    expect(await list(`${day}&company_id=COM1`)).toEqual([]);
    // Today and the six days before.
    expect(await list("time_zone=Etc/UTC")).toHaveLength(3);
  });

  test("has pages by number and by link", async () => {
    const vendor = open();
    const ids = ["1", "2", "3"].map((key) => vendor.add({ key, startMs: at(`2026-11-19T1${key}:00:00Z`) }));
    const numbered = await ask(vendor, `${base}/calls.json?order=asc&per_page=2&page=2`, { headers });
    expect(numbered.body).toMatchObject({ page: 2, per_page: 2, total_pages: 2, total_records: 3 });
    expect(each(numbered.body["calls"], "id")).toEqual([ids[2]]);
    const linked = await ask(vendor, `${base}/calls.json?order=asc&per_page=2&relative_pagination=true`, { headers });
    expect(each(linked.body["calls"], "id")).toEqual([ids[0], ids[1]]);
    const last = await ask(vendor, String(linked.body["next_page"]), { headers });
    expect(last.body).toMatchObject({ has_next_page: false, next_page: null });
    expect(each(last.body["calls"], "id")).toEqual([ids[2]]);
  });

  test("gives the fields that were asked for, and refuses names that it does not know", async () => {
    const vendor = open();
    const id = vendor.add({ startMs: at("2026-11-19T15:00:00Z") });
    const get = async (fields: string) => ask(vendor, `${base}/calls/${id}.json?fields=${fields}`, { headers });
    expect((await get("")).body).not.toHaveProperty("tags");
    expect((await get("tags,conversational_transcript")).body).toMatchObject({
      tags: [{ name: "Emergency" }, { name: "Booked" }],
      conversational_transcript: expect.any(Array),
    });
    expect(await get("tags,colour")).toEqual({ status: 400, body: { error: "Invalid field: colour" } });
    const listed = await ask(vendor, `${base}/calls.json?fields=conversational_transcript`, { headers });
    expect(listed.status).toBe(400);
  });

  test("changes calls, hides spam, and has nothing older than 25 months", async () => {
    const vendor = open();
    const id = vendor.add({ startMs: at("2026-11-19T15:00:00Z") });
    const put = async (json: unknown) => ask(vendor, `${base}/calls/${id}.json`, { method: "PUT", json, headers });
    await put({ tags: ["Late"], append_tags: true, note: "Called back." });
    const { body } = await ask(vendor, `${base}/calls/${id}.json?fields=tags,note`, { headers });
    expect(body["note"]).toBe("Called back.");
    expect(each(body["tags"], "name")).toEqual(["Emergency", "Booked", "Late"]);
    expect((await put({ spam: true })).status).toBe(200);
    expect(await ask(vendor, `${base}/calls/${id}.json`, { headers })).toMatchObject({ status: 404 });
    expect((await ask(vendor, `${base}/calls.json?start_date=2024-10-01`, { headers })).status).toBe(400);
    expect((await ask(vendor, `${base}.json`)).body).toEqual({ error: "HTTP Token: Access denied." });
  });
});

describe("the stand-in for ElevenLabs", () => {
  const headers = { "xi-api-key": "fake-elevenlabs-key" };
  const base = "https://api.elevenlabs.io/v1/convai/conversations";

  test("lists by whole seconds between two others, newest first unless it is asked otherwise", async () => {
    const vendor = fakeElevenLabs();
    const seconds = at("2026-11-19T15:00:00Z") / 1000;
    const [, second, third] = [0, 1, 2, 3].map((after) =>
      vendor.add({ key: String(after), startMs: (seconds + after) * 1000 + 500 }),
    );
    const between = `call_start_after_unix=${seconds}&call_start_before_unix=${seconds + 3}`;
    const list = async (query: string) =>
      each((await ask(vendor, `${base}?${query}`, { headers })).body["conversations"], "conversation_id");
    expect(await list(between)).toEqual([third, second]);
    expect(await list(`${between}&sort_direction=asc`)).toEqual([second, third]);
    expect(await list(`${between}&agent_id=another`)).toEqual([]);
  });

  test("says why it refuses", async () => {
    const vendor = fakeElevenLabs();
    expect(await ask(vendor, base)).toMatchObject({ status: 401, body: { detail: { status: "invalid_api_key" } } });
    expect(await ask(vendor, `${base}/conv_1`, { headers })).toMatchObject({ status: 404, body: { detail: {} } });
    expect(await ask(vendor, `${base}?page_size=101`, { headers })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ["query", "page_size"] }] },
    });
    expect((await ask(vendor, `${base}?cursor=another`, { headers })).status).toBe(422);
  });
});

describe("the stand-in for Retell", () => {
  const headers = { authorization: "Bearer fake-retell-key" };
  const base = "https://api.retellai.com";

  test("lists by milliseconds between two others, by start and by end, without what was said", async () => {
    const vendor = fakeRetell();
    const startMs = at("2026-11-19T15:00:00Z");
    const [, second, third] = [0, 1, 2, 3].map((after) => vendor.add({ key: String(after), startMs: startMs + after }));
    const list = async (json: object) =>
      each((await ask(vendor, `${base}/v3/list-calls`, { json, headers })).body["items"], "call_id");
    const between = (afterMs: number) => ({
      type: "range",
      op: "bt",
      value: [startMs + afterMs, startMs + afterMs + 3],
    });
    expect(await list({ filter_criteria: { start_timestamp: between(0) } })).toEqual([third, second]);
    const byEnd = { sort_order: "ascending", filter_criteria: { end_timestamp: between(61_791) } };
    expect(await list(byEnd)).toEqual([second, third]);
    expect(await list({ filter_criteria: { call_status: { value: ["not_connected"] } } })).toEqual([]);
    const { body } = await ask(vendor, `${base}/v3/list-calls`, { json: { limit: 1 }, headers });
    expect(body).toMatchObject({ has_more: true, pagination_key: expect.any(String) });
    expect(each(body["items"], "transcript")).toEqual([undefined]);
  });

  test("says why it refuses", async () => {
    const vendor = fakeRetell();
    const { body, status } = await ask(vendor, `${base}/get-api-key-info`);
    expect([status, body]).toEqual([401, { status: "error", message: "API key is missing or invalid." }]);
    expect(await ask(vendor, `${base}/v2/get-call/call_1`, { headers })).toMatchObject({ status: 422 });
    expect((await ask(vendor, `${base}/v3/list-calls`, { json: { pagination_key: "x" }, headers })).status).toBe(400);
  });
});

describe("the stand-in for Convoso", () => {
  const auth_token = "fake-convoso-token";
  const base = "https://api.convoso.com/v1";
  const retrieve = async (vendor: FakeVendor, form: Readonly<Record<string, string>>) => {
    const { body } = await ask(vendor, `${base}/log/retrieve`, { form: { auth_token, ...form } });
    return isRecord(body["data"]) ? body["data"] : body;
  };

  test("lists by what the account's clock showed, both ends included", async () => {
    const vendor = fakeConvoso({ now });
    vendor.add({ key: "1", startMs: at("2026-11-19T14:59:59.999Z") });
    const ids = ["2", "3"].map((key, index) => vendor.add({ key, startMs: at("2026-11-19T15:00:00Z") + index * 1999 }));
    vendor.add({ key: "4", startMs: at("2026-11-19T15:00:02Z") });
    const range = { start_time: "2026-11-19 10:00:00", end_time: "2026-11-19 10:00:01" };
    const { results, ...counts } = await retrieve(vendor, { ...range, order: "asc", limit: "9999" });
    expect(each(results, "id")).toEqual(ids);
    expect(each(results, "call_date")).toEqual(Object.values(range));
    expect(each(results, "recording")).toEqual([undefined, undefined]);
    expect(counts).toEqual({ offset: 0, limit: 500, total_found: "2", entries: 2 });
    // Today alone.
    expect(await retrieve(vendor, {})).toMatchObject({ total_found: "0" });
  });

  test("an hour that the clock shows twice is listed twice as full", async () => {
    const vendor = fakeConvoso({ now });
    vendor.add({ key: "1", startMs: at("2026-11-01T05:30:00Z") });
    vendor.add({ key: "2", startMs: at("2026-11-01T06:10:00Z") });
    vendor.add({ key: "3", startMs: at("2026-11-01T07:00:00Z") });
    const hour = { start_time: "2026-11-01 01:00:00", end_time: "2026-11-01 01:59:59", order: "asc" };
    const { results } = await retrieve(vendor, hour);
    expect(each(results, "call_date")).toEqual(["2026-11-01 01:10:00", "2026-11-01 01:30:00"]);
  });

  test("says most failures with 200", async () => {
    const vendor = fakeConvoso({ now });
    expect(await retrieve(vendor, { offset: "40001" })).toEqual({
      success: false,
      code: 7231,
      text: "Invalid offset value",
    });
    expect(await ask(vendor, `${base}/log/update`, { form: { auth_token, call_log_id: "1" } })).toMatchObject({
      status: 200,
      body: { success: false, code: 6033 },
    });
    expect(await ask(vendor, `${base}/log/retrieve`, { form: { auth_token: "another" } })).toMatchObject({
      status: 401,
      body: { success: false, code: 401 },
    });
  });

  test("has leads and their recordings", async () => {
    const vendor = fakeConvoso({ now });
    const id = vendor.add({ key: "1", startMs: at("2026-11-19T15:00:00Z") });
    const entries = async (path: string, form: Readonly<Record<string, string>>) => {
      const { body } = await ask(vendor, `${base}${path}`, { form: { auth_token, ...form } });
      return isRecord(body["data"]) ? body["data"]["entries"] : body;
    };
    const inserted = await ask(vendor, `${base}/leads/insert`, {
      form: { auth_token, list_id: "1", phone_number: "4155550177", first_name: "Bo" },
    });
    expect(inserted.body).toMatchObject({ success: true, data: { lead_id: expect.any(Number) } });
    expect(each(await entries("/leads/search", {}), "first_name")).toEqual(["Ana", "Bo"]);
    expect(each(await entries("/leads/search", { phone_number: "4155550177" }), "first_name")).toEqual(["Bo"]);
    const range = { start_time: "2026-11-19 00:00:00", end_time: "2026-11-20 00:00:00" };
    const recordings = await entries("/leads/get-recordings", { lead_id: "408160", ...range });
    expect(each(recordings, "url")).toEqual([`https://example.test/r/${id}.mp3`]);
    expect(await entries("/leads/search", { limit: "2001" })).toMatchObject({ success: false, code: 7230 });
  });
});
