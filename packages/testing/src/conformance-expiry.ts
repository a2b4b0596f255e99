import type { Delivery, Expired, Expiry, Storage } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { insertChanges, listChanges } from "./conformance-feed.ts";
import { able } from "./storage-abilities.ts";
import { at, change, delivery, job, reference, tellCall, tenantId } from "./storage-samples.ts";

const now = at(1_000);

/** Lets go of what is from before the samples' noon, which is nothing, unless told otherwise. */
const expire = (storage: Storage, members: Partial<Expiry> = {}): Promise<Expired> =>
  able(storage, "expire").expire({ tenantId, bodiesBefore: at(0), changesBefore: at(0), now, limit: 100, ...members });

const journal = (storage: Storage, ...deliveries: readonly Delivery[]) =>
  storage.write((transaction) => transaction.insertDeliveries(deliveries));

const get = (storage: Storage, { id }: Delivery): Promise<Delivery | undefined> => storage.getDelivery(tenantId, id);

const emptied = (row: Delivery, bodyRemovedAt = now): Delivery => ({ ...row, body: new Uint8Array(), bodyRemovedAt });

const orders = [1, 2, 3, 4, 5];

/** Changes of these times, in this order; their ids are the letters of the alphabet. */
const insertAt = (storage: Storage, ...seconds: readonly number[]): Promise<void> =>
  insertChanges(storage, ...seconds.map((each, index) => change("abcdefgh"[index] ?? "z", { at: at(each) })));

/** What is left of a feed of which some has expired. */
async function left(storage: Storage): Promise<readonly string[]> {
  const { changes, lastId, expiredId } = await listChanges(storage);
  const first = changes[0]?.id ?? lastId + 1;
  assertThat(expiredId > 0 && expiredId < first, `an expiredId below what is left, got ${expiredId} and ${first}`);
  return changes.map(({ recordId }) => recordId);
}

