import { ApiError, foldCall, type ApiPage, type Call, type Recording, type WebhookSetupResult } from "@offhook/core";
import { openDownload } from "@offhook/core/client";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createTwilioClient } from "./create-client.ts";
import { apiKeySecret, apiKeySid, authToken, madeUpTwilio, type TwilioWorld } from "./fixtures/api.ts";
import {
  accountPath,
  accountSid,
  applicationJson,
  applicationSid,
  callJson,
  callSid,
  encryptionJson,
  numberJson,
  recordingJson,
  recordingSid,
  rfc2822,
  type Json,
} from "./fixtures/api-records.ts";
import { useNetwork } from "./fixtures/network.ts";
import { twilio } from "./provider.ts";

const server = useNetwork();

function apiOf(content: Partial<TwilioWorld> = {}) {
  const { handlers, seen, world } = madeUpTwilio(content);
  server.use(...handlers);
  return { api: createTwilioClient({ accountSid, authToken, attempts: 1 }).connect(), seen, world };
}

type Api = ReturnType<typeof apiOf>["api"];

async function pagesOf(api: Api, range: { readonly from: string; readonly to: string }): Promise<ApiPage[]> {
  const pages: ApiPage[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.listCalls({ ...range, cursor });
    pages.push(page);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

/** A call that ended, as core has it. */
const callOf = (key: string): Call =>
  foldCall([
    {
      id: "evt_1",
      type: "call.ended",
      tenantId: "default",
      provider: "twilio",
      source: "webhook",
      occurredAt: "2026-11-20T10:01:05.000Z",
      receivedAt: "2026-11-20T10:01:06.000Z",
      deliveryId: null,
      references: [
        { provider: "twilio", id: callSid(key), kind: "leg" },
        { provider: "elevenlabs", id: "conv_1", kind: "session" },
      ],
      facts: { status: "completed" },
    },
  ]);

const recordingOf = (key: string): Recording => ({
  provider: "twilio",
  id: recordingSid(key),
  state: "available",
  url: `https://api.twilio.com${accountPath}/Recordings/${recordingSid(key)}`,
  channels: 2,
  durationSeconds: 58,
  expiresAt: null,
});

const today = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };

describe("what Twilio can be asked", () => {
  test("comes with a client, and without one is a missing member", () => {
    const options = { authToken, publicUrl: "https://app.example.com" };
    expect(twilio(options)).not.toHaveProperty("api");
    const { api } = twilio({ ...options, client: createTwilioClient({ accountSid, authToken }) });
    expect(api).toMatchObject({ limits: [], concurrency: 4 });
  });

  test.each([
    ["https://api.twilio.com/2010-04-01/x.mp3", true],
    ["https://media.us1.twilio.com/x", true],
    ["https://bucket.s3.amazonaws.com/x", true],
    ["https://s3.amazonaws.com/bucket/x", true],
    ["https://bucket.s3.us-east-1.amazonaws.com/x", true],
    ["https://bucket.with.dots.s3-eu-west-1.amazonaws.com/x", true],
    ["https://s3.ap-southeast-2.amazonaws.com/bucket/x", true],
    ["https://ec2-192-0-2-1.us-west-2.compute.amazonaws.com/x", false],
    ["https://abc123.execute-api.us-east-1.amazonaws.com/x", false],
    ["https://app.us-east-1.elb.amazonaws.com/x", false],
    ["https://s3.us-east-1.amazonaws.com.example.com/x", false],
    ["https://twilio.com.example.com/x", false],
  ])("A14: a recording at %s: %s", async (address, isRead) => {
    const { recordingHosts: hosts } = createTwilioClient({ accountSid, authToken }).connect();
    const fetch = async (): Promise<Response> => new Response("audio", { headers: { "content-type": "audio/mpeg" } });
    const opened = openDownload({ url: address }, { provider: "twilio", hosts, fetch });
    if (isRead) await (await opened).body.cancel();
    else await expect(opened).rejects.toMatchObject({ code: "url_refused" });
  });

  test("recordings may lie on more hosts, and on the API's own", () => {
    const baseUrl = "https://twilio.example.net";
    const { recordingHosts, fetch } = createTwilioClient({
      accountSid,
      authToken,
      baseUrl,
      fetch: globalThis.fetch,
      recordingHosts: ["calls.example.com"],
    }).connect();
    const usual = createTwilioClient({ accountSid, authToken }).connect().recordingHosts;
    expect(recordingHosts).toEqual([...usual, "twilio.example.net", "calls.example.com"]);
    expect(fetch).toBe(globalThis.fetch);
  });

  test("A04: the account by its name, or by its SID where the key may not read it", async () => {
    const { api, world } = apiOf();
    expect(await api.ping()).toEqual({ account: "Example Clinic" });
    server.use(...madeUpTwilio(world).handlers);
    const restricted = createTwilioClient({ accountSid, apiKeySid, apiKeySecret }).connect();
    expect(await restricted.ping()).toEqual({ account: accountSid });
  });
});

describe("A02, A07: listing", () => {
  test("tells all pages of calls, then all pages of their recordings", async () => {
    const { api, seen } = apiOf({
      calls: ["1", "2", "3"].map((key) => callJson(key)),
      recordings: [recordingJson("1", "1"), recordingJson("2", "1"), recordingJson("3", "3")],
      mostPerPage: 2,
    });
    const pages = await pagesOf(api, today);
    expect(pages.map(({ records }) => records.map(({ subject, reference }) => [subject, reference.id]))).toEqual([
      [
        ["call", callSid("1")],
        ["call", callSid("2")],
      ],
      [["call", callSid("3")]],
      [
        ["recording", callSid("1")],
        ["recording", callSid("1")],
      ],
      [["recording", callSid("3")]],
    ]);
    expect(pages.every(({ total, unreadable }) => total === null && unreadable.length === 0)).toBe(true);
    // Not one for each call.
    expect(seen).toHaveLength(4);
  });

  test("a range without calls is one page of each", async () => {
    const { api } = apiOf();
    expect(await pagesOf(api, today)).toMatchObject([{ records: [] }, { records: [], nextCursor: null }]);
  });

  test("a call that began before midnight is recorded after it", async () => {
    const { api } = apiOf({
      recordings: [
        recordingJson("1", "1", { date_created: rfc2822("2026-11-21T00:00:07Z") }),
        recordingJson("2", "2", { date_created: rfc2822("2026-11-22T00:00:00Z") }),
      ],
    });
    const [, page] = await pagesOf(api, today);
    expect(page?.records.map(({ reference }) => reference.id)).toEqual([callSid("1")]);
  });

  test("parents and their dialled legs are calls of their own", async () => {
    const leg = callJson("2", { parent_call_sid: callSid("1"), direction: "outbound-dial", status: "no-answer" });
    const { api } = apiOf({ calls: [callJson("1"), leg] });
    const [page] = await pagesOf(api, today);
    expect(page?.records.map(({ events }) => events[0]?.facts.parent?.id)).toEqual([undefined, callSid("1")]);
  });

  test("what cannot be read is told, and costs nothing else", async () => {
    const { api } = apiOf({
      calls: [callJson("1", { status: "teleported" }), callJson("2"), callJson("3", { sid: 1 })],
    });
    const page = await api.listCalls(today);
    expect(page.records.map(({ reference }) => reference.id)).toEqual([callSid("2")]);
    expect(page.unreadable).toEqual([
      "list calls: item 2 is not as documented",
      "list calls: the status of an item is not among those documented",
    ]);
  });

  test("recordings of conferences alone are nobody's", async () => {
    const { api } = apiOf({ recordings: [recordingJson("1", "1", { call_sid: null }), recordingJson("2", "2")] });
    const [, page] = await pagesOf(api, today);
    expect(page).toMatchObject({ records: [{ reference: { id: callSid("2") } }], unreadable: [] });
  });
});

describe("A03: one call", () => {
  test("comes with its recordings", async () => {
    const { api } = apiOf({
      calls: [callJson("1")],
      recordings: [recordingJson("1", "1"), recordingJson("2", "1"), recordingJson("3", "2")],
      mostPerPage: 1,
    });
    const record = await api.getCall(callSid("1"));
    expect(record).toMatchObject({ subject: "call", reference: { id: callSid("1") } });
    expect(record?.events.map(({ type, facts }) => [type, facts.recordings?.[0]?.id])).toEqual([
      ["call.ended", undefined],
      ["call.recorded", recordingSid("1")],
      ["call.recorded", recordingSid("2")],
    ]);
  });

  test("that Twilio does not know is undefined", async () => {
    const { api, seen } = apiOf();
    expect(await api.getCall(callSid("1"))).toBeUndefined();
    expect(seen).toHaveLength(1);
  });

  test.each(["conv_1", "", "CA1", `${callSid("1")}/Recordings`])("%j is no call of Twilio's", async (id) => {
    const { api, seen } = apiOf();
    expect(await api.getCall(id)).toBeUndefined();
    expect(seen).toEqual([]);
  });

  test("in a state that nobody documents is a failure", async () => {
    const { api } = apiOf({ calls: [callJson("1", { status: "teleported" })] });
    await expect(api.getCall(callSid("1"))).rejects.toMatchObject({ code: "api_malformed" });
  });

  test("any other failure is one", async () => {
    server.use(http.get("https://api.twilio.com/*", () => HttpResponse.json({ code: 20003 }, { status: 401 })));
    const api = createTwilioClient({ accountSid, authToken }).connect();
    await expect(api.getCall(callSid("1"))).rejects.toMatchObject({ code: "api_unauthorized" });
  });
});

describe("A14: what became of a recording", () => {
  const find = async (recordings: readonly Json[]) => apiOf({ recordings }).api.findRecording!(callOf("1"));

  test("there is none", async () => {
    expect(await find([recordingJson("1", "2")])).toBe("none");
  });

  test.each(["in-progress", "paused", "stopped", "processing"])("%s: later", async (status) => {
    expect(await find([recordingJson("1", "1"), recordingJson("2", "1", { status })])).toBe("later");
  });

  test("it is there", async () => {
    expect(await find([recordingJson("1", "1"), recordingJson("2", "1")])).toMatchObject({
      type: "call.recorded",
      references: [{ provider: "twilio", id: callSid("1") }],
      facts: { recordings: [{ id: recordingSid("1"), state: "available" }, { id: recordingSid("2") }] },
    });
  });

  test("all of them came to nothing", async () => {
    const found = await find([
      recordingJson("1", "1", { status: "absent", error_code: 16101 }),
      recordingJson("2", "1", { status: "deleted" }),
    ]);
    expect(found).toMatchObject({
      facts: { recordings: [{ state: "empty" }, { state: "expired" }], outcome: undefined },
    });
  });
});

describe("A14: where a recording is", () => {
  const locate = async (recordings: readonly Json[]) =>
    apiOf({ recordings }).api.locateRecording!(recordingOf("1"), callOf("1"));
  const url = `https://api.twilio.com${accountPath}/Recordings/${recordingSid("1")}.mp3`;
  const headers = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };

  test("at Twilio, with credentials, and with both sides apart where they were recorded so", async () => {
    expect(await locate([recordingJson("1", "1", { channels: 1 })])).toEqual({ url, headers });
    expect(await locate([recordingJson("1", "1")])).toEqual({ url: `${url}?RequestedChannels=2`, headers });
    expect(await locate([recordingJson("1", "1", { media_url: null, channels: 1 })])).toEqual({ url, headers });
  });

  test("in another region, where that is asked", async () => {
    const regional = "https://api.dublin.ie1.twilio.com";
    server.use(http.get(`${regional}/*`, () => HttpResponse.json(recordingJson("1", "1", { channels: 1 }))));
    const api = createTwilioClient({ accountSid, authToken, baseUrl: `${regional}/` }).connect();
    expect(await api.locateRecording!(recordingOf("1"), callOf("1"))).toEqual({
      url: url.replace("https://api.twilio.com", regional),
      headers,
    });
  });

  test("in the account's own storage, which learns no credentials of Twilio's", async () => {
    const media = "https://recordings-of-acme.s3.us-east-1.amazonaws.com/calls/1.wav";
    expect(await locate([recordingJson("1", "1", { media_url: media })])).toEqual({ url: media });
    const lookalike = "https://api.twilio.com.example.com/1.wav";
    expect(await locate([recordingJson("1", "1", { media_url: lookalike })])).toEqual({ url: lookalike });
  });

  test.each(["in-progress", "paused", "stopped", "processing"])("%s: later", async (status) => {
    expect(await locate([recordingJson("1", "1", { status })])).toBe("later");
  });

  test.each(["absent", "deleted"])("%s: gone", async (status) => {
    expect(await locate([recordingJson("1", "1", { status })])).toBe("gone");
  });

  test("deleted for good: gone", async () => {
    expect(await locate([recordingJson("2", "1")])).toBe("gone");
  });

  test("encrypted with the account's own key: an error that says so", async () => {
    const error: unknown = await locate([recordingJson("1", "1", { encryption_details: encryptionJson })]).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "api_rejected", isRetryable: false });
    expect(String(error)).toContain("only the account's own key decrypts");
  });

  test("any other failure is one", async () => {
    server.use(http.get("https://api.twilio.com/*", () => new HttpResponse(null, { status: 503 })));
    const api = createTwilioClient({ accountSid, authToken, attempts: 1 }).connect();
    await expect(api.locateRecording!(recordingOf("1"), callOf("1"))).rejects.toMatchObject({
      code: "api_unavailable",
    });
  });
});

