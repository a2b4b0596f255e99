import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createElevenLabsClient } from "./create-client.ts";
import { apiKey, baseUrl, failure, fakeWorkspace, webhook, type FakeWorkspace } from "./fixtures/api.ts";
import type { Members } from "./fixtures/index.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

const url = "https://app.example.com/api/webhooks/elevenlabs";
const elsewhere = "https://other.example.com/hook";
const client = createElevenLabsClient({ apiKey, attempts: 2 });

function serve(webhooks: Members[], settings: Members = {}): FakeWorkspace {
  const workspace = fakeWorkspace({ webhooks });
  Object.assign(workspace.settings, settings);
  server.use(...workspace.handlers);
  return workspace;
}

/** What was changed, without what was only read. */
const changesOf = ({ exchanges }: FakeWorkspace) =>
  exchanges.filter(({ method }) => method !== "get").map(({ method, path, body }) => [method, path, body]);

const wake = (name: string) => [
  "patch",
  "/v1/workspace/webhooks/{webhook_id}",
  { name, is_disabled: false, retry_enabled: true },
];

describe("A05 M05: setting up the webhook", () => {
  test("one is made, with retries, and its secret is handed over once", async () => {
    const workspace = serve([]);
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: "Offhook", state: "set", url }],
      secret: "wsec_of_wh_1",
    });
    expect(changesOf(workspace)).toEqual([
      ["post", "/v1/workspace/webhooks", { settings: { auth_type: "hmac", name: "Offhook", webhook_url: url } }],
      wake("Offhook"),
      [
        "patch",
        "/v1/convai/settings",
        {
          webhooks: {
            post_call_webhook_id: "wh_1",
            events: ["transcript", "call_initiation_failure"],
            transcript_format: "json",
          },
        },
      ],
    ]);
  });

  test("a second time nothing changes", async () => {
    const workspace = serve([]);
    await client.webhooks.setup({ url });
    const settings = structuredClone(workspace.settings);
    expect(await client.webhooks.setup({ url })).toEqual({ targets: [{ name: "Offhook", state: "unchanged", url }] });
    expect(workspace.settings).toEqual(settings);
    expect(workspace.webhooks).toHaveLength(1);
  });

  test.each<[title: string, state: Members, expected: string]>([
    ["disabled by a person", { is_disabled: true }, "set"],
    ["disabled after failures", { is_auto_disabled: true }, "set"],
    ["without retries", { retry_enabled: false }, "set"],
    ["of which nobody says whether it has retries", {}, "unchanged"],
  ])("one that is there and %s is switched on", async (_title, state, expected) => {
    const workspace = serve([webhook("wh_7", url, { name: "Calls", ...state })], {
      post_call_webhook_id: "wh_7",
      events: ["transcript", "call_initiation_failure"],
    });
    expect(await client.webhooks.setup({ url })).toEqual({ targets: [{ name: "Calls", state: expected, url }] });
    expect(changesOf(workspace)).toEqual([wake("Calls")]);
    expect(workspace.webhooks).toMatchObject([{ is_disabled: false, is_auto_disabled: false }]);
  });

  test("one that has retries is not written to", async () => {
    const workspace = serve([webhook("wh_7", url, { retry_enabled: true })], {
      post_call_webhook_id: "wh_7",
      events: ["call_initiation_failure", "audio", "transcript"],
    });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "unchanged" }] });
    expect(changesOf(workspace)).toEqual([]);
  });

  test("events that are missing are added; those that somebody chose, and other settings, stay", async () => {
    const workspace = serve([webhook("wh_7", url, { retry_enabled: true })], {
      post_call_webhook_id: "wh_7",
      events: ["transcript", "unredacted_audio"],
      of_the_future: 7,
    });
    expect(await client.webhooks.setup({ url, audio: true })).toMatchObject({ targets: [{ state: "set" }] });
    expect(workspace.settings).toEqual({
      post_call_webhook_id: "wh_7",
      events: ["transcript", "unredacted_audio", "call_initiation_failure", "audio"],
      transcript_format: "json",
      of_the_future: 7,
    });
  });

  test.each<[title: string, form: Members, set: Members]>([
    ["as OpenTelemetry", { transcript_format: "opentelemetry" }, { transcript_format: "json" }],
    ["without the words", { exclude_transcript: true }, { transcript_format: "json", exclude_transcript: false }],
    [
      "as OpenTelemetry without the words",
      { transcript_format: "opentelemetry", exclude_transcript: true },
      { transcript_format: "json", exclude_transcript: false },
    ],
  ])("one that is sent %s is sent as it can be read", async (_title, form, set) => {
    const settings = { post_call_webhook_id: "wh_7", events: ["transcript", "audio", "call_initiation_failure"] };
    const workspace = serve([webhook("wh_7", url, { retry_enabled: true })], { ...settings, ...form });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "set" }] });
    expect(workspace.settings).toEqual({ ...settings, ...set });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "unchanged" }] });
  });

  test.each<[title: string, form: Members]>([
    ["nothing is said of the form", { transcript_format: null, exclude_transcript: null }],
    ["the words are not left out", { exclude_transcript: false }],
  ])("where %s it stays", async (_title, form) => {
    const workspace = serve([webhook("wh_7", url, { retry_enabled: true })], {
      post_call_webhook_id: "wh_7",
      events: ["transcript", "call_initiation_failure"],
      ...form,
    });
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "unchanged" }] });
    expect(changesOf(workspace)).toEqual([]);
  });

  test("of several with the address the one in use is taken", async () => {
    const several = [webhook("wh_1", url, { is_disabled: true }), webhook("wh_2", url), webhook("wh_3", url)];
    serve(several, { post_call_webhook_id: "wh_3", events: ["transcript", "call_initiation_failure"] });
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: "Webhook wh_3", state: "unchanged", url }],
    });
  });

  test("one with the address that is not in use is made anew, because nobody knows its secret", async () => {
    const workspace = serve([webhook("wh_1", url, { name: "Offhook" })]);
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: "Offhook", state: "set", url }],
      secret: "wsec_of_wh_2",
    });
    expect(workspace.settings).toMatchObject({ post_call_webhook_id: "wh_2" });
    expect(workspace.webhooks).toMatchObject([{ webhook_id: "wh_2" }]);
  });

  test.each<[title: string, more: Members]>([
    ["an agent uses", { name: "Offhook", usage: [{ usage_type: "ConvAI Agent Settings" }] }],
    ["somebody made", { name: "Calls" }],
    ["ElevenLabs signs in another way", { name: "Offhook", auth_type: "oauth2" }],
  ])("one with the address that %s stays", async (_title, more) => {
    const workspace = serve([webhook("wh_1", url, more)]);
    expect(await client.webhooks.setup({ url })).toMatchObject({ secret: "wsec_of_wh_2" });
    expect(workspace.webhooks.map(({ webhook_id: id }) => id)).toEqual(["wh_1", "wh_2"]);
  });

  test("a key that is not told what is in use removes nothing, and still sets up", async () => {
    const workspace = serve([webhook("wh_1", url, { name: "Offhook" })]);
    server.use(
      http.get(`${baseUrl}/v1/workspace/webhooks`, ({ request }) =>
        request.url.includes("include_usages")
          ? HttpResponse.json(failure(401, "missing_permissions", "…").json, { status: 401 })
          : undefined,
      ),
    );
    expect(await client.webhooks.setup({ url })).toMatchObject({ secret: "wsec_of_wh_2" });
    expect(workspace.webhooks).toHaveLength(2);
  });

  test("one in use that carries no signature is reported, and replaced where that is asked for", async () => {
    const workspace = serve([webhook("wh_1", url, { auth_type: "mtls" })], { post_call_webhook_id: "wh_1" });
    expect(await client.webhooks.setup({ url })).toEqual({ targets: [{ name: "Webhook wh_1", state: "kept", url }] });
    expect(changesOf(workspace)).toEqual([]);
    expect(await client.webhooks.setup({ url, replace: true })).toMatchObject({ secret: "wsec_of_wh_2" });
    expect(workspace.settings).toMatchObject({ post_call_webhook_id: "wh_2" });
  });

  test("another address is left alone and reported, and nothing is made for naught", async () => {
    const workspace = serve([webhook("wh_1", elsewhere), webhook("wh_2", url)], { post_call_webhook_id: "wh_1" });
    const kept = { targets: [{ name: "Webhook wh_1", state: "kept", url: elsewhere }] };
    expect(await client.webhooks.setup({ url })).toEqual(kept);
    expect(await client.webhooks.setup({ url: `${url}/new` })).toEqual(kept);
    expect(changesOf(workspace)).toEqual([]);
  });

  test("one that was deleted, and that the settings still name, is made anew: so a lost secret is replaced", async () => {
    const workspace = serve([]);
    await client.webhooks.setup({ url });
    // By hand, in ElevenLabs.
    workspace.webhooks = [];
    expect(workspace.settings).toMatchObject({ post_call_webhook_id: "wh_1" });
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: "Offhook", state: "set", url }],
      secret: "wsec_of_wh_2",
    });
    expect(workspace.settings).toMatchObject({ post_call_webhook_id: "wh_2" });
    expect(await client.webhooks.setup({ url })).toEqual({ targets: [{ name: "Offhook", state: "unchanged", url }] });
  });

  test("one that is made and named while another setup runs is no deleted one", async () => {
    const workspace = serve([]);
    server.use(
      http.get(
        `${baseUrl}/v1/workspace/webhooks`,
        () => {
          const answer = HttpResponse.json({ webhooks: [] });
          workspace.webhooks.push(webhook("wh_other", elsewhere));
          workspace.settings = { ...workspace.settings, post_call_webhook_id: "wh_other" };
          return answer;
        },
        { once: true },
      ),
    );
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "kept", url: elsewhere }] });
    expect(changesOf(workspace)).toEqual([]);
  });

  test("with replace it is taken over, for the events that are read, as JSON", async () => {
    const workspace = serve([webhook("wh_1", elsewhere)], {
      post_call_webhook_id: "wh_1",
      events: ["transcript", "audio"],
      transcript_format: "opentelemetry",
      exclude_transcript: true,
    });
    expect(await client.webhooks.setup({ url, replace: true })).toMatchObject({
      targets: [{ state: "set", url }],
      secret: "wsec_of_wh_2",
    });
    expect(workspace.settings).toMatchObject({
      post_call_webhook_id: "wh_2",
      events: ["transcript", "call_initiation_failure"],
      transcript_format: "json",
      exclude_transcript: false,
    });
    expect(workspace.webhooks.map(({ webhook_url: each }) => each)).toEqual([elsewhere, url]);
  });

  test("a webhook whose setup fails is removed, because nobody would ever see its secret again", async () => {
    const workspace = serve([]);
    server.use(
      http.patch(`${baseUrl}/v1/convai/settings`, () =>
        HttpResponse.json(failure(401, "missing_permissions", "…").json, { status: 401 }),
      ),
    );
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_forbidden", status: 401 });
    expect(workspace.webhooks).toEqual([]);
  });

  /** The settings are written, and nobody hears of it. */
  const loseAnswer = (workspace: FakeWorkspace, answer: () => Response) =>
    http.patch(`${baseUrl}/v1/convai/settings`, async ({ request }) => {
      const { webhooks } = (await request.json()) as { readonly webhooks: Members }; // as sent above
      workspace.settings = webhooks;
      return answer() as HttpResponse<null>;
    });
  const unavailable = (): Response => new HttpResponse(null, { status: 503, headers: { "retry-after": "0" } });

  test("a webhook that the settings name stays, although the answer was lost, and its secret is handed over", async () => {
    const workspace = serve([webhook("wh_1", elsewhere)], { post_call_webhook_id: "wh_1" });
    server.use(loseAnswer(workspace, unavailable));
    expect(await client.webhooks.setup({ url, replace: true })).toEqual({
      targets: [{ name: "Offhook", state: "set", url }],
      secret: "wsec_of_wh_2",
    });
    expect(workspace.settings).toMatchObject({ post_call_webhook_id: "wh_2" });
    expect(workspace.webhooks.map(({ webhook_id: id }) => id)).toEqual(["wh_1", "wh_2"]);
  });

  test("where nobody says whether it is in use it stays, and the error says what to do", async () => {
    const workspace = serve([]);
    const settings = `${baseUrl}/v1/convai/settings`;
    server.use(
      loseAnswer(workspace, () => {
        server.use(http.get(settings, unavailable));
        return unavailable();
      }),
    );
    const failed = client.webhooks.setup({ url });
    await expect(failed).rejects.toMatchObject({ code: "api_unavailable", status: 503 });
    await expect(failed).rejects.toThrow(/Delete it in ElevenLabs before setting up again/);
    await expect(failed).rejects.not.toThrow(/wsec_/);
    expect(workspace.settings).toMatchObject({ post_call_webhook_id: "wh_1" });
    expect(workspace.webhooks).toHaveLength(1);
  });

  test("where the answer to making one was lost, the next setup makes another and removes the first", async () => {
    const workspace = serve([]);
    server.use(
      http.post(
        `${baseUrl}/v1/workspace/webhooks`,
        () => {
          workspace.webhooks.push(webhook("wh_lost", url, { name: "Offhook" }));
          return unavailable() as HttpResponse<null>;
        },
        { once: true },
      ),
    );
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_unavailable" });
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: "Offhook", state: "set", url }],
      secret: "wsec_of_wh_1",
    });
    expect(workspace.webhooks).toMatchObject([{ webhook_id: "wh_1" }]);
  });

  test("one that comes without a secret is removed, and no success", async () => {
    const workspace = serve([]);
    server.use(
      http.post(`${baseUrl}/v1/workspace/webhooks`, () => {
        workspace.webhooks.push(webhook("wh_1", url));
        return HttpResponse.json({ webhook_id: "wh_1", webhook_secret: null });
      }),
    );
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_malformed" });
    expect(workspace.webhooks).toEqual([]);
  });

  test("making one is never repeated, switching on is", async () => {
    const workspace = serve([]);
    let made = 0;
    let patched = 0;
    server.use(
      http.post(`${baseUrl}/v1/workspace/webhooks`, () => {
        made += 1;
        return new HttpResponse(null, { status: 500, headers: { "retry-after": "0" } });
      }),
    );
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_unavailable" });
    expect(made).toBe(1);
    server.resetHandlers(...workspace.handlers);
    server.use(
      http.patch(
        `${baseUrl}/v1/workspace/webhooks/:id`,
        () => {
          patched += 1;
          return new HttpResponse(null, { status: 503, headers: { "retry-after": "0" } });
        },
        { once: true },
      ),
    );
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "set" }] });
    expect(patched).toBe(1);
  });

  test.each<[title: string, method: "get" | "post", path: string, json: object]>([
    ["webhooks", "get", "/v1/workspace/webhooks", { webhooks: null }],
    ["one of the webhooks", "get", "/v1/workspace/webhooks", { webhooks: [{ webhook_url: url, auth_type: "hmac" }] }],
    ["settings", "get", "/v1/convai/settings", []],
    ["settings of webhooks", "get", "/v1/convai/settings", { webhooks: "wh_1" }],
    ["the new webhook", "post", "/v1/workspace/webhooks", { webhook_secret: "wsec_1" }],
  ])("an answer that is not as documented is no success: %s", async (_title, method, path, json) => {
    const workspace = serve([]);
    server.use(http[method](`${baseUrl}${path}`, () => HttpResponse.json(json)));
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_malformed" });
    expect(changesOf(workspace)).toEqual([]);
  });
});
