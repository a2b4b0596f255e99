import type { FeedChange } from "@offhook/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postgresStorage, type PostgresStorage } from "./index.ts";
import { change, tenantId } from "./test-data.ts";
import { postgresUrl, runSql, testSchema, type TestSchema } from "./test-database.ts";

describe.skipIf(postgresUrl === undefined)("the live feed between processes", () => {
  let own: TestSchema;
  const made: PostgresStorage[] = [];

  beforeEach(() => {
    own = testSchema();
  });
  afterEach(async () => {
    for (const storage of made.splice(0)) await storage.close();
    await own.drop();
  });

  async function open(): Promise<PostgresStorage> {
    const storage = postgresStorage({ connectionString: own.url, schema: own.schema, migrate: "auto" });
    made.push(storage);
    await storage.open();
    return storage;
  }

  const append = (storage: PostgresStorage, ...ids: readonly string[]) =>
    storage.write((transaction) => transaction.insertChanges?.(ids.map((id) => change(id))) ?? Promise.resolve());

  test("whoever follows sees every change of many writers once, in ascending order", async () => {
    const [first, second, third] = [await open(), await open(), await open()];
    const reader = await open();
    const seen: FeedChange[] = [];
    let isDone = false;
    const follow = async (): Promise<void> => {
      for (;;) {
        // Asked before reading, so that the last page is read after the last write.
        const isLast = isDone;
        const { changes } = await reader.listChanges({ tenantId, after: seen.at(-1)?.id ?? 0, limit: 50 });
        seen.push(...changes);
        if (isLast && changes.length === 0) return;
      }
    };
    const following = follow();
    await Promise.all(
      [first, second, third].flatMap((storage, process) =>
        Array.from({ length: 5 }, async (_, writer) => {
          for (let count = 0; count < 10; count += 1) {
            const id = `${process}-${writer}-${count}`;
            await append(storage, `${id}-a`, `${id}-b`);
          }
        }),
      ),
    );
    isDone = true;
    await following;
    const ids = seen.map(({ id }) => id);
    expect(seen).toHaveLength(300);
    expect(new Set(seen.map(({ recordId }) => recordId)).size).toBe(300);
    expect(ids).toEqual(ids.toSorted((left, right) => left - right));
    expect(new Set(ids).size).toBe(300);
  });

  test("a change that is committed late comes after those that were seen before", async () => {
    const [writer, other] = [await open(), await open()];
    let goOn: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let wrote: () => void = () => undefined;
    const written = new Promise<void>((resolve) => {
      wrote = resolve;
    });
    const late = writer.write(async (transaction) => {
      await transaction.insertChanges?.([change("late")]);
      // Makes sure that its row is there, with a key before the other's.
      await transaction.insertDeliveries([]);
      await transaction.load("call", tenantId, [{ provider: "toy", id: "CA1", kind: "leg" }]);
      wrote();
      await waiting;
    });
    await written;
    await append(other, "early");
    const before = await other.listChanges({ tenantId, after: 0, limit: 10 });
    expect(before.changes.map(({ recordId }) => recordId)).toEqual(["early"]);
    goOn();
    await late;
    const after = await other.listChanges({ tenantId, after: before.lastId, limit: 10 });
    expect(after.changes.map(({ recordId }) => recordId)).toEqual(["late"]);
  });

  test("a watcher is woken by another process, also after its connection was lost", async () => {
    const [watcher, writer] = [await open(), await open()];
    let woken: () => void = () => undefined;
    const nextWake = (): Promise<void> =>
      new Promise((resolve) => {
        woken = resolve;
      });
    const first = nextWake();
    const stop = await watcher.watchChanges(tenantId, () => woken());
    await append(writer, "CA1");
    await first;
    const second = nextWake();
    expect(
      await runSql(
        own.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen ${await channelOf()}'`,
      ),
    ).toHaveLength(1);
    // It connects again and wakes for what it may have missed.
    await second;
    const third = nextWake();
    await append(writer, "CA2");
    await third;
    await stop();
  });

  /** The channel that this test's storages listen on, as the server knows it. */
  async function channelOf(): Promise<string> {
    const { createHash } = await import("node:crypto");
    return `offhook_${createHash("sha256").update(own.schema).digest("hex").slice(0, 16)}`;
  }

  test("a watcher of another tenant is left alone", async () => {
    const [watcher, writer] = [await open(), await open()];
    const woken: string[] = [];
    let wake: () => void = () => undefined;
    const isWoken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await watcher.watchChanges("other", () => void woken.push("other"));
    await watcher.watchChanges(tenantId, () => {
      woken.push(tenantId);
      wake();
    });
    await append(writer, "CA1");
    await isWoken;
    expect(woken).toEqual([tenantId]);
  });
});
