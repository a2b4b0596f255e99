import type { Checkpoint, DeliveryUpdate, Job, JobSettlement, Storage, StorageTransaction } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import { needsOf, type StorageCase } from "./conformance-case.ts";
import { able } from "./storage-abilities.ts";
import {
  at,
  callSample,
  change,
  delivery,
  job,
  leadSample,
  reference,
  tell,
  tellIn,
  type EventSample,
} from "./storage-samples.ts";

type Method = Exclude<keyof Storage, "open" | "close" | "write" | "watchChanges"> | keyof StorageTransaction;
type ReadMethod =
  "get" | "load" | "list" | "getDelivery" | "listDeliveries" | "health" | "listJobs" | "listChanges" | "getCheckpoint";
type Tenant = "north" | "south";

/** An id that only this tenant has; all others are in both. */
const only = (tenant: Tenant): string => `only-${tenant}`;

const referencesOf = (tenant: Tenant) => ["CA1", "CA2", only(tenant)].map((name) => reference(name));
/** What either tenant has. */
const references = [...referencesOf("north"), reference(only("south"))];
const deliveryIds = [delivery(1).id, delivery(2).id, only("north"), only("south")];
const jobIds = ["dead", "leased", "waiting", only("north"), only("south")];
const checkpointNames = ["import", only("north"), only("south")];
const leaseToken = "token";

/** Fills a tenant with something of everything. What the other one has too differs by the tenant's name in it. */
async function fill(storage: Storage, tenant: Tenant): Promise<void> {
  const own = { tenantId: tenant };
  const jobOf = (id: string): Job => job(id, { ...own, payload: { name: tenant } });
  await storage.write(async (transaction) => {
    await transaction.insertDeliveries([
      delivery(1, { ...own, kind: tenant }),
      delivery(2, { ...own, kind: tenant }),
      delivery(3, { ...own, kind: tenant, id: only(tenant), identity: only(tenant) }),
    ]);
    await transaction.insertJobs([jobOf("dead"), jobOf("leased")]);
    await transaction.insertChanges?.([change("call_toy_CA1", own), change(only(tenant), { ...own, at: at(9) })]);
    await transaction.putCheckpoints?.(
      ["import", only(tenant)].map((name): Checkpoint => ({ ...own, name, version: 1, value: tenant })),
    );
  });
  for (const each of referencesOf(tenant)) {
    const facts = { callFacts: { note: tenant, agent: { id: tenant } }, leadFacts: { firstName: tenant } };
    const told: EventSample = { ...own, ...facts, id: `evt_${each.id}`, references: [each] };
    await tell(storage, callSample, callSample.event(told));
    await tell(storage, leadSample, leadSample.event({ ...told, id: `evt_lead_${each.id}` }));
  }
  await storage.claimJobs({ ...own, limit: 9, nowMs: 5_000, leaseUntilMs: 65_000, leaseToken });
  await storage.settleJobs([{ ...own, id: "dead", leaseToken, result: { type: "dead", error: tenant } }]);
  await storage.write((transaction) => transaction.insertJobs([jobOf("waiting"), jobOf(only(tenant))]));
}

/** What a tenant reads with every id and reference of both; undefined where the storage lacks the method. */
const reads: { readonly [Name in ReadMethod]: (storage: Storage, tenantId: string) => Promise<unknown> } = {
  get: (storage, tenantId) =>
    Promise.all(
      references.flatMap((each) => [storage.get("call", tenantId, each), storage.get("lead", tenantId, each)]),
    ),
  async load(storage, tenantId) {
    const [calls, leads] = await storage.write(async (transaction) => [
      await transaction.load("call", tenantId, references),
      await transaction.load("lead", tenantId, references),
    ]);
    // They come in any order.
    return [...(calls ?? []), ...(leads ?? [])].toSorted((left, right) => (left.record.id < right.record.id ? -1 : 1));
  },
  list: (storage, tenantId) =>
    Promise.all([
      storage.list("call", { tenantId, limit: 50 }),
      storage.list("call", { tenantId, limit: 50, provider: "toy", status: "in_progress" }),
      storage.list("lead", { tenantId, limit: 50 }),
    ]),
  getDelivery: (storage, tenantId) => Promise.all(deliveryIds.map((id) => storage.getDelivery(tenantId, id))),
  listDeliveries: (storage, tenantId) => storage.listDeliveries({ tenantId, limit: 50 }),
  async health(storage, tenantId) {
    const { pool: _pool, ...counts } = await storage.health(tenantId);
    return counts;
  },
  listJobs: async (storage, tenantId) => storage.listJobs?.({ tenantId, limit: 50 }),
  listChanges: async (storage, tenantId) => storage.listChanges?.({ tenantId, after: 0, limit: 50 }),
  getCheckpoint: (storage, tenantId) =>
    Promise.all(checkpointNames.map(async (name) => storage.getCheckpoint?.(tenantId, name))),
};

async function everythingOf(storage: Storage, tenantId: string): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (const [method, read] of Object.entries(reads)) all.push([method, await read(storage, tenantId)]);
  return all;
}

