import { HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { agentJson } from "./fixtures/api-records.ts";
import { errorOf, retellAnswering, retellWith, useNetwork } from "./fixtures/api-server.ts";

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

describe("webhooks.setup", () => {
  test("A05 M05: sets, leaves alone and keeps, and says which", async () => {
    const { client, world, seen } = retellWith({ agents, mostPerPage: 2 });
    expect(await client.webhooks.setup({ url })).toEqual([
      { name: "Agent agent_new", state: "set", url },
      { name: "Agent agent_ours", state: "unchanged", url },
      { name: "Agent agent_theirs", state: "kept", url: elsewhere },
      // Retell takes no change of what is published.
      { name: "Agent agent_published, published version 2", state: "kept", url: "" },
      { name: "agent_draft, draft version 3", state: "set", url },
    ]);
    expect(world.agents.map(({ webhook_url: set }) => set)).toEqual([url, url, elsewhere, null, url]);
    expect(seen.filter(({ method }) => method === "PATCH").map(({ path, body }) => [path, body])).toEqual([
      ["/update-agent/agent_new", { webhook_url: url }],
      ["/update-agent/agent_draft", { webhook_url: url }],
    ]);
  });

  test("A05 M05: replaces what points elsewhere where that is asked for", async () => {
    const { client, world } = retellWith({ agents });
    const targets = await client.webhooks.setup({ url, agentIds: ["agent_theirs"], replace: true });
    expect(targets).toEqual([{ name: "Agent agent_theirs", state: "set", url }]);
    expect(world.agents.map(({ webhook_url: set }) => set)).toEqual([null, url, url, null, null]);
  });

  test("A05 M05: a second time changes nothing", async () => {
    const { client, seen } = retellWith({ agents: agents.slice(0, 2) });
    await client.webhooks.setup({ url });
    seen.length = 0;
    expect((await client.webhooks.setup({ url })).map(({ state }) => state)).toEqual(["unchanged", "unchanged"]);
    expect(seen.some(({ method }) => method === "PATCH")).toBe(false);
  });

  test("A05 M05: keeps to the agents of the client, and fails for one that does not exist", async () => {
    const { client, seen } = retellWith({ agents }, { agentIds: ["agent_new"] });
    expect(await client.webhooks.setup({ url })).toHaveLength(1);
    expect(seen.some(({ path }) => path === "/v2/list-agents")).toBe(false);
    expect((await errorOf(client.webhooks.setup({ url, agentIds: ["agent_gone"] }))).code).toBe("api_not_found");
  });

  test("A05: an agent that is published meanwhile is refused, which does not mean that it does not exist", async () => {
    const { client, asked } = retellAnswering([
      () => HttpResponse.json(agentJson("agent_1")),
      () => HttpResponse.json({ status: "error", message: "Cannot update published agent" }, { status: 422 }),
    ]);
    const error = await errorOf(client.webhooks.setup({ url, agentIds: ["agent_1"] }));
    expect(error).toMatchObject({ code: "api_rejected", status: 422 });
    expect(asked()).toBe(2);
  });

  test("D15: what is no agent is refused", async () => {
    const { client } = retellAnswering([() => HttpResponse.json([])]);
    expect((await errorOf(client.agents.get("agent_1"))).code).toBe("api_malformed");
  });
});
