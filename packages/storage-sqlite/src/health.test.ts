import { foldCall, type CallEvent, type Reference } from "@offhook/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStorage } from "./sqlite-storage.ts";

const storage = sqliteStorage({ path: ":memory:" });
beforeEach(() => storage.open());
afterEach(() => storage.close());

const reference = (id: string): Reference => ({ provider: "toy", id, kind: "session" });
let order = 0;

function eventOf(tenantId: string, ids: readonly string[], agent: string | null): CallEvent {
  order += 1;
  const at = new Date(Date.UTC(2026, 10, 20) + order * 1000).toISOString();
  return {
    id: `evt_${order}`,
    tenantId,
    provider: "toy",
    type: "call.progressed",
    source: "webhook",
    receivedAt: at,
    occurredAt: at,
    deliveryId: null,
    references: ids.map(reference),
    facts: { status: "in_progress", agent: agent === null ? null : { id: agent } },
  };
}

/** Says something of the calls of these ids, which are one from then on. */
async function say(tenantId: string, ids: readonly string[], agent: string | null): Promise<void> {
  const event = eventOf(tenantId, ids, agent);
  await storage.write(async (transaction) => {
    const replaces = await transaction.load("call", tenantId, event.references);
    const record = foldCall([...replaces.flatMap(({ events }) => events), event]);
    await transaction.save("call", [{ record, newEvents: [event], replaces }]);
  });
}

const agents = async () => [(await storage.health("default")).agents, (await storage.health("other")).agents];

test("agents are counted as calls name them, name others, become one and go", async () => {
  await say("default", ["1"], "ana");
  await say("default", ["2"], "ana");
  await say("default", ["3"], null);
  await say("other", ["4"], "ana");
  expect(await agents()).toEqual([1, 1]);
  await say("default", ["1"], "bo");
  await say("default", ["3"], "cy");
  expect(await agents()).toEqual([3, 1]);
  // Two calls turn out to be one, which names whom the later event names: ana is still named by the second call.
  await say("default", ["1", "3"], "bo");
  expect(await agents()).toEqual([2, 1]);
  await say("default", ["2"], "bo");
  expect(await agents()).toEqual([1, 1]);
  await storage.write(async (transaction) => {
    const stored = await transaction.load("call", "default", [reference("1"), reference("2")]);
    await transaction.remove?.("call", stored);
  });
  expect(await agents()).toEqual([0, 1]);
  expect((await storage.health("default")).calls).toBe(0);
});
