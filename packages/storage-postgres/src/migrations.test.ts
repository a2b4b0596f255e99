import { ConfigurationError, StorageError } from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { migrationSql, postgresStorage, type PostgresStorage, type PostgresStorageOptions } from "./index.ts";
import { job, tenantId } from "./test-data.ts";
import { postgresUrl, runSql, testSchema, type TestSchema } from "./test-database.ts";

describe.skipIf(postgresUrl === undefined)("migrations", () => {
  let own: TestSchema;
  const made: PostgresStorage[] = [];
  const applied = [{ version: 1 }, { version: 2 }];

  beforeEach(() => {
    own = testSchema();
  });
  afterEach(async () => {
    for (const storage of made.splice(0)) await storage.close();
    await own.drop();
  });

  function storageWith(options: Partial<PostgresStorageOptions> = {}): PostgresStorage {
    const storage = postgresStorage({ connectionString: own.url, schema: own.schema, ...options });
    made.push(storage);
    return storage;
  }

  const tablesIn = async (schema: string) =>
    (await runSql(own.url, `select tablename from pg_tables where schemaname = '${schema}' order by 1`)).map(
      ({ tablename }) => tablename,
    );

  test("D01, D02: make tables in a schema of their own and none in public", async () => {
    const before = await tablesIn("public");
    await storageWith().migrate();
    expect(await tablesIn(own.schema)).toEqual(
      expect.arrayContaining(["calls", "call_events", "checkpoints", "deliveries", "jobs", "leads", "migrations"]),
    );
    expect(await tablesIn("public")).toEqual(before);
  });

  test("refuse to open what is not up to date, and say what to do", async () => {
    await expect(storageWith().open()).rejects.toMatchObject({
      code: "storage_outdated",
      message: expect.stringContaining("await storage.migrate()") as unknown,
    });
  });

  test("let it open once migrate was called, which may be before", async () => {
    const storage = storageWith();
    await expect(storage.open()).rejects.toThrow(StorageError);
    await storage.migrate();
    await storage.open();
    expect((await storage.health("default")).engine).toBe("postgres");
  });

  test("change nothing the second time", async () => {
    const storage = storageWith();
    await storage.migrate();
    await storage.migrate();
    await runSql(own.url, migrationSql({ schema: own.schema }));
    expect(await runSql(own.url, `select version from "${own.schema}".migrations order by 1`)).toEqual(applied);
  });

  test("are done once by many processes that start at the same time", async () => {
    const storages = Array.from({ length: 6 }, () => storageWith({ migrate: "auto" }));
    await Promise.all(storages.map((storage) => storage.open()));
    expect(await runSql(own.url, `select version from "${own.schema}".migrations order by 1`)).toEqual(applied);
  });

  test("D01: bring a schema of version 1 up to date with all that is in it", async () => {
    const storage = storageWith();
    await storage.migrate();
    await storage.open();
    await storage.write((transaction) => transaction.insertJobs([job("job_1")]));
    await runSql(
      own.url,
      `drop table "${own.schema}".checkpoints; delete from "${own.schema}".migrations where version > 1`,
    );
    const later = storageWith();
    await expect(later.open()).rejects.toMatchObject({
      code: "storage_outdated",
      message: expect.stringContaining("expected version 2, got 1") as unknown,
    });
    await later.migrate();
    await later.open();
    const checkpoint = { tenantId, name: "import", version: 1, value: {} };
    expect(await later.write(async (transaction) => transaction.putCheckpoints?.([checkpoint]))).toBe(true);
    expect((await later.health(tenantId)).jobs.waiting).toBe(1);
  });

  test("may be applied by hand from their SQL", async () => {
    await runSql(own.url, migrationSql({ schema: own.schema }));
    await expect(storageWith({ migrate: "check" }).open()).resolves.toBeUndefined();
  });

  test.each(["auto", "check"] as const)("refuse a newer database: %s", async (migrate) => {
    await storageWith().migrate();
    await runSql(own.url, `insert into "${own.schema}".migrations (version) values (99)`);
    await expect(storageWith({ migrate }).open()).rejects.toMatchObject({
      code: "storage_outdated",
      message: expect.stringContaining("update @offhook/storage-postgres") as unknown,
    });
  });

  test("are not looked for with migrate: false", async () => {
    await storageWith({ migrate: false }).open();
    expect(await tablesIn(own.schema)).toEqual([]);
  });
});

describe("options", () => {
  const connectionString = "postgres://localhost/none";

  test.each([
    ["neither a pool nor a connection string", {}],
    ["an empty connection string", { connectionString: "" }],
    ["a schema that would need quotes", { connectionString, schema: "Calls" }],
    ["a schema with a quote", { connectionString, schema: 'a"; drop table calls' }],
    ["no time at all", { connectionString, transactionTimeoutMs: 0 }],
    // What someone without types may write.
    ["an unknown way to migrate", { connectionString, migrate: "never" as "auto" }],
  ] satisfies readonly (readonly [string, PostgresStorageOptions])[])("refuse %s", (_name, options) => {
    expect(() => postgresStorage(options)).toThrow(ConfigurationError);
  });
});
