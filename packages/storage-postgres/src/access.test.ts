import { readFile } from "node:fs/promises";
import { createOffhook } from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postgresStorage, type PostgresStorage } from "./index.ts";
import { callEvent, change, delivery, job, reference, tellIn } from "./test-data.ts";
import { postgresUrl, runSql, testSchema, type TestSchema } from "./test-database.ts";

/** The SQL block of the README that follows a heading, for this test's schema and role. */
async function readmeSql(heading: string, schema: string, role: string): Promise<string> {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const sql = readme.split(`## ${heading}\n`)[1]?.split("```sql\n")[1]?.split("```")[0];
  if (sql === undefined) throw new Error(`README: expected SQL below "${heading}", got none`);
  return sql.replaceAll(/\boffhook_app\b/g, role).replaceAll(/\boffhook\b(?!\.tenant_id)/g, `"${schema}"`);
}

describe.skipIf(postgresUrl === undefined)("a role that owns nothing", () => {
  let own: TestSchema;
  let role: string;
  const made: PostgresStorage[] = [];

  beforeEach(async () => {
    own = testSchema();
    role = `role_${own.schema}`;
    await postgresStorage({ connectionString: own.url, schema: own.schema }).migrate();
    await runSql(own.url, `create role ${role} login password 'offhook' nosuperuser nobypassrls`);
    await runSql(own.url, await readmeSql("Least privilege", own.schema, role));
  });
  afterEach(async () => {
    for (const storage of made.splice(0)) await storage.close();
    await own.drop();
    await runSql(own.url, `drop owned by ${role}; drop role ${role}`);
  });

  async function openAs(options = "", migrate: "auto" | "check" = "check"): Promise<PostgresStorage> {
    const url = new URL(own.url);
    url.username = role;
    url.password = "offhook";
    if (options !== "") url.searchParams.set("options", options);
    const storage = postgresStorage({ connectionString: url.href, schema: own.schema, migrate });
    made.push(storage);
    await storage.open();
    return storage;
  }

  /** Uses everything that writes, for a tenant. */
  async function useAll(storage: PostgresStorage, tenantId: string): Promise<void> {
    await storage.write(async (transaction) => {
      await transaction.insertDeliveries([delivery(1, { tenantId }), delivery(2, { tenantId, identity: null })]);
      await tellIn(
        transaction,
        { ...callEvent("evt_1", ["CA1"]), tenantId },
        { ...callEvent("evt_2", ["CA2"]), tenantId },
        { ...callEvent("evt_3", ["CA1", "CA2"]), tenantId },
      );
      await transaction.insertJobs([{ ...job("job_1"), tenantId }]);
      await transaction.insertChanges?.([{ ...change("call_toy_CA1"), tenantId }]);
      await transaction.updateDeliveries?.([{ delivery: delivery(2, { tenantId, kind: "other" }), keepBody: false }]);
    });
    const claim = { tenantId, limit: 10, nowMs: 5_000, leaseUntilMs: 9_000, leaseToken: "token" };
    expect((await storage.claimJobs(claim)).jobs).toHaveLength(1);
    await storage.settleJobs([{ tenantId, id: "job_1", leaseToken: "token", result: { type: "done" } }]);
    const changes = await storage.listChanges({ tenantId, after: 0, limit: 10 });
    expect(changes.changes).toHaveLength(1);
    const old = { tenantId, bodiesBefore: "2027", changesBefore: "2027", now: "2027-01-01T00:00:00.000Z", limit: 9 };
    expect(await storage.expire(old)).toEqual({ bodies: 2, changes: 1 });
    await storage.write(async (transaction) => {
      const stored = await transaction.load("call", tenantId, [reference("CA1")]);
      await transaction.remove?.("call", stored);
      await tellIn(transaction, { ...callEvent("evt_4", ["CA3"]), tenantId });
    });
    for (const version of [1, 2]) {
      const checkpoint = { tenantId, name: "import", version, value: tenantId };
      expect(await storage.write(async (transaction) => transaction.putCheckpoints?.([checkpoint]))).toBe(true);
      expect(await storage.getCheckpoint(tenantId, "import")).toEqual(checkpoint);
    }
    expect(await storage.health(tenantId)).toMatchObject({ calls: 1, events: 1 });
  }

  test("S15: can do everything that the storage does, with the rights that the README names", async () => {
    const storage = await openAs();
    await useAll(storage, "default");
    expect((await storage.list("call", { tenantId: "default", limit: 10 })).data).toHaveLength(1);
  });

  test("S15: opens what is up to date with migrate: auto too, without the right to make anything", async () => {
    expect(await (await openAs("", "auto")).health("default")).toMatchObject({ calls: 0 });
  });

  test("S15: can neither change the schema nor read other ones", async () => {
    const url = new URL(own.url);
    url.username = role;
    url.password = "offhook";
    await expect(runSql(url.href, `create table "${own.schema}".more (id int)`)).rejects.toThrow("permission denied");
    await expect(runSql(url.href, `drop table "${own.schema}".calls`)).rejects.toThrow("must be owner");
    await expect(runSql(url.href, `delete from "${own.schema}".migrations`)).rejects.toThrow("permission denied");
  });

  test("S15: row level security keeps each tenant's connection to its own rows", async () => {
    await runSql(own.url, await readmeSql("Row level security", own.schema, role));
    const [north, south] = [await openAs("-c offhook.tenant_id=north"), await openAs("-c offhook.tenant_id=south")];
    await useAll(north, "north");
    await useAll(south, "south");
    expect(await north.health("south")).toMatchObject({ calls: 0, events: 0, deliveries: { applied: 0 } });
    expect(await north.get("call", "south", reference("CA3"))).toBeUndefined();
    expect((await north.list("call", { tenantId: "south", limit: 10 })).data).toEqual([]);
    expect(await north.getCheckpoint("south", "import")).toBeUndefined();
    const forged = north.write((transaction) => transaction.insertDeliveries([delivery(9, { tenantId: "south" })]));
    await expect(forged).rejects.toMatchObject({ code: "storage_failed" });
    // Without a tenant the connection sees nothing.
    expect(await (await openAs()).health("north")).toMatchObject({ calls: 0 });
  });

  test("S13: text that looks like SQL is taken for what it is", async () => {
    const storage = await openAs();
    const text = `'; drop table "${own.schema}".calls; --`;
    const tenantId = `north${text}`;
    await storage.write((transaction) => tellIn(transaction, { ...callEvent(text, [text]), tenantId }));
    const { data } = await storage.list("call", { tenantId, limit: 10 });
    expect(data[0]?.references[0]?.id).toBe(text);
    const filters = { provider: text, phone: text, from: text, to: `z${text}` };
    expect((await storage.list("call", { tenantId, limit: 10, ...filters })).data).toEqual([]);
  });

  test("an Offhook runs as such a role", async () => {
    const offhook = createOffhook({ providers: [], storage: await openAs() });
    expect((await offhook.calls.list()).data).toEqual([]);
    await offhook.close();
  });
});
