import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { Call, Page } from "@offhook/core";
import { signSample, twilioLife } from "@offhook/testing";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { deriveAdminToken } from "./admin-token.ts";
import { ensureSecrets } from "./development-secrets.ts";
import { readEnvironment, type Variables } from "./environment.ts";
import { createProviders } from "./providers.ts";
import { startProcess, type TestProcess } from "./test-process.ts";
import { temporaryFolder } from "./test-server.ts";

// Processes take their time to start on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const postgresUrl = inject("postgresUrl");
const production: Variables = {
  NODE_ENV: "production",
  PORT: "0",
  OFFHOOK_PUBLIC_URL: "https://hooks.example.com",
  OFFHOOK_SECRET: "a secret of the server",
  CALLRAIL_SIGNING_KEY: "callrail",
  ELEVENLABS_WEBHOOK_SECRET: "elevenlabs",
  TWILIO_AUTH_TOKEN: "twilio",
  CONVOSO_WEBHOOK_SECRET: "convoso",
  RETELL_API_KEY: "retell",
};
const authorization = `Bearer ${deriveAdminToken("a secret of the server")}`;

describe.skipIf(postgresUrl === undefined)("with DATABASE_URL", () => {
  const name = `offhook_server_${randomUUID().replaceAll("-", "")}`;
  const databaseUrl = (postgresUrl ?? "").replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
  let dataFolder: string;
  const started: TestProcess[] = [];

  beforeEach(async () => {
    dataFolder = await temporaryFolder();
    await onServer(`create database ${name}`);
  });
  afterEach(async () => {
    for (const each of started.splice(0)) {
      each.stop("SIGKILL");
      await each.ended;
    }
    await onServer(`drop database ${name} with (force)`);
    await rm(dataFolder, { recursive: true });
  });

  function start(script: string, variables: Variables = {}): TestProcess {
    const all = { ...production, OFFHOOK_DATA_DIR: dataFolder, DATABASE_URL: databaseUrl, ...variables };
    const process = startProcess(script, all);
    started.push(process);
    return process;
  }

  async function startServers(count: number): Promise<string[]> {
    expect(await start("migrate.ts").ended).toBe(0);
    const servers = Array.from({ length: count }, () => start("main.ts"));
    await Promise.all(servers.map((server) => server.waitFor("Listening")));
    return servers.map((server) => {
      const line = server
        .output()
        .split("\n")
        .find((each) => each.includes("Listening"));
      return (JSON.parse(line ?? "") as { address: string }).address;
    });
  }

  async function signedLife(key: string) {
    const environment = readEnvironment({ ...production, OFFHOOK_DATA_DIR: dataFolder });
    const { providerOptions, publicUrl = "" } = environment;
    const providers = createProviders({
      ...providerOptions,
      secrets: ensureSecrets(environment),
      publicUrl,
      api: environment.api,
    });
    const twilio = providers.find(({ name: each }) => each === "twilio");
    if (twilio === undefined) throw new RangeError("No provider");
    return Promise.all(twilioLife({ key }).map((sample) => signSample(twilio, sample)));
  }

  const ask = async <Body>(address: string, path: string, init: RequestInit = {}): Promise<Body> => {
    const response = await fetch(`${address}${path}`, {
      ...init,
      headers: { authorization, "content-type": "application/json" },
    });
    // The routes answer in the exported types.
    return (await response.json()) as Body;
  };

  test("D05: several servers on one database take a call's webhooks in any order, and all of them know it", async () => {
    const addresses = await startServers(2);
    const life = await signedLife("a1");
    const statuses = await Promise.all(
      [...life, ...life.toReversed()].map(async ({ method, url, headers, body }, index) => {
        const response = await fetch(`${addresses[index % 2]}${url}`, {
          method,
          headers: { ...headers },
          body: body.slice(),
        });
        return response.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([204]));
    const pages = await Promise.all(addresses.map((address) => ask<Page<Call>>(address, "/api/calls")));
    expect(pages[0]?.data).toHaveLength(1);
    expect(pages[0]?.data[0]).toMatchObject({ status: "completed", version: life.length });
    expect(pages[1]).toEqual(pages[0]);
    expect(await ask(addresses[0] ?? "", "/api/admin/health")).toMatchObject({
      engine: "postgres",
      stats: { calls: 1, events: life.length },
      deliveries: { applied: life.length },
      pool: { totalCount: expect.any(Number) },
    });
  });

  test("F01: migrations run twice and by several processes at once, and production starts only after them", async () => {
    const early = start("main.ts");
    expect(await early.ended).toBe(1);
    expect(early.output()).toContain("npx -y pnpm@12 migrate");
    expect(early.output()).not.toContain("    at ");
    const migrations = [1, 2, 3].map(() => start("migrate.ts"));
    expect(await Promise.all(migrations.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const again = start("migrate.ts");
    expect(await again.ended).toBe(0);
    expect(again.output()).toContain("PostgreSQL is up to date");
    await start("main.ts").waitFor("Listening");
  });

  test("outside production the server migrates by itself", async () => {
    const server = start("main.ts", { NODE_ENV: "" });
    await server.waitFor("/api/calls");
    expect(server.output()).toContain("PostgreSQL, from DATABASE_URL");
  });

  test("a database that does not answer is told in one line, without its password", async () => {
    const server = start("main.ts", { DATABASE_URL: "postgres://user:geheim@127.0.0.1:1/calls" });
    expect(await server.ended).toBe(1);
    expect(server.output()).toMatch(/not available/);
    expect(server.output()).not.toContain("geheim");
    expect(server.output()).not.toContain("    at ");
  });
});

test("migrate without DATABASE_URL brings the SQLite file up to date", async () => {
  const dataFolder = await temporaryFolder();
  const migration = startProcess("migrate.ts", { OFFHOOK_DATA_DIR: dataFolder });
  expect(await migration.ended).toBe(0);
  expect(migration.output()).toBe("SQLite is up to date.\n");
  await rm(dataFolder, { recursive: true });
});

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
