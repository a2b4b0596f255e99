import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOffhook } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { signSample } from "@offhook/testing";
import { expect, test } from "vitest";
import { checkWhole, missingFrom, withStored } from "./kill-check.ts";
import { serverProviders, serverVariables } from "./kill-environment.ts";
import { runKill } from "./kill-run.ts";
import { makeTraffic } from "./kill-traffic.ts";

test("what was acknowledged survives kills, once and whole", { timeout: 120_000 }, async () => {
  const { violations, counts, acknowledged, integrity } = await runKill({ rounds: 3, seed: 7 });
  expect(violations).toEqual([]);
  expect(integrity).toBe("ok");
  expect(counts.calls).toBeGreaterThan(0);
  expect(acknowledged).toBeGreaterThan(counts.deliveries);
});

test("one delivery that is acknowledged and not stored would be found", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offhook-kill-"));
  const path = join(folder, "offhook.db");
  const providers = serverProviders(serverVariables(folder));
  const traffic = await makeTraffic(providers, 1);
  for (const each of traffic) each.acknowledged = true;

  const offhook = createOffhook({ providers, storage: sqliteStorage({ path }) });
  for (const { provider, sample } of traffic.slice(0, -1)) await offhook.handle(await signSample(provider, sample));
  await offhook.close();

  const lost = traffic.at(-1)?.eventIds ?? [];
  expect(lost).toHaveLength(1);
  await withStored(sqliteStorage({ path }), async (stored) => {
    expect(await missingFrom(stored, traffic.slice(0, -1))).toEqual([]);
    expect(await missingFrom(stored, traffic)).toEqual([expect.stringContaining(`acknowledged event ${lost[0]}`)]);
    expect((await checkWhole(stored, traffic)).violations).toHaveLength(3);
  });
  await rm(folder, { recursive: true });
});
