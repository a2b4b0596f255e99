import type { Storage } from "@offhook/core";
import { assertEqual } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { at, callSample, delivery, job, leadSample, reference, tell, tellCall, tenantId } from "./storage-samples.ts";

const tenants = ["north", "south"] as const;

/** Names that databases like to take for one another, or for syntax. */
const awkwardTenants = ["a", "A", "a ", "a:b", "a%", "a_", "é", "e\u0301", "a'b", '"a"', "💥", "0", "00"];

/** Runs the same for each tenant; only the tenant differs. */
async function forEachTenant(work: (tenant: string) => Promise<unknown>): Promise<void> {
  for (const tenant of tenants) await work(tenant);
}

/** A call of the tenant that tells its tenant apart by a note. */
const tellNote = (storage: Storage, tenant: string) =>
  tellCall(storage, "CA1", { tenantId: tenant, callFacts: { note: tenant } });

const claimAt = (nowMs: number, tenant: string, leaseToken: string) => ({
  tenantId: tenant,
  limit: 10,
  nowMs,
  leaseUntilMs: nowMs + 60_000,
  leaseToken,
});

export const tenantCases: readonly StorageCase[] = [
  {
    title: "each tenant has its own call of the same reference",
    async run({ storage }) {
      await forEachTenant((tenant) => tellNote(storage, tenant));
      await forEachTenant(async (tenant) => {
        const found = await storage.get("call", tenant, reference("CA1"));
        assertEqual([found?.record.tenantId, found?.record.note], [tenant, tenant], `The call of ${tenant}`);
        assertEqual(found?.events.length, 1, `Events of ${tenant}`);
      });
    },
  },
  {
    title: "no tenant gets or loads what belongs to another",
    async run({ storage }) {
      await tellNote(storage, "north");
      assertEqual(await storage.get("call", "south", reference("CA1")), undefined, "Got");
      const loaded = await storage.write((transaction) => transaction.load("call", "south", [reference("CA1")]));
      assertEqual(loaded, [], "Loaded");
    },
  },
  {
    title: "no tenant lists the calls or leads of another",
    async run({ storage }) {
      await tellNote(storage, "north");
      const lead = { id: "evt_1", references: [reference("LEAD1")], tenantId: "north" };
      await tell(storage, leadSample, leadSample.event(lead));
      for (const subject of ["call", "lead"] as const) {
        assertEqual((await storage.list(subject, { tenantId: "south", limit: 10 })).data, [], `Each ${subject}`);
        assertEqual((await storage.list(subject, { tenantId: "north", limit: 10 })).data.length, 1, `Own ${subject}s`);
      }
    },
  },
  {
    title: "a page's cursor leads to no other tenant's calls",
    async run({ storage }) {
      for (const tenant of tenants) {
        for (const name of ["CA1", "CA2", "CA3"]) await tellCall(storage, name, { tenantId: tenant });
      }
      const first = await storage.list("call", { tenantId: "north", limit: 2 });
      const rest = await storage.list("call", { tenantId: "north", limit: 9, cursor: first.nextCursor ?? "" });
      assertEqual(
        rest.data.map((call) => [call.tenantId, call.references[0]?.id]),
        [["north", "CA1"]],
        "The rest",
      );
    },
  },
  {
    title: "a merge of one tenant leaves the calls of another alone",
    async run({ storage }) {
      for (const tenant of tenants) {
        for (const name of ["CA1", "CA2"]) await tellCall(storage, name, { tenantId: tenant });
      }
      const link = { id: "evt_link", references: [reference("CA1"), reference("CA2")], tenantId: "north" };
      await tell(storage, callSample, callSample.event(link));
      assertEqual((await storage.list("call", { tenantId: "south", limit: 9 })).data.length, 2, "Calls of the other");
      const found = await storage.get("call", "south", reference("CA2"));
      assertEqual(found?.events.length, 1, "Events of the other");
    },
  },
  {
    title: "the same content is journaled once for each tenant",
    async run({ storage }) {
      const both = tenants.map((tenant, index) => delivery(index, { tenantId: tenant, identity: "ab".repeat(32) }));
      const before = await storage.write((transaction) => transaction.insertDeliveries(both));
      assertEqual(before, [undefined, undefined], "What was there before");
    },
  },
  {
    title: "no tenant reads the deliveries of another, even with the same id",
    async run({ storage }) {
      await forEachTenant((tenant) =>
        storage.write((transaction) => transaction.insertDeliveries([delivery(1, { tenantId: tenant, kind: tenant })])),
      );
      await forEachTenant(async (tenant) => {
        assertEqual((await storage.getDelivery(tenant, delivery(1).id))?.kind, tenant, `The delivery of ${tenant}`);
        const { data } = await storage.listDeliveries({ tenantId: tenant, limit: 10, from: at(0) });
        assertEqual(
          data.map(({ kind }) => kind),
          [tenant],
          `The list of ${tenant}`,
        );
      });
      assertEqual(await storage.getDelivery("west", delivery(1).id), undefined, "The delivery of a third");
    },
  },
  {
    title: "no tenant claims or settles the jobs of another, even with the same id",
    async run({ storage }) {
      await storage.write((transaction) =>
        transaction.insertJobs(tenants.map((tenant) => job("job_1", { tenantId: tenant }))),
      );
      const { jobs } = await storage.claimJobs(claimAt(5_000, "north", "token"));
      assertEqual(
        jobs.map((each) => each.tenantId),
        ["north"],
        "Claimed",
      );
      await storage.settleJobs([{ tenantId: "south", id: "job_1", leaseToken: "token", result: { type: "done" } }]);
      assertEqual((await storage.health("north")).jobs.running, 1, "Running jobs of the one");
      await storage.settleJobs([{ tenantId: "north", id: "job_1", leaseToken: "token", result: { type: "done" } }]);
      assertEqual((await storage.health("south")).jobs.waiting, 1, "Waiting jobs of the other");
    },
  },
  {
    title: "tenants whose names look alike are apart",
    async run({ storage }) {
      for (const tenant of awkwardTenants) await tellNote(storage, tenant);
      for (const tenant of awkwardTenants) {
        const { data } = await storage.list("call", { tenantId: tenant, limit: 50 });
        assertEqual(
          data.map((call) => [call.tenantId, call.note]),
          [[tenant, tenant]],
          "Calls",
        );
      }
    },
  },
  {
    title: "health counts nothing where there is nothing",
    async run({ storage }) {
      const { calls, leads, events, agents, deliveries, jobs } = await storage.health(tenantId);
      assertEqual([calls, leads, events, agents], [0, 0, 0, 0], "Calls, leads, events, agents");
      assertEqual(deliveries, { applied: 0, unmapped: 0, failed: 0, rejected: 0 }, "Deliveries");
      assertEqual(jobs, { waiting: 0, running: 0, dead: 0 }, "Jobs");
    },
  },
  {
    title: "health counts what a tenant has",
    async run({ storage }) {
      for (const tenant of ["other", tenantId]) {
        for (const [index, agent] of ["ana", "ben", "ana"].entries()) {
          const callFacts = { agent: { id: agent } };
          await tellCall(storage, `CA${index}`, { tenantId: tenant, callFacts });
        }
        await tellCall(storage, "CA0", { id: "evt_more", tenantId: tenant });
        const lead = { id: "evt_1", references: [reference("LEAD1")], tenantId: tenant };
        await tell(storage, leadSample, leadSample.event(lead));
        await storage.write(async (transaction) => {
          const statuses = ["applied", "failed", "applied", "rejected", "unmapped", "applied"] as const;
          await transaction.insertDeliveries(
            statuses.map((status, index) => delivery(index, { status, tenantId: tenant })),
          );
          await transaction.insertJobs(
            [1, 2, 3].map((number) => job(`job_${number}`, { tenantId: tenant, runAtMs: number * 10_000 })),
          );
        });
      }
      await storage.claimJobs(claimAt(10_000, tenantId, "token"));
      const { calls, leads, events, agents, deliveries, jobs } = await storage.health(tenantId);
      assertEqual([calls, leads, events, agents], [3, 1, 4, 2], "Calls, leads, events of calls, agents");
      assertEqual(deliveries, { applied: 3, unmapped: 1, failed: 1, rejected: 1 }, "Deliveries");
      assertEqual(jobs, { waiting: 2, running: 1, dead: 0 }, "Jobs");
    },
  },
];
