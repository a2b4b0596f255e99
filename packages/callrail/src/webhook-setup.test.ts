import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createCallRailClient } from "./create-client.ts";
import { clientOf, failureOf, useNetwork } from "./fixtures/api-client.ts";
import { accountId, apiKey, companyId, failure, signingKey, type ApiIntegration } from "./fixtures/api.ts";
import { callrail } from "./provider.ts";

const server = useNetwork();
const url = "https://app.example.com/api/webhooks/callrail";
const ours = {
  pre_call_webhook: `${url}/pre-call`,
  answered_call_webhook: `${url}/routing-complete`,
  post_call_webhook: `${url}/post-call`,
  updated_call_webhook: `${url}/call-modified`,
  post_outbound_call_webhook: `${url}/outbound-post-call`,
  updated_outbound_call_webhook: `${url}/outbound-call-modified`,
};
const lists = (addresses: { readonly [name: string]: string }) =>
  Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, [address]]));

const webhooks = (config: unknown, state = "active"): ApiIntegration => ({ id: 4, type: "Webhooks", state, config });
const slack: ApiIntegration = { id: 10, type: "Slack", state: "active", config: { api_key: "12345" } };

describe("webhook setup", () => {
  test("A05, M05: a company without webhooks gets them for every event of a call, and their key", async () => {
    const { client, vendor } = clientOf(server);
    vendor.integrations = [slack];
    const { targets, secret } = await client.webhooks.setup({ url });
    expect(targets).toEqual(Object.entries(ours).map(([name, address]) => ({ name, state: "set", url: address })));
    expect(secret).toBe(signingKey);
    expect(
      vendor.requests.map(({ method, path, query }) => [method, path, query["company_id"], query["fields"]]),
    ).toEqual([
      ["GET", `/a/${accountId}/integrations.json`, companyId, "signing_key"],
      ["POST", `/a/${accountId}/integrations.json`, undefined, undefined],
    ]);
    expect(vendor.requests[1]?.body).toEqual({ type: "Webhooks", company_id: companyId, config: lists(ours) });
  });

  test("M05: every address is one that the provider serves, for that event", () => {
    const { routes } = callrail({ signingKey });
    for (const address of Object.values(ours)) {
      const path = `callrail/${address.split("/").pop() ?? ""}`;
      expect(routes.find(({ paths }) => paths.includes(path))?.kind).toBe(path.split("/")[1]);
    }
  });

  test("M05: what others have entered stays, and is reported", async () => {
    const zapier = "https://hooks.zapier.com/1";
    const { client, vendor } = clientOf(server);
    vendor.integrations = [
      slack,
      webhooks({
        post_call_webhook: [zapier, "https://crm.example.com/x"],
        updated_call_webhook: zapier,
        sms_received_webhook: ["https://sms.example.com"],
        a_new_setting: { nested: true },
      }),
    ];
    const { targets, secret } = await client.webhooks.setup({
      url,
      events: ["post_call_webhook", "updated_call_webhook"],
    });
    expect(targets).toEqual([
      { name: "post_call_webhook", state: "set", url: ours.post_call_webhook },
      { name: "post_call_webhook", state: "kept", url: zapier },
      { name: "post_call_webhook", state: "kept", url: "https://crm.example.com/x" },
      { name: "updated_call_webhook", state: "set", url: ours.updated_call_webhook },
      { name: "updated_call_webhook", state: "kept", url: zapier },
    ]);
    expect(secret).toBe(signingKey);
    expect(vendor.requests[1]).toMatchObject({ method: "PUT", path: `/a/${accountId}/integrations/4.json` });
    expect(vendor.integrations[1]).toEqual(
      webhooks({
        post_call_webhook: [zapier, "https://crm.example.com/x", ours.post_call_webhook],
        updated_call_webhook: [zapier, ours.updated_call_webhook],
        sms_received_webhook: ["https://sms.example.com"],
        a_new_setting: { nested: true },
      }),
    );
  });

  test("M05: done twice is done once", async () => {
    const { client, vendor } = clientOf(server);
    await client.webhooks.setup({ url });
    const before = vendor.integrations;
    const { targets, secret } = await client.webhooks.setup({ url: `${url}/` });
    expect(targets).toEqual(
      Object.entries(ours).map(([name, address]) => ({ name, state: "unchanged", url: address })),
    );
    expect(secret).toBe(signingKey);
    expect(vendor.integrations).toBe(before);
    expect(vendor.requests.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
  });

  test("M05: replacing takes the others off these events, and off no other", async () => {
    const { client, vendor } = clientOf(server);
    const sms = { sms_sent_webhook: ["https://sms.example.com"] };
    vendor.integrations = [
      webhooks({ ...lists(ours), ...sms, post_call_webhook: ["https://old.example.com", ours.post_call_webhook] }),
    ];
    const { targets } = await client.webhooks.setup({ url, replace: true });
    expect(targets).toHaveLength(6);
    expect(targets).not.toContainEqual(expect.objectContaining({ state: "kept" }));
    expect(vendor.integrations).toEqual([webhooks({ ...lists(ours), ...sms })]);
  });

  test.each(["disabled", "failed", "pending"])("M05: an integration that is %s is switched on", async (state) => {
    const { client, vendor } = clientOf(server);
    vendor.integrations = [webhooks(lists(ours), state)];
    const { targets } = await client.webhooks.setup({ url });
    expect(vendor.integrations).toEqual([webhooks(lists(ours), "active")]);
    expect(targets).toEqual(Object.entries(ours).map(([name, address]) => ({ name, state: "set", url: address })));
  });

  const agency = "https://old-agency.example.com/calls";
  const texts = "https://old-agency.example.com/texts";
  const foreign = { ...lists(ours), post_call_webhook: [agency, ours.post_call_webhook], sms_sent_webhook: texts };

  test.each(["disabled", "pending", ""])(
    "M05: an integration that is %j and has others' addresses stays so; that ours are off is reported, and theirs",
    async (state) => {
      const { client, vendor } = clientOf(server);
      const set = { ...foreign, pre_call_webhook: [] };
      const before = [webhooks({ ...set, a_setting: { url: agency }, form_captured_webhook: "" }, state)];
      vendor.integrations = before;
      const { targets, secret } = await client.webhooks.setup({ url });
      const why = `CallRail's webhooks are ${state === "" ? "not active" : state}`;
      expect(targets).toEqual([
        { name: `pre_call_webhook, not set: ${why}`, state: "kept", url: "" },
        { name: `answered_call_webhook, off: ${why}`, state: "kept", url: ours.answered_call_webhook },
        { name: `post_call_webhook, off: ${why}`, state: "kept", url: ours.post_call_webhook },
        { name: `updated_call_webhook, off: ${why}`, state: "kept", url: ours.updated_call_webhook },
        { name: `post_outbound_call_webhook, off: ${why}`, state: "kept", url: ours.post_outbound_call_webhook },
        { name: `updated_outbound_call_webhook, off: ${why}`, state: "kept", url: ours.updated_outbound_call_webhook },
        { name: "post_call_webhook", state: "kept", url: agency },
        { name: "sms_sent_webhook", state: "kept", url: texts },
      ]);
      expect(secret).toBe(signingKey);
      expect(vendor.integrations).toBe(before);
      expect(vendor.requests.map(({ method }) => method)).toEqual(["GET"]);
    },
  );

  test("M05: an integration that CallRail switched off is switched on as it was, with everybody's addresses", async () => {
    const { client, vendor } = clientOf(server);
    const more = { a_setting: { nested: true }, form_captured_webhook: [`${url}/form-submission`] };
    vendor.integrations = [slack, webhooks({ ...foreign, ...more }, "failed")];
    const { targets, secret } = await client.webhooks.setup({ url });
    expect(vendor.integrations).toEqual([slack, webhooks({ ...foreign, ...more }, "active")]);
    expect(targets).toHaveLength(8);
    for (const [name, address] of Object.entries(ours))
      expect(targets).toContainEqual({ name, state: "set", url: address });
    expect(targets).toContainEqual({ name: "post_call_webhook", state: "kept", url: agency });
    expect(targets).toContainEqual({ name: "sms_sent_webhook", state: "kept", url: texts });
    expect(secret).toBe(signingKey);
    const again = await client.webhooks.setup({ url });
    expect(again.targets.map(({ state }) => state)).not.toContain("set");
  });

  test("M05: what is missing where CallRail switched off is added, and replacing takes off these events alone", async () => {
    const { client, vendor } = clientOf(server);
    vendor.integrations = [webhooks({ post_call_webhook: [agency], sms_sent_webhook: texts }, "failed")];
    await client.webhooks.setup({ url });
    expect(vendor.integrations).toEqual([
      webhooks({ ...lists(ours), post_call_webhook: [agency, ours.post_call_webhook], sms_sent_webhook: texts }),
    ]);
    vendor.integrations = [webhooks(foreign, "failed")];
    const { targets } = await client.webhooks.setup({ url, replace: true });
    expect(vendor.integrations).toEqual([webhooks({ ...lists(ours), sms_sent_webhook: texts })]);
    expect(targets.filter(({ state }) => state === "kept")).toEqual([
      { name: "sms_sent_webhook", state: "kept", url: texts },
    ]);
  });

  test("M05: replacing switches an integration on without anybody else's address, whatever the event", async () => {
    const { client, vendor } = clientOf(server);
    const own = { form_captured_webhook: [`${url}/form-submission`, url] };
    vendor.integrations = [webhooks({ ...foreign, ...own, a_setting: { nested: true } }, "disabled")];
    const { targets } = await client.webhooks.setup({ url, replace: true });
    expect(targets).toEqual(Object.entries(ours).map(([name, address]) => ({ name, state: "set", url: address })));
    expect(vendor.integrations).toEqual([
      webhooks({ ...lists(ours), ...own, sms_sent_webhook: [], a_setting: { nested: true } }),
    ]);
  });

  test.each(["disabled", "failed"])(
    "M05: what cannot be read in an integration that is %s is not switched on",
    async (state) => {
      const { client, vendor } = clientOf(server);
      vendor.integrations = [webhooks({ ...lists(ours), sms_sent_webhook: [{ url: texts }] }, state)];
      await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_malformed" });
      expect(vendor.requests.map(({ method }) => method)).toEqual(["GET"]);
    },
  );

  test("M05: texts and forms are sent where an app asks for them", async () => {
    const { client, vendor } = clientOf(server);
    await client.webhooks.setup({ url, events: ["sms_received_webhook", "sms_sent_webhook", "form_captured_webhook"] });
    expect(vendor.integrations[0]?.["config"]).toEqual({
      sms_received_webhook: [`${url}/text-received`],
      sms_sent_webhook: [`${url}/text-sent`],
      form_captured_webhook: [`${url}/form-submission`],
    });
  });

  test("M05: a key that the list does not show is asked for", async () => {
    const { client, vendor } = clientOf(server);
    vendor.integrations = [webhooks(lists(ours))];
    server.use(
      http.get("https://api.callrail.com/v3/*/integrations.json", () =>
        HttpResponse.json({ total_pages: 1, integrations: vendor.integrations }),
      ),
    );
    expect((await client.webhooks.setup({ url })).secret).toBe(signingKey);
    expect(vendor.requests.map(({ path, query }) => [path, query])).toEqual([
      [`/a/${accountId}/integrations/4.json`, { fields: "signing_key" }],
    ]);
  });

  test.each([
    ["a list of something else", { post_call_webhook: [{ url }] }],
    ["something else than a list", { post_call_webhook: 7 }],
  ])("M05: %s is not written over", async (_title, config) => {
    const { client, vendor } = clientOf(server);
    vendor.integrations = [webhooks(config)];
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_malformed" });
    expect(vendor.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("M05: a configuration that is none is not written over", async () => {
    const { client, vendor } = clientOf(server);
    vendor.integrations = [webhooks(["x"])];
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "api_malformed" });
    expect(vendor.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("M05, D15: a user who may not do this is told what to do", async () => {
    const { client } = clientOf(server);
    const methods: string[] = [];
    server.use(
      http.post("https://api.callrail.com/*", ({ request }) => {
        methods.push(request.method);
        return failure(403, "You are not authorized to perform this action");
      }),
    );
    const error = await failureOf(client.webhooks.setup({ url }));
    expect(error).toMatchObject({
      code: "api_forbidden",
      status: 403,
      vendorMessage: "You are not authorized to perform this action",
    });
    expect(String(error)).toContain("Use the key of an administrator, or enter the addresses in CallRail");
    expect(methods).toEqual(["POST"]);
  });

  test("M05, D15: creating is not repeated, updating is", async () => {
    const { client, vendor } = clientOf(server);
    let posts = 0;
    server.use(
      http.post("https://api.callrail.com/*", () => {
        posts += 1;
        return failure(500, "Oops");
      }),
    );
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ status: 500 });
    expect(posts).toBe(1);
    vendor.integrations = [webhooks({})];
    server.use(http.put("https://api.callrail.com/*", () => failure(500, "Oops"), { once: true }));
    await client.webhooks.setup({ url });
    expect(vendor.integrations).toEqual([webhooks(lists(ours))]);
  });

  test("M05: webhooks belong to a company, so one has to be named", async () => {
    const client = createCallRailClient({ apiKey, accountId });
    await expect(client.webhooks.setup({ url })).rejects.toMatchObject({ code: "option_invalid" });
  });

  test("M05: what is no address is refused before anything is asked", async () => {
    const { client, vendor } = clientOf(server);
    await expect(client.webhooks.setup({ url: "/api/webhooks/callrail" })).rejects.toMatchObject({
      code: "option_invalid",
    });
    expect(vendor.requests).toEqual([]);
  });

  test("M05: the provider's own addresses are set, below the prefix of the app", async () => {
    const { client, vendor } = clientOf(server);
    const { api } = callrail({ signingKey, client });
    const result = await api?.setupWebhook?.({ publicUrl: "https://app.example.com" });
    expect(result).toMatchObject({ secret: signingKey });
    expect(vendor.integrations[0]?.["config"]).toEqual(lists(ours));
    vendor.integrations = [];
    await api?.setupWebhook?.({ publicUrl: "https://app.example.com", prefix: "/hooks" });
    expect(vendor.integrations[0]?.["config"]).toMatchObject({
      post_call_webhook: ["https://app.example.com/hooks/callrail/post-call"],
    });
  });
});
