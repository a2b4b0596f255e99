import { randomUUID } from "node:crypto";
import { createOffhook, silentLogger, type Offhook, type OffhookOptions } from "@offhook/core";
import { pgBossEngine } from "@offhook/jobs-pgboss";
import { postgresStorage } from "@offhook/storage-postgres";
import { signSample, twilioLife } from "@offhook/testing";
import { twilio } from "@offhook/twilio";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";

const connectionString = inject("postgresUrl") ?? "";
const provider = twilio({ authToken: "2f8c1d9a7b3e4f60a1b2c3d4e5f60718", publicUrl: "https://hooks.example.com" });
const waiting = { timeout: 30_000, interval: 50 };

describe.skipIf(connectionString === "")("with pg-boss on the database of the calls", { timeout: 60_000 }, () => {
  let name: string;
  const opened: Offhook[] = [];

  beforeEach(() => {
    name = `jobs_${randomUUID().replaceAll("-", "")}`;
  });
  afterEach(async () => {
    for (const offhook of opened.splice(0)) await offhook.close();
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(`drop schema if exists ${name} cascade; drop schema if exists ${name}_boss cascade`);
    await client.end();
  });

  /** As one process of several: with a storage, an engine and connections of its own. */
  function open(given: Partial<OffhookOptions>): Offhook {
    const offhook = createOffhook({
      providers: [provider],
      storage: postgresStorage({ connectionString, schema: name, migrate: "auto" }),
      jobEngine: pgBossEngine({ connectionString, schema: `${name}_boss` }),
      logger: silentLogger,
      ...given,
    });
    opened.push(offhook);
    return offhook;
  }

  async function sendLives(to: readonly Offhook[], lives: number): Promise<void> {
    const requests = Array.from({ length: lives }, (_, life) => twilioLife({ key: `e${life}` })).flat();
    const answers = await Promise.all(
      requests.map(async (sample, index) => to[index % to.length]?.handle(await signSample(provider, sample))),
    );
    expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([204]));
  }

  test("F03: each effect happens once, on whichever process, and both take their share", async () => {
    const heard: string[][] = [[], []];
    const processes = heard.map((own) =>
      open({
        // So few places that nobody is done with all of it before the other has looked.
        jobEngine: pgBossEngine({ connectionString, schema: `${name}_boss`, concurrency: 2 }),
        on: {
          "call.ended": async ({ id }) => {
            await new Promise((resolve) => setTimeout(resolve, 50));
            own.push(id);
          },
        },
      }),
    );
    await sendLives(processes, 60);
    await vi.waitFor(() => expect(heard.flat()).toHaveLength(60), waiting);
    // Whatever would come twice has time to come.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(new Set(heard.flat()).size).toBe(60);
    expect(heard.flat()).toHaveLength(60);
    for (const own of heard) expect(own.length).toBeGreaterThan(0);
    expect((await processes[0]?.health())?.jobs).toEqual({ waiting: 1, running: 0, dead: 0 });
  });

  test("F03: a process that only takes webhooks leaves the work to others", async () => {
    const heard: string[] = [];
    const never = (): never => {
      throw new Error("this process runs nothing");
    };
    const door = open({ runJobs: false, on: { "call.ended": never } });
    open({ on: { "call.ended": ({ call }) => void heard.push(call.id) } });
    await opened[1]?.open();
    await opened[1]?.drain();
    await sendLives([door], 5);
    await vi.waitFor(() => expect(new Set(heard).size).toBe(5), waiting);
  });

  test("F03: what fails waits in the outbox, is tried again when its time has come, and has the same id", async () => {
    let ahead = 0;
    const heard: [string, number][] = [];
    const offhook = open({
      now: () => Date.now() + ahead,
      on: {
        "call.ended": ({ id, attempt }) => {
          heard.push([id, attempt]);
          if (attempt === 1) throw new Error("the CRM is away");
        },
      },
    });
    await sendLives([offhook], 1);
    await vi.waitFor(async () => {
      const { data } = await offhook.jobs.list({ kind: "handle" });
      expect(data).toMatchObject([{ state: "waiting", attempts: 1, lastError: expect.stringContaining("CRM") }]);
    }, waiting);
    ahead = 60_000;
    await offhook.drain();
    await vi.waitFor(() => expect(heard).toHaveLength(2), waiting);
    expect(heard.map(([, attempt]) => attempt)).toEqual([1, 2]);
    expect(heard[0]?.[0]).toBe(heard[1]?.[0]);
    expect((await offhook.jobs.list({ kind: "handle" })).data).toEqual([]);
  });

  test("F04: two tenants on one database and one pg-boss hear each of its own calls, although the calls have the same ids", async () => {
    const heard: { readonly [tenantId: string]: string[] } = { north: [], south: [] };
    const tenants = ["north", "south"].map((tenantId) =>
      open({
        tenantId,
        jobEngine: pgBossEngine({ connectionString, schema: `${name}_boss` }),
        on: { "call.ended": ({ call }) => void heard[tenantId]?.push(`${call.tenantId} ${call.id}`) },
      }),
    );
    for (const tenant of tenants) await sendLives([tenant], 10);
    await vi.waitFor(() => expect(Object.values(heard).flat()).toHaveLength(20), waiting);
    for (const [tenantId, told] of Object.entries(heard)) {
      expect(told.every((each) => each.startsWith(`${tenantId} `))).toBe(true);
      expect(new Set(told).size).toBe(10);
    }
  });
});
