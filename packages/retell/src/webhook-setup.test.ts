import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { agentJson, type Json } from "./fixtures/api-records.ts";
import { errorOf, network, retellAnswering, retellWith, useNetwork } from "./fixtures/api-server.ts";

useNetwork();

const url = "https://app.example.com/api/webhooks/retell";
const elsewhere = "https://other.example.com/hook";

const agents = [
  agentJson("agent_new"),
  agentJson("agent_ours", { webhook_url: url, is_published: true, version: 4 }),
  agentJson("agent_theirs", { webhook_url: elsewhere }),
  agentJson("agent_published", { is_published: true, version: 2 }),
  agentJson("agent_draft", { version: 3, agent_name: null }),
];

const idsOf = (json: readonly Json[]): string[] => json.map(({ agent_id: id }) => String(id));

describe("webhooks.setup", () => {
  test.each([
    ["all agents", undefined],
    ["those that are named", idsOf(agents)],
  ])(
    "A05 M05: of %s sets those without an address, leaves alone and keeps, and says which",
    async (_title, agentIds) => {
      const { client, world, seen } = retellWith({ agents, mostPerPage: 2 });
      expect(await client.webhooks.setup({ url, ...(agentIds === undefined ? {} : { agentIds }) })).toEqual({
        targets: [
          { name: "Agent agent_new", state: "set", url },
          { name: "Agent agent_ours", state: "unchanged", url },
          { name: "Agent agent_theirs", state: "kept", url: elsewhere },
          // Retell takes no change of what is published.
          { name: "Agent agent_published, published version 2", state: "kept", url: "" },
          { name: "agent_draft, draft version 3", state: "set", url },
        ],
      });
      expect(world.agents.map(({ webhook_url: set }) => set)).toEqual([url, url, elsewhere, null, url]);
      expect(seen.filter(({ method }) => method === "PATCH").map(({ path, body }) => [path, body])).toEqual([
        ["/update-agent/agent_new", { webhook_url: url }],
        ["/update-agent/agent_draft", { webhook_url: url }],
      ]);
    },
  );

  test("A05 M05: replaces what points elsewhere, where that is asked for", async () => {
    const { client, world } = retellWith({ agents, mostPerPage: 2 });
    const { targets } = await client.webhooks.setup({ url, replace: true });
    expect(targets.map(({ state }) => state)).toEqual(["set", "unchanged", "set", "kept", "set"]);
    expect(world.agents.map(({ webhook_url: set }) => set)).toEqual([url, url, url, null, url]);
  });

  test("A05 M05: a second time changes nothing", async () => {
    const { client, seen } = retellWith({ agents: agents.slice(0, 2) });
    await client.webhooks.setup({ url });
    seen.length = 0;
    expect((await client.webhooks.setup({ url })).targets.map(({ state }) => state)).toEqual([
      "unchanged",
      "unchanged",
    ]);
    expect(seen.some(({ method }) => method === "PATCH")).toBe(false);
  });

  test("A05 M05: says of a draft that it is one, the second time as well", async () => {
    const { client, world } = retellWith({
      agents: [agentJson("agent_1", { version: 3, agent_name: "Front desk" }), agentJson("agent_2", { version: 1 })],
    });
    const { targets: first } = await client.webhooks.setup({ url });
    expect(first).toEqual([
      { name: "Front desk, draft version 3", state: "set", url },
      { name: "Agent agent_2, draft version 1", state: "set", url },
    ]);
    const { targets: second } = await client.webhooks.setup({ url });
    expect(second).toEqual(first.map((target) => ({ ...target, state: "unchanged" })));
    world.agents = world.agents.map((agent) => ({ ...agent, is_published: true }));
    expect((await client.webhooks.setup({ url })).targets.map(({ name }) => name)).toEqual([
      "Front desk",
      "Agent agent_2",
    ]);
  });

  const wanted = ["call_started", "call_ended", "call_analyzed"];

  test.each<[title: string, address: string | null, events: readonly string[], sent: Json]>([
    ["has our address", url, ["transcript_updated"], { webhook_events: ["transcript_updated", ...wanted] }],
    [
      "gets our address",
      null,
      ["call_ended"],
      { webhook_url: url, webhook_events: ["call_ended", wanted[0], wanted[2]] },
    ],
    ["sends nothing", url, [], { webhook_events: wanted }],
    ["lacks no event", null, [...wanted, "transfer_ended"], { webhook_url: url }],
  ])("A05: an agent that %s sends what a call is told by, and what it sent", async (_title, address, events, sent) => {
    const { client, world, seen } = retellWith({
      agents: [agentJson("agent_1", { webhook_url: address, webhook_events: events })],
    });
    expect(await client.webhooks.setup({ url, replace: true })).toEqual({
      targets: [{ name: "Agent agent_1", state: "set", url }],
    });
    expect(seen.filter(({ method }) => method === "PATCH").map(({ body }) => body)).toEqual([sent]);
    expect(world.agents[0]?.["webhook_events"]).toEqual(expect.arrayContaining([...wanted, ...events]));
    seen.length = 0;
    expect(await client.webhooks.setup({ url })).toMatchObject({ targets: [{ state: "unchanged" }] });
    expect(seen.some(({ method }) => method === "PATCH")).toBe(false);
  });

  test("A05: an agent without a list of events has them by default, and one that goes elsewhere keeps its own", async () => {
    const { client, seen } = retellWith({
      agents: [
        agentJson("agent_1", { webhook_url: url, webhook_events: null }),
        agentJson("agent_2", { webhook_url: elsewhere, webhook_events: ["transcript_updated"] }),
      ],
    });
    expect(await client.webhooks.setup({ url })).toMatchObject({
      targets: [{ state: "unchanged" }, { state: "kept" }],
    });
    expect(seen.some(({ method }) => method === "PATCH")).toBe(false);
  });

  test("A05: a published version that does not send what a call is told by is kept, and says so", async () => {
    const { client } = retellWith({
      agents: [
        agentJson("agent_1", {
          webhook_url: url,
          webhook_events: ["call_started"],
          is_published: true,
          version: 4,
        }),
      ],
    });
    expect(await client.webhooks.setup({ url })).toEqual({
      targets: [{ name: "Agent agent_1, published version 4, without call_ended, call_analyzed", state: "kept", url }],
    });
  });

  test("A05 M05: keeps to the agents of the client", async () => {
    const { client, seen } = retellWith({ agents }, { agentIds: ["agent_new"] });
    expect(await client.webhooks.setup({ url })).toMatchObject({
      targets: [{ name: "Agent agent_new", state: "set" }],
    });
    expect(seen.some(({ path }) => path === "/v2/list-agents")).toBe(false);
  });

  const refused = () =>
    HttpResponse.json({ status: "error", message: "Cannot update published agent" }, { status: 422 });

  test("A05: what is refused for one agent is reported, and stops no other", async () => {
    const { client, world } = retellWith({
      agents: [agentJson("agent_1"), agentJson("agent_2"), agentJson("agent_3")],
    });
    // Published since it was read.
    network.use(http.patch("https://api.retellai.com/update-agent/agent_2", refused));
    const agentIds = ["agent_gone", "agent_1", "agent_2", "agent_3"];
    expect(await client.webhooks.setup({ url, agentIds })).toEqual({
      targets: [
        { name: "agent_gone, not set: api_not_found", state: "kept", url: "" },
        { name: "Agent agent_1", state: "set", url },
        { name: "Agent agent_2, not set: api_rejected", state: "kept", url: "" },
        { name: "Agent agent_3", state: "set", url },
      ],
    });
    expect(world.agents.map(({ webhook_url: set }) => set)).toEqual([url, null, url]);
    const {
      targets: [target],
    } = await client.webhooks.setup({
      url: elsewhere,
      agentIds: ["agent_1", "agent_gone"],
      replace: true,
    });
    expect(target).toMatchObject({ state: "set" });
  });

  test("A05: what is refused keeps the address that it has", async () => {
    const { client } = retellWith({ agents: [agentJson("agent_1", { webhook_url: elsewhere }), agentJson("agent_2")] });
    network.use(http.patch("https://api.retellai.com/update-agent/agent_1", refused));
    expect((await client.webhooks.setup({ url, replace: true })).targets[0]).toEqual({
      name: "Agent agent_1, not set: api_rejected",
      state: "kept",
      url: elsewhere,
    });
  });

  test("A05: where all is refused, that is the error: a refusal does not mean that an agent does not exist", async () => {
    const { client, asked } = retellAnswering([() => HttpResponse.json(agentJson("agent_1")), refused]);
    const error = await errorOf(client.webhooks.setup({ url, agentIds: ["agent_1"] }));
    expect(error).toMatchObject({ code: "api_rejected", status: 422 });
    expect(asked()).toBe(2);
    const other = retellWith({ agents });
    const gone = await errorOf(other.client.webhooks.setup({ url, agentIds: ["agent_gone"] }));
    expect(gone).toMatchObject({ code: "api_not_found", status: 422 });
  });

  test("A05: what would meet every agent stops it, and says how many were set, so that it can be repeated", async () => {
    const two = [agentJson("agent_1"), agentJson("agent_2"), agentJson("agent_3")];
    const { client, seen } = retellWith({ agents: two }, { attempts: 1 });
    const down = () => HttpResponse.json({ status: "error" }, { status: 503, headers: { "retry-after": "7" } });
    network.use(http.patch("https://api.retellai.com/update-agent/agent_2", down));
    const error = await errorOf(client.webhooks.setup({ url, replace: true }));
    expect(error).toMatchObject({ code: "api_unavailable", status: 503, retryAfterMs: 7000 });
    expect(error.message).toBe("API of retell, set webhook of an agent: answered 503; agents set before it: 1");
    expect(seen.some(({ path }) => path.endsWith("agent_3"))).toBe(false);
    // Where none was set there is nothing to say.
    const first = await errorOf(client.webhooks.setup({ url, agentIds: ["agent_2"] }));
    expect(first.message).toBe("API of retell, set webhook of an agent: answered 503");
  });

  test("A05: whoever gives up gets their own reason", async () => {
    const { client, world } = retellWith({ agents });
    const reason = new Error("enough");
    let asked = 0;
    const beforeRequest = () => ((asked += 1) > 3 ? Promise.reject(reason) : Promise.resolve());
    const setup = client.webhooks.setup({ url, agentIds: ["agent_new", "agent_draft"] }, { beforeRequest });
    await expect(setup).rejects.toBe(reason);
    expect(world.agents[0]).toMatchObject({ webhook_url: url });
  });

  test("D15: what is no agent is refused", async () => {
    const { client } = retellAnswering([() => HttpResponse.json([])]);
    expect((await errorOf(client.agents.get("agent_1"))).code).toBe("api_malformed");
  });
});