const bodyCases: readonly StorageCase[] = [
  {
    title: "where nothing is past its time, nothing goes",
    async run({ storage }) {
      assertEqual(await expire(storage), { bodies: 0, changes: 0 }, "How much went of nothing");
      await journal(storage, delivery(1));
      assertEqual(await expire(storage, { bodiesBefore: at(1) }), { bodies: 0, changes: 0 }, "How much went");
      assertEqual(await get(storage, delivery(1)), delivery(1), "The delivery, received at the very time");
    },
  },
  {
    title: "bodies of deliveries received before a time go, and nothing else of them",
    async run({ storage }) {
      await journal(storage, ...orders.map((order) => delivery(order)));
      await journal(storage, delivery(6, { identity: delivery(1).identity }));
      assertEqual(await expire(storage, { bodiesBefore: at(3) }), { bodies: 2, changes: 0 }, "How much went");
      assertEqual(await get(storage, delivery(1)), emptied({ ...delivery(1), duplicates: 1 }), "The first");
      assertEqual(await get(storage, delivery(2)), emptied(delivery(2)), "The second");
      for (const order of [3, 4, 5]) assertEqual(await get(storage, delivery(order)), delivery(order), "A later one");
      const { data } = await storage.listDeliveries({ tenantId, limit: 10 });
      assertEqual(
        data.map(({ bodyRemovedAt }) => bodyRemovedAt),
        [null, null, null, now, now],
        "When they went, in the list",
      );
    },
  },
  {
    title: "calls and jobs are left when bodies go",
    async run({ storage }) {
      const record = await tellCall(storage, "CA1");
      await journal(storage, delivery(1));
      await storage.write((transaction) => transaction.insertJobs([job("job_1")]));
      assertEqual((await expire(storage, { bodiesBefore: at(500), changesBefore: at(500) })).bodies, 1, "Bodies");
      const found = await storage.get("call", tenantId, reference("CA1"));
      assertEqual([found?.record, found?.events.length], [record, 1], "The call");
      assertEqual((await storage.health(tenantId)).jobs.waiting, 1, "Jobs");
    },
  },
  {
    title: "at most as many bodies go as asked for, until none is left",
    async run({ storage }) {
      await journal(storage, ...orders.map((order) => delivery(order)));
      const counts: number[] = [];
      for (let index = 0; index < 4; index += 1) {
        counts.push((await expire(storage, { bodiesBefore: at(99), limit: 2 })).bodies);
        const { data } = await storage.listDeliveries({ tenantId, limit: 10 });
        const gone = data.filter(({ bodyRemovedAt }) => bodyRemovedAt !== null).length;
        assertEqual(
          gone,
          counts.reduce((sum, count) => sum + count, 0),
          "Deliveries without their body",
        );
      }
      assertEqual(counts, [2, 2, 1, 0], "How many went");
    },
  },
  {
    title: "a body that went does not go again: when it went stays",
    async run({ storage }) {
      await journal(storage, delivery(1), delivery(2));
      await expire(storage, { bodiesBefore: at(2) });
      const again = await expire(storage, { bodiesBefore: at(99), now: at(2_000) });
      assertEqual(again, { bodies: 1, changes: 0 }, "How much went the second time");
      assertEqual((await get(storage, delivery(1)))?.bodyRemovedAt, now, "When the first went");
      assertEqual((await get(storage, delivery(2)))?.bodyRemovedAt, at(2_000), "When the second went");
    },
  },
  {
    title: "a body that a correction took does not go again",
    needs: ["corrections"],
    async run({ storage }) {
      const row = delivery(1);
      await journal(storage, row);
      await storage.write((transaction) =>
        able(transaction, "updateDeliveries").updateDeliveries([
          { delivery: { ...row, bodyRemovedAt: at(50) }, keepBody: false },
        ]),
      );
      assertEqual((await expire(storage, { bodiesBefore: at(99) })).bodies, 0, "How many went");
      assertEqual(await get(storage, row), emptied(row, at(50)), "The delivery");
    },
  },
  {
    title: "the same content as a delivery whose body went is a duplicate of it",
    async run({ storage }) {
      await journal(storage, delivery(1));
      await expire(storage, { bodiesBefore: at(99) });
      const before = await journal(storage, delivery(2, { identity: delivery(1).identity }));
      assertEqual(before, [delivery(1).id], "What was there before");
      assertEqual(await get(storage, delivery(1)), emptied({ ...delivery(1), duplicates: 1 }), "The delivery");
    },
  },
  {
    title: "bodies that went are gone after closing and opening again",
    needs: ["durable"],
    async run({ storage, reopen }) {
      await journal(storage, delivery(1), delivery(2));
      await expire(storage, { bodiesBefore: at(2) });
      const again = await reopen();
      assertEqual(await get(again, delivery(1)), emptied(delivery(1)), "The first");
      assertEqual(await get(again, delivery(2)), delivery(2), "The second");
    },
  },
  {
    title: "two storages over the same data count each body that goes once",
    needs: ["concurrentProcesses"],
    async run({ storage, another }) {
      const storages = [storage, await another()];
      await journal(storage, ...Array.from({ length: 40 }, (_, index) => delivery(index)));
      let bodies = 0;
      for (let round = 0; round < 20 && bodies < 40; round += 1) {
        const gone = await Promise.all(storages.map((each) => expire(each, { bodiesBefore: at(99), limit: 5 })));
        bodies = gone.reduce((sum, each) => sum + each.bodies, bodies);
      }
      assertEqual(bodies, 40, "Bodies that went, together");
      assertEqual((await expire(storage, { bodiesBefore: at(99) })).bodies, 0, "Bodies that go then");
    },
  },
];

