import { decodeCursor, type Call, type Lead } from "@offhook/core";
import type { BrokenStorage } from "./broken-storage.ts";
import { withLists, withMethods } from "./storage-flaws.ts";

export const brokenLists: readonly BrokenStorage[] = [
  {
    flaw: "lists oldest first",
    caughtBy: "calls are listed by createdAt, newest first, whenever they were written",
    makeStorage: () => withLists((page) => ({ ...page, data: page.data.toReversed() })),
  },
  {
    flaw: "repeats a row on the next page",
    caughtBy: "pages have neither gaps nor repeats, also among calls of the same time",
    makeStorage() {
      let last: Call | Lead | undefined;
      return withLists((page, cursor) => {
        const data = cursor === undefined || last === undefined ? page.data : [last, ...page.data.slice(1)];
        last = page.data.at(-1);
        return { ...page, data };
      });
    },
  },
  {
    flaw: "pages by time alone",
    caughtBy: "pages have neither gaps nor repeats, also among calls of the same time",
    makeStorage: () =>
      withLists((page, cursor) => ({
        ...page,
        data: page.data.filter(({ createdAt }) => cursor === undefined || createdAt < decodeCursor(cursor).time),
      })),
  },
  {
    flaw: "always gives a cursor",
    caughtBy: "a page that holds the last row has no cursor",
    makeStorage: () => withLists((page) => ({ ...page, nextCursor: page.nextCursor ?? "x~x" })),
  },
  {
    flaw: "takes the end of a range for a part of it",
    caughtBy: "calls are listed to a time, which does not belong to it",
    makeStorage: () =>
      withMethods((storage) => ({
        list: (subject, { to, ...query }) => storage.list(subject, { ...query, to: to && `${to}~` }),
      })),
  },
  {
    flaw: "ignores cursors that it cannot read",
    caughtBy: "a cursor that no page gave is refused with a PayloadError",
    makeStorage: () =>
      withMethods((storage) => ({
        list: (subject, { cursor, ...query }) =>
          storage.list(subject, cursor?.includes("~") ? { ...query, cursor } : query),
      })),
  },
  {
    flaw: "lists bodies",
    caughtBy: "deliveries are listed newest first, without their bodies",
    makeStorage: () =>
      withMethods((storage) => ({
        async listDeliveries(query) {
          const page = await storage.listDeliveries(query);
          return { ...page, data: page.data.map((each) => ({ ...each, body: new Uint8Array() })) };
        },
      })),
  },
];
