import { foldCall, memoryStorage, type CallEvent, type ListQuery, type Reference, type Storage } from "@offhook/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStorage } from "./sqlite-storage.ts";

const tenantId = "default";
const storages: Storage[] = [];

beforeEach(async () => {
  storages.push(sqliteStorage({ path: ":memory:" }), memoryStorage());
  for (const storage of storages) await storage.open();
});
afterEach(async () => {
  for (const storage of storages.splice(0)) await storage.close();
});

// The same at each run.
let seed = 1;
function pick<Item>(items: readonly [Item, ...Item[]]): Item {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return items[(seed >>> 16) % items.length] ?? items[0];
}

const phones = [null, "+14155550100", "+15125550188", "+16045550177"] as const;
const timeOf = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

function eventOf(order: number, references: readonly Reference[]): CallEvent {
  const [from, to] = [pick(phones), pick(phones)];
  // Few times, so that many calls share one.
  const at = timeOf(pick([1, 2, 3, 4, 5, 6]));
  return {
    id: `evt_${order}`,
    tenantId,
    provider: "toy",
    type: "call.progressed",
    source: "webhook",
    receivedAt: at,
    occurredAt: at,
    deliveryId: null,
    references,
    facts: {
      status: pick(["ringing", "in_progress", "completed", "busy"]),
      direction: pick(["inbound", "outbound", "unknown"]),
      ...(from === null ? {} : { from: { e164: from, raw: from } }),
      ...(to === null ? {} : { to: { e164: to, raw: to } }),
    },
  };
}

const reference = (provider: string, id: number): Reference => ({ provider, id: `CA${id}`, kind: "leg" });

/** New calls, further events, links between calls, and calls that are taken away. */
async function tell(storage: Storage, event: CallEvent, isRemoved: boolean): Promise<void> {
  await storage.write(async (transaction) => {
    const replaces = await transaction.load("call", tenantId, event.references);
    const record = foldCall([...replaces.flatMap(({ events }): readonly CallEvent[] => events), event]);
    if (isRemoved) await transaction.remove?.("call", replaces);
    else await transaction.save("call", [{ record, newEvents: [event], replaces }]);
  });
}

async function walk(storage: Storage, query: ListQuery): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await storage.list("call", { ...query, cursor });
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

test("D10: every combination of filters lists what the memory storage lists, in the same order", async () => {
  const providers = ["toy", "tin", "tax"] as const;
  for (let order = 0; order < 400; order += 1) {
    const id = order % 150;
    const references = [reference(pick(providers), id)];
    if (pick([true, false, false])) references.push(reference(pick(providers), pick([id, id, 149 - id])));
    const distinct = [...new Map(references.map((each) => [each.provider + each.id, each])).values()];
    const event = eventOf(order, distinct);
    const isRemoved = order > 150 && pick([true, false, false, false, false, false]);
    for (const storage of storages) await tell(storage, event, isRemoved);
  }
  let found = 0;
  for (const provider of [undefined, "toy", "nobody"]) {
    for (const status of [undefined, "completed", "queued"] as const) {
      for (const direction of [undefined, "inbound"] as const) {
        for (const phone of [undefined, phones[1], "+19995550100"]) {
          for (const range of [{}, { from: timeOf(2), to: timeOf(5) }]) {
            const query = { tenantId, limit: 7, provider, status, direction, phone, ...range };
            const [listed, wanted] = await Promise.all(storages.map((storage) => walk(storage, query)));
            expect(listed, JSON.stringify(query)).toEqual(wanted);
            found += listed?.length ?? 0;
          }
        }
      }
    }
  }
  expect(found).toBeGreaterThan(500);
});