const changeCases: readonly StorageCase[] = [
  {
    title: "changes from before a time go, and the feed says up to where",
    async run({ storage }) {
      await insertAt(storage, 1, 2, 3, 4);
      const { changes, lastId } = await listChanges(storage);
      assertEqual(await expire(storage, { changesBefore: at(3) }), { bodies: 0, changes: 2 }, "How much went");
      assertEqual(
        await listChanges(storage),
        { changes: changes.slice(2), lastId, expiredId: changes[1]?.id },
        "The feed",
      );
      const asked = await listChanges(storage, { limit: 0 });
      assertEqual(asked, { changes: [], lastId, expiredId: changes[1]?.id }, "Where the feed stands");
    },
  },
  {
    title: "a change goes only after all before it, whatever their times",
    async run({ storage }) {
      await insertAt(storage, 1, 5, 2);
      assertEqual((await expire(storage, { changesBefore: at(3) })).changes, 1, "How many went");
      assertEqual(await left(storage), ["b", "c"], "What is left");
      assertEqual((await expire(storage, { changesBefore: at(6) })).changes, 2, "How many went later");
    },
  },
  {
    title: "at most as many changes go as asked for, the oldest first",
    async run({ storage }) {
      await insertAt(storage, 1, 2, 3, 4, 5);
      const steps: unknown[] = [];
      for (let index = 0; index < 4; index += 1) {
        const { changes } = await expire(storage, { changesBefore: at(5), limit: 3 });
        steps.push([changes, await left(storage)]);
      }
      assertEqual(
        steps,
        [
          [3, ["d", "e"]],
          [1, ["e"]],
          [0, ["e"]],
          [0, ["e"]],
        ],
        "How many went each time, and what was left",
      );
    },
  },
  {
    title: "a feed of which all has expired knows where it stands, and goes on with greater ids",
    async run({ storage }) {
      await insertAt(storage, 1, 2);
      const { lastId } = await listChanges(storage);
      await expire(storage, { changesBefore: at(99) });
      assertEqual(await listChanges(storage), { changes: [], lastId, expiredId: lastId }, "The feed");
      await expire(storage, { changesBefore: at(99) });
      assertEqual(await listChanges(storage), { changes: [], lastId, expiredId: lastId }, "The feed, once more");
      await insertChanges(storage, change("next"));
      const page = await listChanges(storage, { after: lastId });
      assertEqual(
        [page.changes.map(({ recordId }) => recordId), page.expiredId],
        [["next"], lastId],
        "What follows what has expired",
      );
    },
  },
  {
    title: "bodies and changes have their own times and their own limits",
    async run({ storage }) {
      await journal(storage, delivery(1), delivery(2), delivery(3));
      await insertAt(storage, 1, 2, 3);
      const first = await expire(storage, { bodiesBefore: at(3), changesBefore: at(2), limit: 2 });
      assertEqual(first, { bodies: 2, changes: 1 }, "How much went");
      const second = await expire(storage, { bodiesBefore: at(3), changesBefore: at(99), limit: 2 });
      assertEqual(second, { bodies: 0, changes: 2 }, "How much went then");
    },
  },
  {
    title: "a feed of which all has expired stands where it stood after closing and opening again",
    needs: ["durable"],
    async run({ storage, reopen }) {
      await insertAt(storage, 1, 2);
      const { lastId } = await listChanges(storage);
      await expire(storage, { changesBefore: at(99) });
      const again = await reopen();
      assertEqual(await listChanges(again), { changes: [], lastId, expiredId: lastId }, "The feed");
      await insertChanges(again, change("next"));
      const { changes } = await listChanges(again, { after: lastId });
      assertEqual(changes.length, 1, "Changes with a greater id");
    },
  },
  {
    title: "two storages over the same data count each change that goes once",
    needs: ["concurrentProcesses"],
    async run({ storage, another }) {
      const storages = [storage, await another()];
      await insertChanges(storage, ...Array.from({ length: 40 }, (_, index) => change(`call_toy_${index}`)));
      let changes = 0;
      for (let round = 0; round < 20 && changes < 40; round += 1) {
        const gone = await Promise.all(storages.map((each) => expire(each, { changesBefore: at(99), limit: 5 })));
        changes = gone.reduce((sum, each) => sum + each.changes, changes);
      }
      const { lastId, expiredId } = await listChanges(storage);
      assertEqual([changes, expiredId], [40, lastId], "Changes that went, together, and up to where");
    },
  },
];

export const expiryCases: readonly StorageCase[] = [
  ...bodyCases.map((each): StorageCase => ({ ...each, needs: ["expiry", ...(each.needs ?? [])] })),
  ...changeCases.map((each): StorageCase => ({ ...each, needs: ["expiry", "changeFeed", ...(each.needs ?? [])] })),
];
