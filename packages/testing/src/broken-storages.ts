import { decodeCursor, type Call, type Job, type Lead, type Storage } from "@offhook/core";
import {
  withMethods,
  withTransaction,
  withWrites,
  inOrder,
  unbundled,
  withoutDuplicates,
  withBodies,
  withJson,
  withLists,
  remembering,
} from "./storage-flaws.ts";

/** A storage with one flaw, and the case that finds it. */
export interface BrokenStorage {
  /** Completes "a storage that …". */
  readonly flaw: string;
  readonly caughtBy: string;
  makeStorage(): Storage;
}

/** Storages that the suite must fail: it would be worth nothing if it passed them. */
export const brokenStorages: readonly BrokenStorage[] = [
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
    flaw: "is not atomic",
    caughtBy: "nothing remains of a failed write: calls",
    makeStorage: () => withWrites(inOrder(), unbundled),
  },
  {
    flaw: "leaves jobs of a failed write behind",
    caughtBy: "nothing remains of a failed write: jobs",
    makeStorage: () =>
      withMethods((storage) => ({
        write: (work) =>
          storage.write((transaction) =>
            work({
              ...transaction,
              insertJobs: async (jobs) => void storage.write((other) => other.insertJobs(jobs)),
            }),
          ),
      })),
  },
  {
    flaw: "does not serialise writes",
    caughtBy: "20 writes to one call at the same time lose no event",
    makeStorage: () => withWrites((run) => run(), unbundled),
  },
  {
    flaw: "wraps the errors of the work",
    caughtBy: "an error that the work throws passes through unchanged",
    makeStorage: () =>
      withMethods((storage) => ({
        write: (work) =>
          storage.write(work).catch((cause: unknown) => {
            throw new Error("The write failed", { cause });
          }),
      })),
  },
  {
    flaw: "commits after it said so",
    caughtBy: "what a write has written is read as soon as it resolves",
    makeStorage: () =>
      withTransaction((transaction, storage) => ({
        async save(subject, changes) {
          const late = () => storage.write((later) => later.save(subject, changes));
          setTimeout(() => void late().catch(() => undefined), 5);
        },
      })),
  },
  {
    flaw: "works on after closing",
    caughtBy: "a closed storage refuses write with a StorageError",
    makeStorage: () => withMethods(() => ({ close: () => Promise.resolve() })),
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
  ...leaks(),
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
  {
    flaw: "forgets jobs",
    caughtBy: "a claimed job is as it was written, running and held by the claim",
    makeStorage: () => withTransaction(() => ({ insertJobs: () => Promise.resolve() })),
  },
  {
    flaw: "lets two claims take one job",
    caughtBy: "claims at the same time share no job and leave none",
    makeStorage() {
      const claimed: Job[] = [];
      return withMethods((storage) => ({
        async claimJobs(claim) {
          const found = await storage.claimJobs(claim);
          const jobs = [...claimed, ...found.jobs].slice(0, claim.limit);
          claimed.push(...found.jobs);
          return { ...found, jobs };
        },
      }));
    },
  },
  {
    flaw: "settles without the lease",
    caughtBy: "a settlement with a lost lease changes nothing: done",
    makeStorage() {
      let holder = "";
      return withMethods((storage) => ({
        async claimJobs(claim) {
          holder = claim.leaseToken;
          return storage.claimJobs(claim);
        },
        settleJobs: (settlements) =>
          storage.settleJobs(settlements.map((settlement) => ({ ...settlement, leaseToken: holder }))),
      }));
    },
  },
  {
    flaw: "ignores runAtMs",
    caughtBy: "a job is claimed from runAtMs on",
    makeStorage: () =>
      withTransaction((transaction) => ({
        insertJobs: (jobs) => transaction.insertJobs(jobs.map((each) => ({ ...each, runAtMs: 0 }))),
      })),
  },
  {
    flaw: "forgets why a job failed",
    caughtBy: "a job to retry waits until its time and keeps why it failed",
    makeStorage: () =>
      withMethods((storage) => ({
        async claimJobs(claim) {
          const found = await storage.claimJobs(claim);
          return { ...found, jobs: found.jobs.map((each) => ({ ...each, lastError: null })) };
        },
      })),
  },
  {
    flaw: "never tells when the next job falls due",
    caughtBy: "a claim tells when the next job falls due: one that waits, one it left, one that runs",
    makeStorage: () =>
      withMethods((storage) => ({
        claimJobs: async (claim) => ({ ...(await storage.claimJobs(claim)), nextRunAtMs: null }),
      })),
  },
];

/** Storages in which one method looks into another tenant's data. */
function leaks(): BrokenStorage[] {
  return [
    {
      flaw: "gets what belongs to another tenant",
      caughtBy: "no tenant gets or loads what belongs to another",
      makeStorage: () =>
        withMethods((storage) => ({
          get: async (subject, tenantId, each) =>
            (await storage.get(subject, tenantId, each)) ?? storage.get(subject, "north", each),
        })),
    },
    {
      flaw: "lists what belongs to another tenant",
      caughtBy: "no tenant lists the calls or leads of another",
      makeStorage: () =>
        withMethods((storage) => ({
          list: (subject, query) => storage.list(subject, { ...query, tenantId: "north" }),
        })),
    },
    {
      flaw: "reads deliveries of another tenant",
      caughtBy: "no tenant reads the deliveries of another, even with the same id",
      makeStorage: () => withMethods((storage) => ({ getDelivery: (_tenant, id) => storage.getDelivery("north", id) })),
    },
    {
      flaw: "claims jobs of another tenant",
      caughtBy: "no tenant claims or settles the jobs of another, even with the same id",
      makeStorage: () =>
        withMethods((storage) => ({
          claimJobs: (claim) => storage.claimJobs({ ...claim, tenantId: "south" }),
        })),
    },
    {
      flaw: "journals the same content once for all tenants",
      caughtBy: "the same content is journaled once for each tenant",
      makeStorage: () =>
        withTransaction((transaction) => ({
          insertDeliveries: (batch) =>
            transaction.insertDeliveries(batch.map((each) => ({ ...each, tenantId: "north" }))),
        })),
    },
    {
      flaw: "counts for all tenants",
      caughtBy: "health counts what a tenant has",
      makeStorage: () =>
        withMethods((storage) => ({
          async health(tenantId) {
            const [own, other] = [await storage.health(tenantId), await storage.health("other")];
            return { ...own, calls: own.calls + other.calls };
          },
        })),
    },
  ];
}
