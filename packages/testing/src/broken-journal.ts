import type { BrokenStorage } from "./broken-storage.ts";
import { withBodies, withJson, withMethods, withTransaction, withoutDuplicates } from "./storage-flaws.ts";

export const brokenJournal: readonly BrokenStorage[] = [
  {
    flaw: "adds duplicates",
    caughtBy: "the same content again is not added",
    makeStorage: () =>
      withTransaction((transaction) => ({
        insertDeliveries: (batch) =>
          transaction.insertDeliveries(batch.map((each) => ({ ...each, identity: `${each.identity}${each.id}` }))),
      })),
  },
  {
    flaw: "never counts duplicates",
    caughtBy: "duplicates are counted on the delivery that was there before",
    makeStorage: () =>
      withMethods((storage) => ({
        getDelivery: async (...parameters) => withoutDuplicates(await storage.getDelivery(...parameters)),
      })),
  },
  {
    flaw: "overlooks duplicates inside a batch",
    caughtBy: "duplicates inside one batch are found, in the order of the batch",
    makeStorage: () =>
      withTransaction((transaction) => ({
        async insertDeliveries(batch) {
          await transaction.insertDeliveries(batch);
          return batch.map(() => undefined);
        },
      })),
  },
  {
    flaw: "takes missing identities for the same one",
    caughtBy: "deliveries without an identity never collide",
    makeStorage: () =>
      withTransaction((transaction) => ({
        insertDeliveries: (batch) =>
          transaction.insertDeliveries(batch.map((each) => ({ ...each, identity: each.identity ?? "null" }))),
      })),
  },
  {
    flaw: "keeps the whole buffer of a view",
    caughtBy: "a body of a view that starts inside its buffer comes back byte by byte",
    makeStorage: () => withBodies((body) => new Uint8Array(body.buffer)),
  },
  {
    flaw: "keeps bodies as text",
    caughtBy: "a body of bytes that are not UTF-8 comes back byte by byte",
    makeStorage: () => withBodies((body) => new TextEncoder().encode(new TextDecoder().decode(body))),
  },
  {
    flaw: "loses NUL",
    caughtBy: "NUL, lone surrogates and names such as __proto__ survive in a delivery",
    makeStorage: () => withJson((text) => text.replaceAll("\\u0000", "")),
  },
];
