import { createOffhook, type Offhook, type Storage } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import {
  convosoLife,
  elevenlabsLife,
  retellLife,
  seededRandom,
  shuffleWithDuplicates,
  twilioLife,
  type SampleOptions,
  type SampleRequest,
  type SignedSample,
} from "@offhook/testing";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { allProviders } from "./all-providers.ts";
import { startPostgresApp, type PostgresApp } from "./postgres-app-process.ts";
import { convosoLead, heardInOrder, nowMs, providers, send, signAll } from "./postgres-deliveries.ts";
import { createSchema, type PostgresSchema } from "./postgres-schema.ts";

// Several processes start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const postgresUrl = inject("postgresUrl");
/** Orders that are tried for each life, and how many of them at the same time. */
const [rounds, atOnce] = [24, 8];

interface Lives {
  readonly name: string;
  readonly life: (options: SampleOptions) => SampleRequest[];
}
const lives: readonly Lives[] = [
  ...allProviders(),
  { name: "convoso, of a lead", life: (options) => [...convosoLead(options), ...convosoLife(options)] },
  { name: "elevenlabs on a leg of twilio's", life: (options) => [...twilioLife(options), ...elevenlabsLife(options)] },
  { name: "retell on a leg of twilio's", life: (options) => [...twilioLife(options), ...retellLife(options)] },
];

/** All calls and leads, as the bytes that a user reads. */
async function recordsOf(offhook: Offhook): Promise<string> {
  return JSON.stringify([(await offhook.calls.list()).data, (await offhook.leads.list()).data]);
}

// Where PostgreSQL cannot run: the set-up has said so loudly by then, and on CI has failed.
describe.skipIf(postgresUrl === undefined)("E15: any order, through any of two processes", () => {
  let own: PostgresSchema;
  let storages: readonly Storage[];
  let apps: readonly PostgresApp[];

  beforeAll(async () => {
    own = await createSchema(postgresUrl ?? "");
    const { connectionString, schema } = own;
    storages = [1, 2].map(() => postgresStorage({ connectionString, schema }));
    apps = await Promise.all([1, 2].map(() => startPostgresApp({ connectionString, schema, nowMs })));
  });
  afterAll(async () => {
    for (const app of apps) await app.kill();
    for (const storage of storages) await storage.close();
    await own.drop();
  });

  const open = (tenantId: string): Offhook[] =>
    storages.map((storage) => createOffhook({ providers, storage, tenantId, now: () => nowMs, runJobs: false }));

  /** Hands each request to one of the receivers, one by one or all at once. */
  async function scatter<Receiver>(
    receivers: readonly Receiver[],
    requests: readonly SignedSample[],
    random: () => number,
    receive: (receiver: Receiver, request: SignedSample) => Promise<unknown>,
  ): Promise<void> {
    const together = random() < 0.5;
    const receiving: Promise<unknown>[] = [];
    for (const request of shuffleWithDuplicates(requests, random)) {
      const receiver = receivers[Math.floor(random() * receivers.length)];
      if (receiver === undefined) throw new RangeError("Expected a receiver, got none");
      receiving.push(receive(receiver, request));
      if (!together) await receiving.at(-1);
    }
    await Promise.all(receiving);
  }

  test.each(lives)("$name: every order that was drawn gives the byte-identical records", async ({ name, life }) => {
    const requests = await signAll(life({ key: "a" }));
    const random = seededRandom(20_261_120);
    async function round(tenantId: string): Promise<readonly [string, string]> {
      const both = open(tenantId);
      await scatter(both, requests, random, (offhook, request) => offhook.handle(request));
      const [stored, other] = await Promise.all(both.map(recordsOf));
      expect(other).toBe(stored);
      return [stored ?? "", await recordsOf((await heardInOrder(requests, tenantId)).offhook)];
    }
    for (let count = 0; count < rounds; count += atOnce) {
      // Each has a tenant of its own: the same ids as the others at the same time, and nothing to do with them.
      const drawn = Array.from({ length: atOnce }, (_, index) => round(`${name} ${count + index}`));
      for (const [stored, expected] of await Promise.all(drawn)) {
        expect(JSON.parse(expected)).toEqual([[expect.anything()], expect.any(Array)]);
        expect(stored).toBe(expected);
      }
    }
  });

  test("real processes end with the byte-identical records of every life", async () => {
    const random = seededRandom(7);
    const requests = await signAll(lives.flatMap(({ life }, index) => life({ key: `b${index}` })));
    const statuses: number[] = [];
    await scatter(apps, requests, random, async (app, request) => statuses.push(await send(app, request)));
    await scatter(apps, requests, random, async (app, request) => statuses.push(await send(app, request)));
    expect(statuses.filter((status) => status !== 200 && status !== 204)).toEqual([]);
    const expected = await recordsOf((await heardInOrder(requests)).offhook);
    const [calls] = JSON.parse(expected) as [unknown[]];
    expect(calls).toHaveLength(lives.length);
    for (const offhook of open("default")) expect(await recordsOf(offhook)).toBe(expected);
  });
});
