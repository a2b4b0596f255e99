import type { FeedChange } from "@offhook/core";
import type { BrokenStorage } from "./broken-storage.ts";
import { unbundled, withChanges, withMethods, withTransaction } from "./storage-flaws.ts";

export const brokenFeed: readonly BrokenStorage[] = [
  {
    flaw: "numbers changes when they are written instead of when they become visible",
    caughtBy: "a change that becomes visible later has a greater id, whenever it was written",
    makeStorage() {
      const visible: FeedChange[] = [];
      let lastId = 0;
      return withMethods((storage) => ({
        async write(work) {
          const written: FeedChange[] = [];
          const result = await work({
            ...unbundled(storage),
            async insertChanges(changes) {
              for (const each of changes) written.push({ ...each, id: (lastId += 1) });
            },
          });
          visible.push(...written);
          return result;
        },
        async listChanges({ after, limit }) {
          const sorted = visible.toSorted((left, right) => left.id - right.id);
          const changes = sorted.filter(({ id }) => id > after).slice(0, limit);
          return { changes, lastId: sorted.at(-1)?.id ?? 0, expiredId: 0 };
        },
      }));
    },
  },
  {
    flaw: "leaves changes of a failed write behind",
    caughtBy: "nothing remains of a failed write: changes",
    makeStorage: () =>
      withTransaction((_transaction, storage) => ({
        insertChanges: async (changes) => void storage.write(async (other) => other.insertChanges?.(changes)),
      })),
  },
  {
    flaw: "tells of a change before what it tells of is there",
    caughtBy: "who hears of a change finds what it tells of",
    makeStorage() {
      const heard: FeedChange[] = [];
      return withMethods((storage) => ({
        write: (work) =>
          storage.write((transaction) =>
            work({
              ...transaction,
              async insertChanges(changes) {
                for (const each of changes) heard.push({ ...each, id: heard.length + 1 });
                // Lets readers come in between.
                await new Promise((resolve) => setTimeout(resolve, 3));
              },
            }),
          ),
        listChanges: async ({ after, limit }) => ({
          changes: heard.slice(after, after + limit),
          lastId: heard.length,
          expiredId: 0,
        }),
      }));
    },
  },
  {
    flaw: "gives ids of changes as text",
    caughtBy: "a change is listed as it was written, with a number as its id",
    makeStorage: () =>
      withChanges((page) => ({
        ...page,
        // The type does not allow what drivers do with big integers.
        changes: page.changes.map((each) => ({ ...each, id: String(each.id) as unknown as number })),
      })),
  },
  {
    flaw: "lists the feed newest first",
    caughtBy: "changes keep the order of their batch and of the writes, and their ids ascend",
    makeStorage: () => withChanges((page) => ({ ...page, changes: page.changes.toReversed() })),
  },
  {
    flaw: "keeps one change of a record only",
    caughtBy: "the same change twice is twice in the feed, and an empty batch is nothing",
    makeStorage: () =>
      withChanges((page) => ({
        ...page,
        changes: [...new Map(page.changes.map((each) => [each.recordId, each])).values()],
      })),
  },
  {
    flaw: "tells where a page ends instead of where the feed stands",
    caughtBy: "a limit of 0 asks only for where the feed stands",
    makeStorage: () => withChanges((page, { after }) => ({ ...page, lastId: page.changes.at(-1)?.id ?? after })),
  },
  {
    flaw: "gives the change again that it was asked to follow",
    caughtBy: "after the last change there is nothing until another comes",
    makeStorage: () =>
      withMethods((storage) => ({
        listChanges: (query) => storage.listChanges({ ...query, after: query.after - 1 }),
      })),
  },
];
