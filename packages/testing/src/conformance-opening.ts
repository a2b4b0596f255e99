import { StorageError, type Storage } from "@offhook/core";
import { assertEqual, assertRejects, assertThat } from "./conformance-assert.ts";
import { needsOf, type StorageCase } from "./conformance-case.ts";
import { able } from "./storage-abilities.ts";
import { at, delivery, job, leadSample, reference, tell, tellCall, tenantId } from "./storage-samples.ts";

const uses: { readonly [method: string]: (storage: Storage) => Promise<unknown> } = {
  write: (storage) => storage.write(() => Promise.resolve()),
  get: (storage) => storage.get("call", tenantId, reference("CA1")),
  list: (storage) => storage.list("call", { tenantId, limit: 1 }),
  getDelivery: (storage) => storage.getDelivery(tenantId, "dlv_000001"),
  listDeliveries: (storage) => storage.listDeliveries({ tenantId, limit: 1 }),
  claimJobs: (storage) =>
    storage.claimJobs({ tenantId, limit: 1, nowMs: 1_000, leaseUntilMs: 2_000, leaseToken: "token" }),
  settleJobs: (storage) =>
    storage.settleJobs([{ tenantId, id: "job_1", leaseToken: "token", result: { type: "done" } }]),
  health: (storage) => storage.health(tenantId),
  listJobs: (storage) => able(storage, "listJobs").listJobs({ tenantId, limit: 1 }),
  retryJobs: (storage) => able(storage, "retryJobs").retryJobs({ tenantId, ids: undefined, nowMs: 1_000 }),
  listChanges: (storage) => able(storage, "listChanges").listChanges({ tenantId, after: 0, limit: 1 }),
  watchChanges: (storage) => able(storage, "watchChanges").watchChanges(tenantId, () => undefined),
  expire: (storage) =>
    able(storage, "expire").expire({ tenantId, bodiesBefore: at(0), changesBefore: at(0), now: at(0), limit: 1 }),
  getCheckpoint: (storage) => able(storage, "getCheckpoint").getCheckpoint(tenantId, "import"),
};

export const openingCases: readonly StorageCase[] = [
  {
    title: "opening twice does nothing",
    async run({ storage }) {
      await tellCall(storage, "CA1");
      await Promise.all([storage.open(), storage.open()]);
      assertThat((await storage.get("call", tenantId, reference("CA1"))) !== undefined, "the call is still there");
    },
  },
  {
    title: "closing twice does nothing",
    async run({ storage }) {
      await storage.close();
      await storage.close();
    },
  },
  ...Object.entries(uses).map(([method, use]): StorageCase => ({
    title: `a closed storage refuses ${method} with a StorageError`,
    ...needsOf(method),
    async run({ storage }) {
      await storage.close();
      const error = await assertRejects(use(storage), method);
      assertThat(error instanceof StorageError, `${method} throws a StorageError, got ${String(error)}`);
    },
  })),
  {
    title: "closing lets a write that has begun finish",
    async run({ storage }) {
      let finished = false;
      const write = storage.write(async (transaction) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await transaction.insertDeliveries([delivery(1)]);
        finished = true;
      });
      await Promise.resolve();
      await storage.close();
      assertThat(finished, "close waits for the write");
      await write;
    },
  },
  {
    title: "everything is there after closing and opening again",
    needs: ["durable"],
    async run({ storage, reopen }) {
      const call = await tellCall(storage, "CA1");
      const lead = await tell(
        storage,
        leadSample,
        leadSample.event({ id: "evt_lead", references: [reference("LEAD1")] }),
      );
      const written = delivery(1);
      await storage.write(async (transaction) => {
        await transaction.insertDeliveries([written]);
        await transaction.insertJobs([job("job_1")]);
      });
      const again = await reopen();
      assertEqual((await again.get("call", tenantId, reference("CA1")))?.record, call, "The call");
      assertEqual((await again.get("lead", tenantId, reference("LEAD1")))?.record, lead, "The lead");
      assertEqual(await again.getDelivery(tenantId, written.id), written, "The delivery");
      const claim = { tenantId, limit: 10, nowMs: 5_000, leaseUntilMs: 9_000, leaseToken: "token" };
      assertEqual(
        (await again.claimJobs(claim)).jobs.map(({ id }) => id),
        ["job_1"],
        "Jobs",
      );
    },
  },
  {
    title: "a delivery is known as a duplicate after closing and opening again",
    needs: ["durable"],
    async run({ storage, reopen }) {
      await storage.write((transaction) => transaction.insertDeliveries([delivery(1)]));
      const again = await reopen();
      const copy = delivery(2, { identity: delivery(1).identity });
      const before = await again.write((transaction) => transaction.insertDeliveries([copy]));
      assertEqual(before, [delivery(1).id], "What was there before");
    },
  },
];
