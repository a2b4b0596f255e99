import { createOffhook, type Offhook, type RecordChange } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import { twilioLife } from "@offhook/testing";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { startPostgresApp, type AppOptions, type PostgresApp } from "./postgres-app-process.ts";
import { heardInOrder, nowMs, providers, send, sendInTurn, signAll } from "./postgres-deliveries.ts";
import { createSchema, runSql, type PostgresSchema } from "./postgres-schema.ts";

// Several processes start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const patiently = { timeout: 30_000 };

const postgresUrl = inject("postgresUrl");

describe.skipIf(postgresUrl === undefined)("two processes on one database", () => {
  let own: PostgresSchema;
  const started: PostgresApp[] = [];
  const opened: Offhook[] = [];

  beforeEach(async () => {
    own = await createSchema(postgresUrl ?? "");
  });
  afterEach(async () => {
    for (const app of started.splice(0)) await app.kill();
    for (const offhook of opened.splice(0)) await offhook.close();
    await own.drop();
  });

  async function startTwo(options: Partial<AppOptions> = {}): Promise<readonly [PostgresApp, PostgresApp]> {
    const { connectionString, schema } = own;
    const start = async (): Promise<PostgresApp> => {
      const app = await startPostgresApp({ connectionString, schema, nowMs, ...options });
      started.push(app);
      return app;
    };
    return Promise.all([start(), start()]);
  }

  /** An Offhook in this process, on the same database. */
  function open(connectionString = own.connectionString): Offhook {
    const storage = postgresStorage({ connectionString, schema: own.schema });
    const offhook = createOffhook({ providers, storage, now: () => nowMs, runJobs: false });
    opened.push(offhook);
    return offhook;
  }

  /** Waits until no handler has anything to do, and hears of what they did. */
  async function finished(offhook: Offhook, ...apps: readonly PostgresApp[]): Promise<void> {
    await expect.poll(async () => (await offhook.jobs.list({ kind: "handle" })).data, patiently).toEqual([]);
    for (const app of apps) await app.memory();
  }

  const changeText = ({ subject, recordId, types }: RecordChange): string => JSON.stringify([subject, recordId, types]);
  const sorted = (ids: readonly string[]): string[] => ids.toSorted();

  /** So many calls that were begun, each by a delivery. */
  const calls = (count: number, prefix: string) =>
    signAll(Array.from({ length: count }, (_, index) => twilioLife({ key: `${prefix}${index}` })[0] ?? []).flat());

  test("D10: 50 identical deliveries at once on both are one journal row, one call, and one of each effect", async () => {
    const [first, second] = await startTwo();
    const [request] = await calls(1, "a");
    if (request === undefined) throw new RangeError("No request");
    const statuses = await Promise.all(
      Array.from({ length: 50 }, (_, index) => send(index % 2 === 0 ? first : second, request)),
    );
    expect(new Set(statuses)).toEqual(new Set([204]));

    const offhook = open();
    const { data: journal } = await offhook.deliveries.list();
    expect(journal).toEqual([expect.objectContaining({ status: "applied", duplicates: 49 })]);
    const expected = await heardInOrder([request]);
    expect((await offhook.calls.list()).data).toEqual((await expected.offhook.calls.list()).data);
    await finished(offhook, first, second);
    expect(expected.changes).not.toEqual([]);
    expect(sorted([...first.ended, ...second.ended])).toEqual(sorted(expected.changes));
  });

  test("D10: the effects of 200 calls are spread over both, each once", async () => {
    const apps = await startTwo({ held: true });
    const requests = await calls(200, "b");
    expect(await sendInTurn(apps, requests)).toEqual([]);
    // None takes all that there is while it is held up.
    for (const app of apps) await expect.poll(() => app.began.length, patiently).toBeGreaterThan(0);
    for (const app of apps) app.release();
    await finished(open(), ...apps);

    const { changes } = await heardInOrder(requests);
    expect(changes).toHaveLength(200);
    expect(sorted(apps.flatMap(({ ended }) => ended))).toEqual(sorted(changes));
    for (const { ended } of apps) expect(ended.length).toBeGreaterThan(0);
  });

  test("what a killed process was running goes on in the other once its time is over, and the rest at once", async () => {
    const [killed, other] = await startTwo({ held: true });
    const requests = await calls(200, "c");
    expect(await sendInTurn([killed, other], requests)).toEqual([]);
    await expect.poll(() => killed.began.length, patiently).toBeGreaterThan(0);
    await killed.kill();
    other.release();

    const offhook = open();
    const { changes } = await heardInOrder(requests);
    const running = async (): Promise<string[]> => {
      const { data } = await offhook.jobs.list({ kind: "handle", limit: 200 });
      return sorted(data.map(({ id, state }) => `${state} ${id}`));
    };
    const cutOff = (): string[] =>
      sorted(changes.filter((id) => !other.ended.includes(id)).map((id) => `running ${id}:on`));
    await vi.waitFor(async () => expect(await running()).toEqual(cutOff()), patiently);
    expect(cutOff()).not.toEqual([]);
    for (const id of killed.began) expect(cutOff()).toContain(`running ${id}:on`);

    // Longer than one run may take, with its margin: a minute and a half.
    other.setClock(nowMs + 2 * 60_000);
    const [later] = await calls(1, "d");
    if (later === undefined) throw new RangeError("No request");
    expect(await send(other, later)).toBe(204);
    await finished(offhook, other);
    const { changes: all } = await heardInOrder([...requests, later]);
    expect(killed.ended).toEqual([]);
    expect(sorted(other.ended)).toEqual(sorted(all));
  });

  test("F04: who follows the feed in one sees every change of the other once, in order, across a reconnect", async () => {
    const [writer] = await startTwo();
    const url = new URL(own.connectionString);
    url.searchParams.set("application_name", own.schema);
    const offhook = open(url.href);
    const requests = await signAll(["e1", "e2", "e3"].flatMap((key) => twilioLife({ key })));
    const third = requests.length / 3;
    const expected = await heardInOrder(requests);

    const seen: { readonly id: number; readonly change: string }[] = [];
    const following = new AbortController();
    const followed = (async () => {
      for await (const entry of offhook.changes(0, { signal: following.signal })) {
        if (entry.type === "missed") throw new Error(`Missed up to ${entry.id}`);
        seen.push({ id: entry.id, change: changeText(entry) });
      }
    })();
    const listeners = () =>
      runSql(
        own.connectionString,
        "select pid from pg_stat_activity where application_name = $1 and query like 'listen %'",
        [own.schema],
      );
    const listening = () => expect.poll(listeners, patiently).toHaveLength(1);

    await listening();
    expect(await sendInTurn([writer], requests.slice(0, third))).toEqual([]);
    await expect.poll(() => seen.length, patiently).toBeGreaterThan(0);
    await runSql(
      own.connectionString,
      "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = $1 and query like 'listen %'",
      [own.schema],
    );
    expect(await sendInTurn([writer], requests.slice(third, 2 * third))).toEqual([]);
    await listening();
    expect(await sendInTurn([writer], requests.slice(2 * third))).toEqual([]);

    const changes = expected.feed.map(changeText);
    await expect.poll(() => seen.length, patiently).toBeGreaterThanOrEqual(changes.length);
    following.abort();
    await followed;
    expect(seen.map(({ change }) => change)).toEqual(changes);
    const ids = seen.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted((left, right) => left - right));
  });
});