const tenantId: Tenant = "north";

/** What the tenant north does with every id and reference of both. */
const writes: { readonly [Name in Exclude<Method, ReadMethod>]: (storage: Storage) => Promise<unknown> } = {
  async insertDeliveries(storage) {
    const copies = [delivery(1).identity, only("north"), only("south")].map((identity, index) =>
      delivery(index + 10, { tenantId, identity }),
    );
    const before = await storage.write((transaction) => transaction.insertDeliveries(copies));
    assertEqual(before, [delivery(1).id, only("north"), undefined], "What was there before");
  },
  save: (storage) =>
    storage.write(async (transaction) => {
      const link: EventSample = { id: "evt_link", references, tenantId };
      await tellIn(transaction, callSample, [callSample.event(link)]);
      await tellIn(transaction, leadSample, [leadSample.event({ ...link, id: "evt_lead_link" })]);
    }),
  insertJobs: (storage) =>
    storage.write((transaction) => transaction.insertJobs(jobIds.map((id) => job(id, { tenantId, kind: "other" })))),
  insertChanges: (storage) =>
    storage.write((transaction) =>
      able(transaction, "insertChanges").insertChanges([change("call_toy_CA1", { tenantId })]),
    ),
  remove: (storage) =>
    storage.write(async (transaction) => {
      const own = able(transaction, "remove");
      await own.remove("call", await transaction.load("call", tenantId, references));
      await own.remove("lead", await transaction.load("lead", tenantId, references));
    }),
  updateDeliveries: (storage) =>
    storage.write((transaction) =>
      able(transaction, "updateDeliveries").updateDeliveries(
        deliveryIds.map((id): DeliveryUpdate => {
          const { identity: _identity, body: _body, ...row } = delivery(1, { tenantId, id, bodyRemovedAt: at(9) });
          return { delivery: { ...row, kind: "corrected", status: "failed" }, keepBody: false };
        }),
      ),
    ),
  async claimJobs(storage) {
    const { jobs } = await storage.claimJobs({
      tenantId,
      limit: 50,
      nowMs: 900_000,
      leaseUntilMs: 990_000,
      leaseToken: "other",
    });
    assertEqual(
      jobs.map(({ id, payload }) => [id, payload["name"]]),
      [only("north"), "waiting", "leased"].map((id) => [id, "north"]),
      "Claimed jobs",
    );
  },
  settleJobs: (storage) =>
    storage.settleJobs(jobIds.map((id): JobSettlement => ({ tenantId, id, leaseToken, result: { type: "done" } }))),
  async retryJobs(storage) {
    const counts: number[] = [];
    for (const ids of [jobIds, undefined]) {
      counts.push(await able(storage, "retryJobs").retryJobs({ tenantId, ids, nowMs: 700_000 }));
    }
    assertEqual(counts, [1, 0], "How many there were, by id and then of all");
  },
  async expire(storage) {
    const before = { bodiesBefore: at(99), changesBefore: at(99) };
    const { bodies } = await able(storage, "expire").expire({ tenantId, ...before, now: at(100), limit: 50 });
    assertEqual(bodies, 3, "Bodies that went");
  },
  async putCheckpoints(storage) {
    const put = (name: string, version: number): Promise<boolean> =>
      storage.write((transaction) =>
        able(transaction, "putCheckpoints").putCheckpoints([{ tenantId, name, version, value: "anew" }]),
      );
    const followed = [await put("import", 2), await put(only("north"), 2), await put(only("south"), 1)];
    assertEqual(followed, [true, true, true], "Whether each follows upon what its own tenant has");
  },
};

/** Every method with two tenants that have the same ids: nothing crosses. */
export const crossingCases: readonly StorageCase[] = [
  ...Object.entries(reads).map(([method, read]): StorageCase => ({
    title: `two tenants: ${method} reads the same whatever another tenant has`,
    ...needsOf(method),
    async run({ storage }) {
      const empty = await read(storage, "west");
      await fill(storage, "north");
      const alone = await read(storage, "north");
      assertThat(JSON.stringify(alone) !== JSON.stringify(empty), `${method} reads what its own tenant has`);
      await fill(storage, "south");
      assertEqual(await read(storage, "north"), alone, "What the first tenant reads");
      assertEqual(await read(storage, "west"), empty, "What a tenant reads that has nothing");
      assertThat(JSON.stringify(await read(storage, "south")) !== JSON.stringify(empty), `${method} reads the second`);
    },
  })),
  ...Object.entries(writes).map(([method, write]): StorageCase => ({
    title: `two tenants: ${method} of one leaves all that another reads as it is`,
    ...needsOf(method),
    async run({ storage }) {
      await fill(storage, "north");
      await fill(storage, "south");
      const [own, other] = [await everythingOf(storage, "north"), await everythingOf(storage, "south")];
      await write(storage);
      assertEqual(await everythingOf(storage, "south"), other, "What the other tenant reads");
      const changed = await everythingOf(storage, "north");
      assertThat(JSON.stringify(changed) !== JSON.stringify(own), `${method} changes what its own tenant reads`);
    },
  })),
];
