import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import {
  ConfigurationError,
  createOffhook,
  createReference,
  StorageError,
  type Storage,
  type StorageTransaction,
} from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { migrations } from "./migrations.ts";
import { sqliteStorage, type SqliteStorageOptions } from "./sqlite-storage.ts";

let folder: string;
let path: string;
const opened: Storage[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offhook-sqlite-"));
  path = join(folder, "calls.db");
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  await rm(folder, { recursive: true });
});

async function open(options: Partial<SqliteStorageOptions> = {}): Promise<Storage> {
  const storage = sqliteStorage({ path, ...options });
  opened.push(storage);
  await storage.open();
  return storage;
}

/** Looks into the file, or locks it, beside the storage. */
function withDatabase<Result>(use: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

const insertJob = (id: string) => (transaction: StorageTransaction) =>
  transaction.insertJobs([
    {
      id,
      tenantId: "default",
      kind: "handle",
      payload: {},
      state: "waiting",
      runAtMs: 0,
      attempts: 0,
      leaseToken: null,
      leaseUntilMs: null,
      lastError: null,
      createdAtMs: 0,
    },
  ]);

const waitingJobs = async (storage: Storage) => (await storage.health("default")).jobs.waiting;

describe("the file", () => {
  test("D06: has pages of 8 KiB and a write-ahead log", async () => {
    await open();
    const pragma = (name: string) => withDatabase((database) => database.prepare(`pragma ${name}`).get()?.[name]);
    expect([pragma("page_size"), pragma("journal_mode")]).toEqual([8192, "wal"]);
  });

  test("S13: takes text that looks like SQL for what it is", async () => {
    const hostile = "x'; drop table calls; --";
    const offhook = createOffhook({
      providers: [
        {
          name: "toy",
          routes: [
            {
              paths: ["toy"],
              kind: hostile,
              methods: ["POST"],
              contentTypes: [],
              verification: { type: "none", reason: "a test" },
              translate: () => ({
                kind: hostile,
                events: [
                  {
                    type: "call.ended",
                    occurredAt: null,
                    references: [createReference("toy", hostile, "session")],
                    facts: { status: "completed", from: { e164: null, raw: hostile }, note: hostile },
                  },
                ],
              }),
            },
          ],
        },
      ],
      storage: sqliteStorage({ path }),
      tenantId: hostile,
    });
    await offhook.handle({
      method: "POST",
      url: "/api/webhooks/toy",
      headers: { "x-a": hostile },
      body: new Uint8Array([1]),
    });
    const [call] = (await offhook.calls.list()).data;
    expect(call).toMatchObject({ tenantId: hostile, note: hostile, references: [{ id: hostile }] });
    expect(await offhook.calls.get(call?.id ?? "")).toEqual(call);
    expect((await offhook.calls.list({ phone: hostile, provider: hostile })).data).toEqual([]);
    expect((await offhook.deliveries.list({ provider: hostile })).data).toEqual([]);
    await offhook.close();
  });

  test("is whole after many writes", async () => {
    const storage = await open();
    await Promise.all(Array.from({ length: 100 }, (_, index) => storage.write(insertJob(`job_${index}`))));
    await storage.close();
    const check = withDatabase((database) => database.prepare("pragma integrity_check").get());
    expect(check?.["integrity_check"]).toBe("ok");
  });

  test("leaves no log behind when it is closed", async () => {
    const storage = await open();
    await storage.write(insertJob("job_1"));
    await storage.close();
    await expect(rename(`${path}-wal`, `${path}-other`)).rejects.toThrow("ENOENT");
  });

  test("finds pages, events and jobs by an index, without sorting", async () => {
    await open();
    const plan = (sql: string) =>
      withDatabase((database) =>
        database
          .prepare(`explain query plan ${sql}`)
          .all()
          .map((row) => String(row["detail"])),
      );
    expect(
      plan(
        "select record from calls where tenant_id = 'a' and (created_at, id) < ('b', 'c') order by created_at desc, id desc limit 9",
      ),
    ).toEqual([expect.stringMatching(/^SEARCH calls USING INDEX calls_list/)]);
    expect(plan("select facts from deliveries where tenant_id = 'a' and id < 'b' order by id desc limit 9")).toEqual([
      expect.stringMatching(/^SEARCH deliveries USING INDEX deliveries_list/),
    ]);
    expect(plan("select event from call_events where key >= 1 and key < 2 order by key")).toEqual([
      expect.stringMatching(/^SEARCH call_events USING INTEGER PRIMARY KEY/),
    ]);
    expect(
      plan(
        "select job from jobs where tenant_id = 'a' and state <> 'dead' and due_ms <= 1 order by due_ms, id limit 9",
      ),
    ).toEqual([expect.stringMatching(/^SEARCH jobs USING INDEX jobs_due/)]);
  });
});

describe("migrations", () => {
  const setVersion = (version: number) => withDatabase((database) => database.exec(`pragma user_version = ${version}`));

  test("are applied by default and counted in the file", async () => {
    await open();
    const version = withDatabase((database) => database.prepare("pragma user_version").get());
    expect(version?.["user_version"]).toBe(migrations.length);
  });

  test("are not applied again", async () => {
    await (await open()).close();
    const storage = await open();
    expect(await waitingJobs(storage)).toBe(0);
  });

  test("are asked for when the file has to be up to date", async () => {
    const opening = open({ migrate: "check" });
    await expect(opening).rejects.toThrow(StorageError);
    await expect(opening).rejects.toMatchObject({
      code: "storage_outdated",
      message: `SQLite file: expected schema version ${migrations.length}, got 0: open it once with { migrate: "auto" }`,
    });
  });

  test("are not asked for when the file is up to date", async () => {
    await (await open()).close();
    await expect(open({ migrate: "check" })).resolves.toBeDefined();
  });

  test("refuse a file of a newer version", async () => {
    await (await open()).close();
    setVersion(99);
    await expect(open()).rejects.toMatchObject({ code: "storage_outdated" });
    await expect(open({ migrate: "check" })).rejects.toMatchObject({ code: "storage_outdated" });
  });

  test("are none of this package's business when switched off", async () => {
    await (await open()).close();
    setVersion(99);
    await expect(open({ migrate: false })).resolves.toBeDefined();
    await rm(path);
    await expect(open({ migrate: false })).rejects.toMatchObject({ code: "storage_failed" });
  });

  test("are applied once by processes that start at the same time, which then work side by side", async () => {
    const script = `
      import { sqliteStorage } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
      const storage = sqliteStorage({ path: ${JSON.stringify(path)} });
      await storage.open();
      for (let index = 0; index < 30; index += 1) {
        await storage.write((transaction) => transaction.insertJobs([{
          id: process.argv[1] + "_" + index, tenantId: "default", kind: "handle", payload: {}, state: "waiting",
          runAtMs: 0, attempts: 0, leaseToken: null, leaseUntilMs: null, lastError: null, createdAtMs: 0,
        }]));
      }
      await storage.close();`;
    const run = promisify(execFile);
    await Promise.all(
      ["one", "two", "three"].map((name) => run(process.execPath, ["--input-type=module", "-e", script, name])),
    );
    expect(await waitingJobs(await open())).toBe(90);
  }, 20_000);
});

describe("failures", () => {
  test("a folder that is missing makes the storage unavailable until it is there", async () => {
    const storage = sqliteStorage({ path: join(folder, "later", "calls.db") });
    opened.push(storage);
    await expect(storage.open()).rejects.toMatchObject({ code: "storage_unavailable", cause: expect.any(Error) });
    await mkdir(join(folder, "later"));
    await storage.open();
    expect(await waitingJobs(storage)).toBe(0);
  });

  test("a file that is no database is refused", async () => {
    await writeFile(path, "This is no database, but it is long enough to be looked at.".repeat(200));
    await expect(open()).rejects.toMatchObject({ code: "storage_failed" });
  });

  test("a lock of another process is waited for, without blocking this one", async () => {
    const storage = await open();
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 5);
    setTimeout(() => other.exec("commit"), 60);
    await storage.write(insertJob("job_1"));
    clearInterval(ticking);
    other.close();
    expect(ticks).toBeGreaterThan(2);
    expect(await waitingJobs(storage)).toBe(1);
  });

  test("a lock that stays makes the storage unavailable, and only as long", async () => {
    const storage = await open({ busyTimeoutMs: 30 });
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    await expect(storage.write(insertJob("job_1"))).rejects.toMatchObject({
      code: "storage_unavailable",
      cause: expect.objectContaining({ errcode: 5 }),
    });
    expect(await waitingJobs(storage)).toBe(0);
    other.exec("commit");
    other.close();
    await storage.write(insertJob("job_1"));
    expect(await waitingJobs(storage)).toBe(1);
  });

  test("a file that was moved away makes the storage unavailable until it is back", async () => {
    const storage = await open();
    await rename(path, `${path}.moved`);
    await expect(storage.write(insertJob("job_1"))).rejects.toMatchObject({ code: "storage_unavailable" });
    await rename(`${path}.moved`, path);
    await storage.write(insertJob("job_1"));
    expect(await waitingJobs(storage)).toBe(1);
  });

  test("what the database refuses fails the write, and later ones work", async () => {
    const storage = await open();
    withDatabase((database) => database.exec("alter table jobs rename to jobs_elsewhere"));
    await expect(storage.write(insertJob("job_1"))).rejects.toMatchObject({ code: "storage_failed" });
    withDatabase((database) => database.exec("alter table jobs_elsewhere rename to jobs"));
    await storage.write(insertJob("job_1"));
    expect(await waitingJobs(storage)).toBe(1);
  });

  test("a transaction that has ended refuses what comes late", async () => {
    const storage = await open();
    let late: StorageTransaction | undefined;
    await storage.write((transaction) => {
      late = transaction;
      return Promise.resolve();
    });
    await expect(late?.insertDeliveries([])).rejects.toMatchObject({ code: "storage_failed" });
  });

  test("a storage that was never opened says so", async () => {
    await expect(sqliteStorage({ path }).health("default")).rejects.toThrow(
      "SQLite storage: expected to be open, got closed: call open() first",
    );
  });

  test("options that cannot work are refused at once", () => {
    expect(() => sqliteStorage({ path: "" })).toThrow(ConfigurationError);
    expect(() => sqliteStorage({ path, busyTimeoutMs: -1 })).toThrow(
      'busyTimeoutMs: expected a positive whole number, got "-1"',
    );
  });
});
