import {
  createOffhook,
  memoryStorage,
  silentLogger,
  type Job,
  type Offhook,
  type Storage,
  type StorageHealth,
} from "@offhook/core";
import { deleteByNumber, previewReplay, renormalize, replay } from "@offhook/core/maintenance";
import { postgresStorage } from "@offhook/storage-postgres";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { allProviders } from "./all-providers.ts";
import { convosoLead, nowMs, providers, signAll } from "./postgres-deliveries.ts";
import { createSchema, type PostgresSchema } from "./postgres-schema.ts";

const postgresUrl = inject("postgresUrl");
/** Everybody calls from it in the samples. */
const caller = "+14155550199";
const dayMs = 24 * 60 * 60_000;

/** One tenant in a process of its own, as far as the storage is concerned. */
interface Tenant {
  readonly offhook: Offhook;
  readonly storage: Storage;
  /** Ids of the changes that its handlers were told of. */
  readonly told: string[];
  /** Moves its clock, and nobody else's. */
  wait(ms: number): void;
}

describe.skipIf(postgresUrl === undefined)("F04: two tenants on one database", { timeout: 60_000 }, () => {
  let own: PostgresSchema;
  const opened: Tenant[] = [];

  beforeEach(async () => {
    own = await createSchema(postgresUrl ?? "");
  });
  afterEach(async () => {
    for (const { offhook } of opened.splice(0)) await offhook.close();
    await own.drop();
  });

  function openTenant(
    tenantId: string,
    storage: Storage = postgresStorage({ connectionString: own.connectionString, schema: own.schema }),
  ): Tenant {
    let waitedMs = 0;
    const told: string[] = [];
    const offhook = createOffhook({
      providers,
      storage,
      tenantId,
      on: {
        "call.created": ({ id }) => void told.push(id),
        "call.recorded": () => {
          throw new Error("nobody takes recordings");
        },
      },
      now: () => nowMs + waitedMs,
      runJobs: false,
      logger: silentLogger,
    });
    const tenant = { offhook, storage, told, wait: (ms: number) => void (waitedMs += ms) };
    opened.push(tenant);
    return tenant;
  }

  /** A call of each provider, and a lead. */
  const life = () =>
    signAll([
      ...allProviders().flatMap((provider, index) => provider.life({ key: `a${index}` })),
      ...convosoLead({ key: "a5" }),
    ]);

  /** Puts the first of a name that every tenant uses. */
  async function putCheckpoint({ offhook: { tenantId }, storage }: Tenant): Promise<void> {
    const checkpoint = { tenantId, name: "import", version: 1, value: tenantId };
    expect(await storage.write(async (transaction) => transaction.putCheckpoints?.([checkpoint]))).toBe(true);
  }

  async function receiveLife({ offhook }: Tenant): Promise<void> {
    const requests = await life();
    const answers = await Promise.all(requests.map((request) => offhook.handle(request)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 204]));
    const [first] = requests;
    expect(first && (await offhook.handle({ ...first, body: new TextEncoder().encode("{}") }))).toMatchObject({
      status: 401,
    });
  }

  /** Runs the jobs until those that can only fail are dead. */
  async function work(tenant: Tenant): Promise<readonly Job[]> {
    for (;;) {
      const { data } = await tenant.offhook.jobs.list({ state: "dead" });
      if (data.length > 0) return data;
      const { nextRunAtMs } = await tenant.offhook.drain();
      if (nextRunAtMs === null) throw new Error("Expected jobs, got none");
      tenant.wait(60 * 60_000);
    }
  }

  /** The entries of the feed, read as a live view does. */
  async function feedOf({ offhook, storage }: Tenant): Promise<readonly unknown[]> {
    const page = await storage.listChanges?.({ tenantId: offhook.tenantId, after: 0, limit: 0 });
    const entries: unknown[] = [];
    if (page === undefined || page.lastId === 0) return entries;
    for await (const entry of offhook.changes(0)) {
      entries.push(entry);
      if (entry.id === page.lastId) break;
    }
    return entries;
  }

  /** Everything that the public API shows of a tenant, and what it has no method for. */
  async function seenBy(tenant: Tenant): Promise<object> {
    const { calls, leads, deliveries, jobs, health } = tenant.offhook;
    const [callList, leadList] = [await calls.list({ limit: 200 }), await leads.list({ limit: 200 })];
    const journal = await deliveries.list({ limit: 200 });
    const { engine: _engine, pool: _pool, ...counts }: StorageHealth = await health();
    return {
      calls: callList,
      events: await Promise.all(callList.data.map(({ id }) => calls.events(id))),
      leads: leadList,
      found: await calls.list({ phone: caller }),
      journal,
      bodies: await Promise.all(journal.data.map(async ({ id }) => (await deliveries.get(id))?.body.length)),
      rereadable: await previewReplay(tenant.offhook, {}),
      jobs: await jobs.list({ limit: 200 }),
      deletable: await deleteByNumber(tenant.offhook, caller, { preview: true }),
      feed: await feedOf(tenant),
      checkpoint: await tenant.storage.getCheckpoint?.(tenant.offhook.tenantId, "import"),
      counts,
    };
  }

  test("a tenant sees nothing of another, and asks in vain for what it knows the ids of", async () => {
    const [north, south] = [openTenant("north"), openTenant("south")];
    await receiveLife(north);
    await putCheckpoint(north);
    const dead = await work(north);
    expect(await seenBy(south)).toEqual(await seenBy(openTenant("south", memoryStorage())));

    const { calls, leads, deliveries, jobs } = south.offhook;
    const { data: northCalls } = await north.offhook.calls.list();
    expect(northCalls.length).toBeGreaterThan(0);
    for (const { id } of northCalls) {
      expect(await calls.get(id)).toBeUndefined();
      expect(await calls.events(id)).toBeUndefined();
    }
    const { data: northLeads } = await north.offhook.leads.list();
    expect(northLeads).toHaveLength(1);
    for (const { id } of northLeads) expect(await leads.get(id)).toBeUndefined();
    const { data: journal } = await north.offhook.deliveries.list();
    expect(journal.length).toBeGreaterThan(0);
    for (const { id } of journal) {
      expect(await deliveries.get(id)).toBeUndefined();
      expect(await replay(south.offhook, { id })).toMatchObject({ seen: 0 });
    }
    expect(await jobs.retry(dead.map(({ id }) => id))).toBe(0);
  });

  test("nothing that a tenant does reaches another, not even with the same deliveries", async () => {
    const [north, south] = [openTenant("north"), openTenant("south")];
    await receiveLife(north);
    await putCheckpoint(north);
    await work(north);
    const before = await seenBy(north);
    const { told } = north;
    const toldBefore = [...told];
    expect(toldBefore).not.toEqual([]);

    const { offhook } = south;
    await receiveLife(south);
    await putCheckpoint(south);
    const alone = openTenant("south", memoryStorage());
    await receiveLife(alone);
    expect((await offhook.calls.list()).data).toEqual((await alone.offhook.calls.list()).data);
    expect((await offhook.leads.list()).data).toEqual((await alone.offhook.leads.list()).data);
    await work(south);
    expect(south.told.toSorted()).toEqual(toldBefore.toSorted());
    expect(await offhook.jobs.retry("all")).toBeGreaterThan(0);
    await offhook.drain();
    expect((await replay(offhook, {})).seen).toBeGreaterThan(0);
    expect((await renormalize(offhook)).seen).toBeGreaterThan(0);
    const deleted = await deleteByNumber(offhook, caller);
    expect(deleted.calls).toBeGreaterThan(0);
    expect(deleted.leads).toBe(1);
    south.wait(60 * dayMs);
    expect((await offhook.expire()).changes).toBeGreaterThan(0);

    expect(await seenBy(north)).toEqual(before);
    expect(told).toEqual(toldBefore);
  });
});
