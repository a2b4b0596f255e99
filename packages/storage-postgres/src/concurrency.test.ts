import { foldCall } from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Pool } from "pg";
import { postgresStorage, type PostgresStorage, type PostgresStorageOptions } from "./index.ts";
import { callEvent, delivery, reference, tell, tellIn, tenantId } from "./test-data.ts";
import { postgresUrl, runSql, testSchema, type TestSchema } from "./test-database.ts";

describe.skipIf(postgresUrl === undefined)("several processes over one database", () => {
  let own: TestSchema;
  const made: PostgresStorage[] = [];

  beforeEach(() => {
    own = testSchema();
  });
  afterEach(async () => {
    for (const storage of made.splice(0)) await storage.close();
    await own.drop();
  });

  async function open(options: Partial<PostgresStorageOptions> = {}): Promise<PostgresStorage> {
    const where = options.pool === undefined ? { connectionString: own.url } : {};
    const storage = postgresStorage({ ...where, schema: own.schema, migrate: "auto", ...options });
    made.push(storage);
    await storage.open();
    return storage;
  }

  const openThree = async () => [await open(), await open(), await open()] as const;

  test("D10: batches that speak of the same calls in any order all come through, with every event", async () => {
    const storages = await openThree();
    const names = ["CA1", "CA2", "CA3", "CA4", "CA5", "CA6"];
    await Promise.all(
      Array.from({ length: 24 }, (_, batch) => {
        const order = batch % 2 === 0 ? names : names.toReversed();
        return (storages[batch % 3] ?? storages[0]).write(async (transaction) => {
          await transaction.insertDeliveries([delivery(batch)]);
          const loaded = await transaction.load("call", tenantId, order.map(reference));
          const changes = order.map((name) => {
            const replaces = loaded.filter(({ record }) => record.references.some(({ id }) => id === name));
            const event = callEvent(`evt_${batch}_${name}`, [name]);
            const record = foldCall([...replaces.flatMap(({ events }) => events), event]);
            return { record, newEvents: [event], replaces };
          });
          await transaction.save("call", changes);
        });
      }),
    );
    for (const name of names) {
      const found = await storages[0].get("call", tenantId, reference(name));
      expect(new Set(found?.events.map(({ id }) => id)).size).toBe(24);
    }
    expect((await storages[0].health(tenantId)).events).toBe(24 * names.length);
  });

  test("transactions that lock each other out in turn are run again until all are through", async () => {
    const [first, second] = await openThree();
    for (const name of ["CA1", "CA2"]) await tell(first, callEvent(`evt_${name}`, [name]));
    let meet: () => void = () => undefined;
    const bothHaveOne = new Promise<void>((resolve) => {
      let count = 0;
      meet = () => {
        count += 1;
        if (count === 2) resolve();
      };
    });
    const inTurn = (storage: PostgresStorage, id: string, ...names: readonly [string, string]) =>
      storage.write(async (transaction) => {
        await tellIn(transaction, callEvent(`${id}_1`, [names[0]]));
        meet();
        await bothHaveOne;
        await tellIn(transaction, callEvent(`${id}_2`, [names[1]]));
      });
    await Promise.all([inTurn(first, "evt_a", "CA1", "CA2"), inTurn(second, "evt_b", "CA2", "CA1")]);
    expect((await first.health(tenantId)).events).toBe(6);
  });

  test("calls that many processes link at once become one, and no event is lost", async () => {
    const storages = await openThree();
    const names = Array.from({ length: 8 }, (_, index) => `CA${index}`);
    const links = names.flatMap((name, index) =>
      names.slice(index + 1).map((other) => callEvent(`evt_${name}_${other}`, [other, name])),
    );
    await Promise.all(links.map((link, index) => tell(storages[index % 3] ?? storages[0], link)));
    const { data } = await storages[0].list("call", { tenantId, limit: 10 });
    expect(data).toHaveLength(1);
    const found = await storages[0].get("call", tenantId, reference("CA7"));
    expect(new Set(found?.events.map(({ id }) => id)).size).toBe(links.length);
    expect(found?.record.references).toHaveLength(names.length);
  });

  test("the same deliveries in two orders at once are journaled once each", async () => {
    const [first, second] = await openThree();
    const batch = Array.from({ length: 100 }, (_, index) => delivery(index));
    const copies = batch.map((each, index) => ({ ...each, id: `dlv_copy_${index}` })).toReversed();
    await Promise.all([
      first.write((transaction) => transaction.insertDeliveries(batch)),
      second.write((transaction) => transaction.insertDeliveries(copies)),
    ]);
    const rows = await runSql(
      own.url,
      `select sum(duplicates) as repeats, count(*) as n from "${own.schema}".deliveries`,
    );
    expect(rows).toEqual([{ repeats: "100", n: "100" }]);
  });

  test("loading leaves nothing behind", async () => {
    const storage = await open();
    await storage.write((transaction) => transaction.load("call", tenantId, [reference("CA1"), reference("CA2")]));
    expect(await runSql(own.url, `select * from "${own.schema}".call_references`)).toEqual([]);
  });

  test("a reference whose call was deleted by hand leads to a new one", async () => {
    const storage = await open();
    await tell(storage, callEvent("evt_1", ["CA1"]));
    await runSql(own.url, `delete from "${own.schema}".call_events; delete from "${own.schema}".calls`);
    await tell(storage, callEvent("evt_2", ["CA1"]));
    expect((await storage.get("call", tenantId, reference("CA1")))?.events.map(({ id }) => id)).toEqual(["evt_2"]);
  });

  test("D08: a pool that waits for each answer works as well, also with a single connection", async () => {
    const pool = new Pool({ connectionString: own.url, max: 1 });
    try {
      const storage = await open({ pool });
      const stop = await storage.watchChanges(tenantId, () => undefined);
      await Promise.all(Array.from({ length: 20 }, (_, index) => tell(storage, callEvent(`evt_${index}`, ["CA1"]))));
      expect((await storage.get("call", tenantId, reference("CA1")))?.events).toHaveLength(20);
      await stop();
    } finally {
      for (const storage of made.splice(0)) await storage.close();
      await pool.end();
    }
  });
});
