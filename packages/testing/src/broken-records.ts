import type { BrokenStorage } from "./broken-storage.ts";
import { remembering, withJson, withTransaction } from "./storage-flaws.ts";

export const brokenRecords: readonly BrokenStorage[] = [
  {
    flaw: "mends lone surrogates",
    caughtBy: "a call keeps NUL, lone surrogates and names such as __proto__",
    makeStorage: () => withJson((text) => text.replaceAll(/(?<!\\)\\ud[89a-f]../g, "\ufffd")),
  },
  {
    flaw: "loses members named __proto__",
    caughtBy: "a lead keeps NUL, lone surrogates and names such as __proto__",
    makeStorage: () => withJson((text) => text.replaceAll('"__proto__":{"polluted":true},', "")),
  },
  {
    flaw: "loads only the first record",
    caughtBy: "a call is loaded beside others, each on its own",
    makeStorage: () =>
      withTransaction((transaction) => ({
        load: async (...parameters) => (await transaction.load(...parameters)).slice(0, 1),
      })),
  },
  {
    flaw: "loads a record once for each of its references",
    caughtBy: "a call is loaded by any of its references, once",
    makeStorage: () =>
      withTransaction((transaction) => ({
        load: async (subject, tenantId, references) =>
          (await Promise.all(references.map((each) => transaction.load(subject, tenantId, [each])))).flat(),
      })),
  },
  {
    flaw: "loses events on merge",
    caughtBy: "a call takes the place of 2 that turned out to be one",
    makeStorage: () =>
      withTransaction((transaction) => ({
        save: (subject, changes) =>
          transaction.save(
            subject,
            changes.map((change) => ({ ...change, replaces: change.replaces.slice(0, 1) })),
          ),
      })),
  },
  {
    flaw: "merges two records only",
    caughtBy: "a lead takes the place of 3 that turned out to be one",
    makeStorage: () =>
      withTransaction((transaction) => ({
        save: (subject, changes) =>
          transaction.save(
            subject,
            changes.map((change) => ({ ...change, replaces: change.replaces.slice(0, 2) })),
          ),
      })),
  },
  {
    flaw: "lets an old reference lead to what a merge replaced",
    caughtBy: "a call takes the place of 2 that turned out to be one",
    makeStorage: () => remembering((replaced) => ({ get: replaced })),
  },
  {
    flaw: "lists what a merge replaced",
    caughtBy: "a call is the only one left of those it replaced",
    makeStorage: () => remembering((_replaced, listed) => ({ list: listed })),
  },
  {
    flaw: "takes ids that differ in case for the same",
    caughtBy: "a call is not taken for one with an id that looks alike",
    makeStorage: () =>
      withTransaction((transaction) => ({
        load: (subject, tenantId, references) =>
          transaction.load(
            subject,
            tenantId,
            references.flatMap((each) => [each, { ...each, id: each.id.toLowerCase() }]),
          ),
      })),
  },
];
