import type { ChangePage, ChangeQuery, RecordChange, Storage } from "@offhook/core";
import { assertEqual, assertRejects, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { failAfter } from "./conformance-failing.ts";
import { able } from "./storage-abilities.ts";
import { at, callSample, change, reference, tellIn, tenantId } from "./storage-samples.ts";

export const insertChanges = (storage: Storage, ...changes: readonly RecordChange[]): Promise<void> =>
  storage.write((transaction) => able(transaction, "insertChanges").insertChanges(changes));

export const listChanges = (storage: Storage, query: Partial<ChangeQuery> = {}): Promise<ChangePage> =>
  able(storage, "listChanges").listChanges({ tenantId, after: 0, limit: 200, ...query });

const names = ({ changes }: ChangePage): readonly string[] => changes.map(({ recordId }) => recordId);

/** What a page looks like where nothing was ever written. */
const nothing: ChangePage = { changes: [], lastId: 0, expiredId: 0 };

/** Ids of records, each with its number. */
const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `call_toy_${index}`);

/** Reads on from page to page while the writes run, and to the end once they are done. */
async function follow(
  storage: Storage,
  writes: Promise<unknown>,
  hear: (recordId: string) => Promise<void> = () => Promise.resolve(),
): Promise<readonly string[]> {
  let writing = true;
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    for (let after = 0; ;) {
      const isLast = !writing;
      const page = await listChanges(storage, { after, limit: 7 });
      for (const { id, recordId } of page.changes) {
        assertThat(id > after, `ids that ascend, got ${id} after ${after}`);
        after = id;
        await hear(recordId);
      }
      assertThat(page.lastId >= after, `a lastId that is not below an id of its page, got ${page.lastId}`);
      seen.push(...names(page));
      if (isLast && page.changes.length === 0) return;
      // Lets the writes go on.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await Promise.all([read(), writes.finally(() => (writing = false))]);
  return seen;
}

/** Commits later or sooner than its neighbours, however the changes were numbered. */
const writeAtLeisure = (storage: Storage, recordId: string, index: number): Promise<void> =>
  storage.write(async (transaction) => {
    await able(transaction, "insertChanges").insertChanges([change(recordId)]);
    await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
  });

const cases: readonly StorageCase[] = [
  {
    title: "a feed that nobody wrote to has nothing, and stands at 0",
    async run({ storage }) {
      assertEqual(await listChanges(storage), nothing, "The page");
      assertEqual(await listChanges(storage, { limit: 0 }), nothing, "The page of none");
    },
  },
  {
    title: "a change is listed as it was written, with a number as its id",
    async run({ storage }) {
      const written: readonly RecordChange[] = [
        change("call_toy_CA1", { types: ["call.created", "call.answered", "call.ended"], at: at(5) }),
        change("lead_toy_L%C3%A91", { subject: "lead", types: ["lead.removed"] }),
      ];
      await insertChanges(storage, ...written);
      const { changes } = await listChanges(storage);
      assertThat(
        changes.every(({ id }) => Number.isSafeInteger(id) && id > 0),
        `ids that are positive integers, got ${JSON.stringify(changes.map(({ id }) => id))}`,
      );
      assertEqual(
        changes.map(({ id: _id, ...each }) => each),
        written,
        "The changes",
      );
    },
  },
  {
    title: "changes keep the order of their batch and of the writes, and their ids ascend",
    async run({ storage }) {
      await insertChanges(storage, change("b"), change("a"), change("c"));
      // An older time does not make it an older change.
      await insertChanges(storage, change("e", { at: at(-100) }), change("d"));
      const page = await listChanges(storage);
      assertEqual(names(page), ["b", "a", "c", "e", "d"], "The order");
      const ids = page.changes.map(({ id }) => id);
      assertEqual(
        ids,
        [...new Set(ids)].toSorted((left, right) => left - right),
        "The ids",
      );
      assertEqual([page.lastId, page.expiredId], [ids.at(-1), 0], "Where the feed stands");
    },
  },
  {
    title: "several batches of changes in one write are kept in their order",
    async run({ storage }) {
      await storage.write(async (transaction) => {
        const feed = able(transaction, "insertChanges");
        for (const recordId of ["c", "a", "b"]) await feed.insertChanges([change(recordId)]);
      });
      assertEqual(names(await listChanges(storage)), ["c", "a", "b"], "The order");
    },
  },
  {
    title: "the same change twice is twice in the feed, and an empty batch is nothing",
    async run({ storage }) {
      await insertChanges(storage, change("a"), change("a"));
      await insertChanges(storage, change("a"));
      await insertChanges(storage);
      assertEqual(names(await listChanges(storage)), ["a", "a", "a"], "The changes");
    },
  },
  {
    title: "changes are listed after an id, at most as many as asked for",
    async run({ storage }) {
      await insertChanges(storage, ...numbered(10).map((recordId) => change(recordId)));
      const first = await listChanges(storage, { limit: 4 });
      assertEqual(names(first), numbered(10).slice(0, 4), "The first page");
      const second = await listChanges(storage, { after: first.changes.at(-1)?.id ?? 0, limit: 4 });
      assertEqual(names(second), numbered(10).slice(4, 8), "The second page");
      const third = await listChanges(storage, { after: second.changes.at(-1)?.id ?? 0, limit: 4 });
      assertEqual(names(third), numbered(10).slice(8), "The third page");
      assertEqual(
        [first.lastId, second.lastId],
        [third.changes.at(-1)?.id, third.changes.at(-1)?.id],
        "Where the feed stands, whatever the page",
      );
    },
  },
  {
    title: "a limit of 0 asks only for where the feed stands",
    async run({ storage }) {
      await insertChanges(storage, change("a"), change("b"));
      const { lastId } = await listChanges(storage);
      assertEqual(await listChanges(storage, { limit: 0 }), { changes: [], lastId, expiredId: 0 }, "The page");
    },
  },
  {
    title: "after the last change there is nothing until another comes",
    async run({ storage }) {
      await insertChanges(storage, change("a"));
      const { lastId } = await listChanges(storage);
      assertEqual(await listChanges(storage, { after: lastId }), { changes: [], lastId, expiredId: 0 }, "The page");
      await insertChanges(storage, change("b"));
      assertEqual(names(await listChanges(storage, { after: lastId })), ["b"], "The changes then");
    },
  },
  {
    title: "nothing remains of a failed write: changes",
    async run({ storage }) {
      await failAfter(storage, (transaction) =>
        able(transaction, "insertChanges").insertChanges([change("a"), change("b")]),
      );
      assertEqual(await listChanges(storage), nothing, "The page");
      await insertChanges(storage, change("c"));
      const { lastId } = await listChanges(storage);
      await failAfter(storage, (transaction) => able(transaction, "insertChanges").insertChanges([change("d")]));
      const page = await listChanges(storage);
      assertEqual([names(page), page.lastId], [["c"], lastId], "The feed after another");
    },
  },
  {
    title: "who hears of a change finds what it tells of",
    async run({ storage }) {
      const writes = Promise.all(
        numbered(20).map((recordId, index) =>
          storage.write(async (transaction) => {
            await able(transaction, "insertChanges").insertChanges([change(recordId)]);
            const told = { id: `evt_${index}`, references: [reference(String(index))] };
            await tellIn(transaction, callSample, [callSample.event(told)]);
          }),
        ),
      );
      const seen = await follow(storage, writes, async (recordId) => {
        const found = await storage.get("call", tenantId, reference(recordId.replace("call_toy_", "")));
        assertEqual(found?.record.id, recordId, "The call that the change tells of");
      });
      assertEqual(seen.length, 20, "Changes heard of");
    },
  },
  {
    title: "a change that becomes visible later has a greater id, whenever it was written",
    async run({ storage }) {
      const [written, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<ChangePage>()];
      const slow = storage.write(async (transaction) => {
        await able(transaction, "insertChanges").insertChanges([change("slow")]);
        written.resolve();
        // A storage may let the quick one wait for this one.
        await Promise.race([heard.promise, new Promise((resolve) => setTimeout(resolve, 50))]);
      });
      await Promise.race([written.promise, slow]);
      await insertChanges(storage, change("quick"));
      const first = await listChanges(storage);
      heard.resolve(first);
      await slow;
      const rest = await listChanges(storage, { after: first.lastId });
      assertEqual([...names(first), ...names(rest)].toSorted(), ["quick", "slow"], "What was seen");
    },
  },
  {
    title: "a batch of changes may be of several tenants, each of which has its own feed",
    async run({ storage }) {
      await insertChanges(storage, change("a"), change("b", { tenantId: "other" }), change("c"));
      assertEqual(names(await listChanges(storage)), ["a", "c"], "The feed of the one");
      const other = await listChanges(storage, { tenantId: "other" });
      assertEqual([names(other), other.lastId], [["b"], other.changes[0]?.id], "The feed of the other");
      assertEqual(await listChanges(storage, { tenantId: "third" }), nothing, "The feed of a third");
    },
  },
  {
    title: "who follows the feed misses nothing of 100 writes at the same time",
    async run({ storage }) {
      const writes = numbered(100).map((recordId, index) => writeAtLeisure(storage, recordId, index));
      const seen = await follow(storage, Promise.all(writes));
      assertEqual(seen.toSorted(), numbered(100).toSorted(), "What was seen");
    },
  },
  {
    title: "changes are there after closing and opening again, and those to come have greater ids",
    needs: ["durable"],
    async run({ storage, reopen }) {
      await insertChanges(storage, change("a"), change("b"));
      const before = await listChanges(storage);
      const again = await reopen();
      assertEqual(await listChanges(again), before, "The feed");
      await insertChanges(again, change("c"));
      const after = await listChanges(again, { after: before.lastId });
      assertEqual(names(after), ["c"], "What follows");
    },
  },
  {
    title: "who follows the feed misses nothing of what two storages over the same data write",
    needs: ["concurrentProcesses"],
    async run({ storage, another }) {
      const other = await another();
      const writes = Promise.all(
        numbered(60).map((recordId, index) => writeAtLeisure(index % 2 === 0 ? storage : other, recordId, index)),
      );
      for (const seen of await Promise.all([follow(storage, writes), follow(other, writes)])) {
        assertEqual(seen.toSorted(), numbered(60).toSorted(), "What was seen");
      }
    },
  },
];

const watchCases: readonly StorageCase[] = [
  {
    title: "a watch that has ended wakes nobody any more",
    async run({ storage }) {
      let ended = false;
      let late = 0;
      const end = await able(storage, "watchChanges").watchChanges(tenantId, () => {
        if (ended) late += 1;
      });
      await insertChanges(storage, change("a"));
      await end();
      ended = true;
      for (const recordId of ["b", "c"]) await insertChanges(storage, change(recordId));
      assertEqual([late, names(await listChanges(storage))], [0, ["a", "b", "c"]], "Late wakes, and the feed");
    },
  },
  {
    title: "a storage that is watched can be closed",
    async run({ storage }) {
      await able(storage, "watchChanges").watchChanges(tenantId, () => undefined);
      await storage.close();
      await assertRejects(listChanges(storage), "A read after it");
    },
  },
];

export const feedCases: readonly StorageCase[] = [
  ...cases.map((each): StorageCase => ({ ...each, needs: ["changeFeed", ...(each.needs ?? [])] })),
  ...watchCases.map((each): StorageCase => ({ ...each, needs: ["changeWatch"] })),
];
