import type { BrokenStorage } from "./broken-storage.ts";
import { withMethods, withTransaction } from "./storage-flaws.ts";

/** One method looks into what belongs to another tenant, or changes it. */
export const brokenTenants: readonly BrokenStorage[] = [
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
  {
    flaw: "loads what belongs to another tenant",
    caughtBy: "two tenants: load reads the same whatever another tenant has",
    makeStorage: () =>
      withTransaction((transaction) => ({
        load: async (subject, tenantId, references) => [
          ...(await transaction.load(subject, tenantId, references)),
          ...(tenantId === "south" ? [] : await transaction.load(subject, "south", references)),
        ],
      })),
  },
  {
    flaw: "settles jobs of every tenant",
    caughtBy: "two tenants: settleJobs of one leaves all that another reads as it is",
    makeStorage: () =>
      withMethods((storage) => ({
        settleJobs: (settlements) =>
          storage.settleJobs(settlements.flatMap((each) => [each, { ...each, tenantId: "south" }])),
      })),
  },
  {
    flaw: "lists jobs of another tenant",
    caughtBy: "two tenants: listJobs reads the same whatever another tenant has",
    makeStorage: () =>
      withMethods((storage) => ({
        async listJobs(query) {
          const [own, other] = [await storage.listJobs(query), await storage.listJobs({ ...query, tenantId: "south" })];
          return { ...own, data: [...own.data, ...other.data] };
        },
      })),
  },
  {
    flaw: "lets dead jobs of every tenant run again",
    caughtBy: "two tenants: retryJobs of one leaves all that another reads as it is",
    makeStorage: () =>
      withMethods((storage) => ({
        async retryJobs(retry) {
          await storage.retryJobs({ ...retry, tenantId: "south" });
          return storage.retryJobs(retry);
        },
      })),
  },
  {
    flaw: "has one feed for all tenants",
    caughtBy: "two tenants: listChanges reads the same whatever another tenant has",
    makeStorage: () =>
      withMethods((storage) => ({
        async listChanges(query) {
          const [own, other] = await Promise.all([
            storage.listChanges(query),
            storage.listChanges({ ...query, tenantId: "south" }),
          ]);
          return { ...own, lastId: Math.max(own.lastId, other.lastId) };
        },
      })),
  },
  {
    flaw: "tells every tenant of a change",
    caughtBy: "two tenants: insertChanges of one leaves all that another reads as it is",
    makeStorage: () =>
      withTransaction((transaction) => ({
        insertChanges: (changes) =>
          transaction.insertChanges(changes.flatMap((each) => [each, { ...each, tenantId: "south" }])),
      })),
  },
  {
    flaw: "removes from every tenant",
    caughtBy: "two tenants: remove of one leaves all that another reads as it is",
    makeStorage: () =>
      withTransaction((transaction) => ({
        async remove(subject, stored) {
          const references = stored.flatMap(({ record }) => [...record.references]);
          await transaction.remove(subject, [...stored, ...(await transaction.load(subject, "south", references))]);
        },
      })),
  },
  {
    flaw: "corrects deliveries of every tenant",
    caughtBy: "two tenants: updateDeliveries of one leaves all that another reads as it is",
    makeStorage: () =>
      withTransaction((transaction) => ({
        updateDeliveries: (updates) =>
          transaction.updateDeliveries(
            updates.flatMap((each) => [each, { ...each, delivery: { ...each.delivery, tenantId: "south" } }]),
          ),
      })),
  },
  {
    flaw: "lets go of what is past its time for every tenant",
    caughtBy: "two tenants: expire of one leaves all that another reads as it is",
    makeStorage: () =>
      withMethods((storage) => ({
        async expire(expiry) {
          await storage.expire({ ...expiry, tenantId: "south" });
          return storage.expire(expiry);
        },
      })),
  },
];
