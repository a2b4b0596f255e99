import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { startEffectReceiver } from "./effect-receiver.ts";
import { withStored } from "./kill-check.ts";
import { serverProviders, serverVariables } from "./kill-environment.ts";
import { load } from "./kill-load.ts";
import { beyondLeaseMs, runKillPoint, startKillPointApp } from "./kill-point-run.ts";
import { killPoints } from "./kill-point.ts";
import { makeTraffic } from "./kill-traffic.ts";
import { newPlace, storageAt } from "./storage-place.ts";

const postgresUrl = inject("postgresUrl");
const timeout = 120_000;
const storages = [
  { name: "SQLite", url: undefined, skipped: false },
  { name: "PostgreSQL", url: postgresUrl, skipped: postgresUrl === undefined },
];

for (const { name, url, skipped } of storages) {
  describe.skipIf(skipped)(`a process that is killed, on ${name}`, { timeout }, () => {
    for (const [index, point] of killPoints.entries()) {
      test(`${point}: nothing acknowledged is lost, every effect comes, and at most twice`, async () => {
        const result = await runKillPoint({ point, postgresUrl: url, livesOfEach: 1, seed: 40 + index });
        expect(result.violations).toEqual([]);
        expect(result.unanswered + result.repeated).toBeGreaterThan(0);
      });
    }
  });
}

test("a handler that kills its process is tried eight times, then kept as dead", { timeout }, async () => {
  const attempts = 8;
  const folder = await mkdtemp(join(tmpdir(), "offhook-kill-limit-"));
  const place = newPlace(folder, undefined);
  const variables = serverVariables(folder);
  const traffic = (await makeTraffic(serverProviders(variables), 1)).slice(0, 1);
  const receiver = await startEffectReceiver();

  for (let process = 1; process <= attempts; process += 1) {
    const clockAheadMs = process * beyondLeaseMs;
    const app = await startKillPointApp(variables, {
      place,
      fuse: { point: "mid-job", occurrence: 1 },
      clockAheadMs,
      effectsUrl: receiver.addressFor(process),
    });
    if (process === 1) await load(app.address, traffic, { clockAheadMs });
    expect((await app.ended).signal).toBe("SIGKILL");
  }
  const last = await startKillPointApp(variables, {
    place,
    clockAheadMs: (attempts + 1) * beyondLeaseMs,
    effectsUrl: receiver.addressFor(attempts + 1),
  });
  await fetch(`${last.address}/drain`, { method: "POST" });
  expect(await last.stop()).toBe(0);
  await receiver.close();

  const handled = receiver.received.filter(({ consumer }) => consumer === "on");
  expect(handled.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(new Set(handled.map(({ changeId }) => changeId)).size).toBe(1);
  expect(receiver.received.filter(({ process }) => process > attempts)).toEqual([]);
  await withStored(storageAt(place), async (offhook) => {
    const dead = (await offhook.jobs.list({ state: "dead" })).data;
    expect(dead.map(({ id }) => id)).toContain(`${handled[0]?.changeId}:on`);
  });
  await rm(folder, { recursive: true });
});
