import type { BrokenStorage } from "./broken-storage.ts";
import { withChanges, withMethods } from "./storage-flaws.ts";

export const brokenExpiry: readonly BrokenStorage[] = [
  {
    flaw: "lets go of bodies from the very time",
    caughtBy: "where nothing is past its time, nothing goes",
    makeStorage: () =>
      withMethods((storage) => ({
        expire: (expiry) => storage.expire({ ...expiry, bodiesBefore: `${expiry.bodiesBefore}~` }),
      })),
  },
  {
    flaw: "lets go of all bodies whatever the limit",
    caughtBy: "at most as many bodies go as asked for, until none is left",
    makeStorage: () =>
      withMethods((storage) => ({ expire: (expiry) => storage.expire({ ...expiry, limit: 1_000_000 }) })),
  },
  {
    flaw: "counts bodies again that went before",
    caughtBy: "a body that went does not go again: when it went stays",
    makeStorage() {
      let bodies = 0;
      return withMethods((storage) => ({
        async expire(expiry) {
          const expired = await storage.expire(expiry);
          bodies += expired.bodies;
          return { ...expired, bodies };
        },
      }));
    },
  },
  {
    flaw: "says anew when a body went, each time",
    caughtBy: "a body that went does not go again: when it went stays",
    makeStorage() {
      let latest: string | null = null;
      return withMethods((storage) => ({
        async expire(expiry) {
          latest = expiry.now;
          return storage.expire(expiry);
        },
        async getDelivery(...parameters) {
          const found = await storage.getDelivery(...parameters);
          return found && { ...found, bodyRemovedAt: found.bodyRemovedAt && latest };
        },
      }));
    },
  },
  {
    flaw: "takes the size of a body along",
    caughtBy: "bodies of deliveries received before a time go, and nothing else of them",
    makeStorage: () =>
      withMethods((storage) => ({
        async getDelivery(...parameters) {
          const found = await storage.getDelivery(...parameters);
          return found && { ...found, bodyBytes: found.body.length === 0 ? 0 : found.bodyBytes };
        },
      })),
  },
  {
    flaw: "takes changes out of the middle of the feed",
    caughtBy: "a change goes only after all before it, whatever their times",
    makeStorage() {
      let before = "";
      return withMethods((storage) => ({
        async expire(expiry) {
          before = expiry.changesBefore;
          return storage.expire(expiry);
        },
        async listChanges(query) {
          const page = await storage.listChanges(query);
          return { ...page, changes: page.changes.filter((each) => each.at >= before) };
        },
      }));
    },
  },
  {
    flaw: "does not say up to where the feed has expired",
    caughtBy: "changes from before a time go, and the feed says up to where",
    makeStorage: () => withChanges((page) => ({ ...page, expiredId: 0 })),
  },
  {
    flaw: "begins to count anew when all of the feed has expired",
    caughtBy: "a feed of which all has expired knows where it stands, and goes on with greater ids",
    makeStorage: () =>
      withChanges((page, { after }) => (page.changes.length === 0 && after === 0 ? { ...page, lastId: 0 } : page)),
  },
];
