import { foldCall } from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postgresStorage, type PostgresStorage } from "./index.ts";
import { callEvent, delivery, tell, tenantId } from "./test-data.ts";
import { postgresUrl, testSchema, type TestSchema } from "./test-database.ts";

describe.skipIf(postgresUrl === undefined)("lists", () => {
  let own: TestSchema;
  let storage: PostgresStorage;

  beforeEach(async () => {
    own = testSchema();
    storage = postgresStorage({ connectionString: own.url, schema: own.schema, migrate: "auto" });
    await storage.open();
  });
  afterEach(async () => {
    await storage.close();
    await own.drop();
  });

  test("D03: find a call by each of many providers, alone and beside other filters", async () => {
    const providers = ["one", "two", "three", "four", "five"];
    const references = providers.map((provider) => ({ provider, id: "CA1", kind: "leg" as const }));
    const phone = { e164: "+14155550100", raw: "+14155550100" };
    const event = { ...callEvent("evt_1", []), references, facts: { status: "completed" as const, from: phone } };
    await storage.write((transaction) =>
      transaction.save("call", [{ record: foldCall([event]), newEvents: [event], replaces: [] }]),
    );
    await tell(storage, callEvent("evt_2", ["CA2"]));
    const found = async (filter: Partial<Parameters<typeof storage.list>[1]>) =>
      (await storage.list("call", { tenantId, limit: 10, ...filter })).data.length;
    for (const provider of providers) {
      expect(await found({ provider })).toBe(1);
      expect(await found({ provider, phone: "+14155550100", status: "completed" })).toBe(1);
    }
    expect(await found({ provider: "fiv" })).toBe(0);
    expect(await found({ provider: "six", phone: "+14155550100" })).toBe(0);
  });

  test("D04: find a call from and to the same number once", async () => {
    const phone = { e164: "+14155550100", raw: "+14155550100" };
    await tell(storage, { ...callEvent("evt_1", ["CA1"]), facts: { from: phone, to: phone } });
    expect((await storage.list("call", { tenantId, limit: 10, phone: "+14155550100" })).data).toHaveLength(1);
  });

  test("D02: give the journal by provider, status and time at once", async () => {
    await storage.write((transaction) =>
      transaction.insertDeliveries([
        delivery(1),
        delivery(2, { status: "failed" }),
        delivery(3, { status: "failed", provider: "other" }),
        delivery(4, { status: "failed" }),
      ]),
    );
    const { data } = await storage.listDeliveries({
      tenantId,
      limit: 10,
      provider: "toy",
      status: "failed",
      from: delivery(3).receivedAt,
    });
    expect(data.map(({ id }) => id)).toEqual(["dlv_000004"]);
  });

  test("a delivery that is corrected twice at once reads as it was corrected last, without its bytes", async () => {
    await storage.write((transaction) => transaction.insertDeliveries([delivery(1)]));
    const now = "2026-11-21T00:00:00.000Z";
    await storage.write(
      (transaction) =>
        transaction.updateDeliveries?.([
          { delivery: { ...delivery(1), kind: "first" }, keepBody: true },
          { delivery: { ...delivery(1), kind: "last", bodyRemovedAt: now }, keepBody: false },
        ]) ?? Promise.resolve(0),
    );
    const { kind, body, bodyRemovedAt, bodyBytes } = (await storage.getDelivery(tenantId, delivery(1).id)) ?? {};
    expect([kind, body?.length, bodyRemovedAt, bodyBytes]).toEqual(["last", 0, now, 20]);
  });
});