/** As Twilio's callbacks have them behind their address, where it is neither sent nor signed. */
const retries = "#rc=3&rp=ct,5xx";

describe("A05, M05: setup", () => {
  test.each([
    ["https://app.example.com", undefined, "https://app.example.com/api/webhooks/twilio"],
    ["https://app.example.com/", undefined, "https://app.example.com/api/webhooks/twilio"],
    ["https://app.example.com", "/hooks", "https://app.example.com/hooks/twilio"],
    ["https://app.example.com", "", "https://app.example.com/twilio"],
  ])("of %s with the prefix %j", async (publicUrl, prefix, url) => {
    const { api, seen } = apiOf({ numbers: [numberJson("1")] });
    const result = await api.setupWebhook!({ publicUrl, ...(prefix === undefined ? {} : { prefix }) });
    const withRetries = `${url}${retries}`;
    expect(result).toEqual({ targets: [{ name: "+14155550101", state: "set", url: withRetries }] });
    expect(seen.at(-1)?.form).toEqual({ StatusCallback: withRetries, StatusCallbackMethod: "POST" });
  });

  test("makes Twilio try again, also where our address stood without that: it is ours, so nothing is replaced", async () => {
    const ours = "https://app.example.com/api/webhooks/twilio";
    const { api, seen } = apiOf({
      numbers: ["", ours, `${ours}#rc=5&rp=all`, `${ours}${retries}`, `${ours}#`].map((callback, index) =>
        numberJson(String(index + 1), { status_callback: callback }),
      ),
    });
    const setup = { publicUrl: "https://app.example.com" };
    const targets = [
      ["set", `${ours}${retries}`],
      ["set", `${ours}${retries}`],
      ["unchanged", `${ours}#rc=5&rp=all`],
      ["unchanged", `${ours}${retries}`],
      ["set", `${ours}${retries}`],
    ];
    const stateAndUrl = ({ targets: all }: WebhookSetupResult) => all.map(({ state, url }) => [state, url]);
    expect(stateAndUrl(await api.setupWebhook!(setup))).toEqual(targets);
    expect(seen.filter(({ method }) => method === "POST")).toHaveLength(3);
    expect(stateAndUrl(await api.setupWebhook!(setup))).toEqual(targets.map(([, url]) => ["unchanged", url]));
    expect(seen.filter(({ method }) => method === "POST")).toHaveLength(3);
  });

  test("turns a callback by GET into one by POST, and leaves its own retries", async () => {
    const ours = "https://app.example.com/api/webhooks/twilio#rc=1";
    const { api, seen } = apiOf({
      numbers: [numberJson("1", { status_callback: ours, status_callback_method: "GET" })],
    });
    const { targets } = await api.setupWebhook!({ publicUrl: "https://app.example.com" });
    expect(targets).toMatchObject([{ state: "set", url: ours }]);
    expect(seen.at(-1)?.form).toEqual({ StatusCallback: ours, StatusCallbackMethod: "POST" });
  });

  test("gives an application the retries as well", async () => {
    const { api } = apiOf({
      numbers: [numberJson("1", { voice_application_sid: applicationSid("1") })],
      applications: [applicationJson("1")],
    });
    const { targets } = await api.setupWebhook!({ publicUrl: "https://app.example.com" });
    expect(targets).toMatchObject([{ state: "set", url: `https://app.example.com/api/webhooks/twilio${retries}` }]);
  });

  test("is literal where the client is asked for it by address", async () => {
    const url = "https://app.example.com/api/webhooks/twilio";
    const { handlers } = madeUpTwilio({ numbers: [numberJson("1", { status_callback: "" }), numberJson("2")] });
    server.use(...handlers);
    const client = createTwilioClient({ accountSid, authToken });
    for (const state of ["set", "unchanged"]) {
      expect(await client.webhooks.setup({ url })).toMatchObject({
        targets: [
          { state, url },
          { state, url },
        ],
      });
    }
  });

  test("replaces only when it is told to", async () => {
    const elsewhere = "https://old.example.com/hook";
    const { api } = apiOf({ numbers: [numberJson("1", { status_callback: elsewhere })] });
    const setup = { publicUrl: "https://app.example.com" };
    expect(await api.setupWebhook!(setup)).toMatchObject({ targets: [{ state: "kept", url: elsewhere }] });
    expect(await api.setupWebhook!({ ...setup, replace: true })).toMatchObject({ targets: [{ state: "set" }] });
  });
});
