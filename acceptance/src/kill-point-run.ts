import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { seededRandom, shuffleWithDuplicates } from "@offhook/testing";
import { effectFaults } from "./effect-check.ts";
import { startEffectReceiver, type ReceivedEffect } from "./effect-receiver.ts";
import { checkWhole, missingFrom, withStored } from "./kill-check.ts";
import { serverProviders, serverVariables } from "./kill-environment.ts";
import { load, type LoadResult } from "./kill-load.ts";
import type { KillPointSetup } from "./kill-point-app.ts";
import type { KillPoint } from "./kill-point.ts";
import { makeTraffic, type Traffic } from "./kill-traffic.ts";
import { startServerProcess, type ServerProcess } from "./server-process.ts";
import { brokenAt, newPlace, removePlace, storageAt } from "./storage-place.ts";

export interface KillPointOptions {
  readonly point: KillPoint;
  /** Undefined: SQLite, in a file. */
  readonly postgresUrl: string | undefined;
  /** Lives of each provider and pair of providers; with the connections they decide how often a point is reached. */
  readonly livesOfEach: number;
  /** Decides how often the point is passed before the kill, and the order of the requests. */
  readonly seed: number;
}

export interface KillPointResult {
  readonly violations: readonly string[];
  /** Requests that were answered 2xx before the kill. */
  readonly acknowledged: number;
  /** Requests that the kill left without an answer; each was sent again. */
  readonly unanswered: number;
  /** Changes told, each to one who wants to hear of it. */
  readonly effects: number;
  /** Those of them that were told again after the kill. */
  readonly repeated: number;
}

/** Longer than a job's lease, so that what a killed process held is free at once for the next, if its clock is ahead. */
export const beyondLeaseMs = 10 * 60_000;
const reachTimeoutMs = 60_000;
/** Few, so that there are many batches, and much is acknowledged before the process dies in one of them. */
const connections = 8;

/**
 * Loads an app that kills itself at a point, starts it again on the same data, sends again what got no answer, and lets
 * it finish. Everything acknowledged must be there after the kill; in the end the calls must be exactly right and every
 * change told, at most once more than without the kill.
 */
export async function runKillPoint({
  point,
  postgresUrl,
  livesOfEach,
  seed,
}: KillPointOptions): Promise<KillPointResult> {
  const folder = await mkdtemp(join(tmpdir(), "offhook-kill-point-"));
  const place = newPlace(folder, postgresUrl);
  const variables = serverVariables(folder);
  const traffic = await makeTraffic(serverProviders(variables), livesOfEach);
  const random = seededRandom(seed);
  const receiver = await startEffectReceiver();
  const violations: string[] = [];

  const start = (number: number, setup: Omit<KillPointSetup, "place" | "effectsUrl">): Promise<ServerProcess> =>
    startKillPointApp(variables, { ...setup, place, effectsUrl: receiver.addressFor(number) });
  const send = async (app: ServerProcess, requests: readonly Traffic[], aheadMs: number): Promise<LoadResult> => {
    const result = await load(app.address, shuffleWithDuplicates(requests, random), {
      connections,
      clockAheadMs: aheadMs,
    });
    violations.push(...result.refusals);
    return result;
  };

  const occurrence = 1 + Math.floor(random() * timesReached(point, traffic));
  const doomed = await start(1, { clockAheadMs: 0, fuse: { point, occurrence } });
  const first = await send(doomed, traffic, 0);
  violations.push(...(await faultsOfDeath(doomed)));

  const app = await start(2, { clockAheadMs: beyondLeaseMs });
  violations.push(...(await withStored(storageAt(place), (offhook) => missingFrom(offhook, traffic))));
  // Vendors send again what was not answered, and now and then what was.
  const again = traffic.filter(({ acknowledged }) => !acknowledged || random() < 0.2);
  await send(app, again, beyondLeaseMs);
  if (traffic.some(({ acknowledged }) => !acknowledged)) violations.push("a delivery was not acknowledged in the end");
  await fetch(`${app.address}/drain`, { method: "POST" });
  const code = await app.stop();
  if (code !== 0) violations.push(`the app ended with code ${code}`);
  await receiver.close();

  violations.push(...brokenAt(place));
  const storage = storageAt(place);
  await withStored(storage, async (offhook) => {
    violations.push(...(await checkWhole(offhook, traffic)).violations);
    const left = (await offhook.jobs.list({ kind: "handle" })).data;
    violations.push(...left.map(({ id, state }) => `job ${id} is left ${state}`));
    violations.push(...(await effectFaults(offhook, storage, receiver.received)));
  });
  await removePlace(place);
  if (violations.length === 0 || place.type !== "sqlite") await rm(folder, { recursive: true });
  else violations.push(`the database is kept: ${place.path}`);
  return {
    // What is missing after the kill may be so in the end as well.
    violations: [...new Set(violations)].map((violation) => `seed ${seed}, time ${occurrence}: ${violation}`),
    acknowledged: first.acknowledged,
    unanswered: first.unanswered,
    ...countEffects(receiver.received),
  };
}

/** @param variables for its providers. */
export function startKillPointApp(
  variables: { readonly [name: string]: string },
  setup: KillPointSetup,
): Promise<ServerProcess> {
  return startServerProcess(variables, [join(import.meta.dirname, "kill-point-app.ts"), JSON.stringify(setup)]);
}

/** How often a point is reached for certain, however the requests fall into batches. */
function timesReached(point: KillPoint, traffic: readonly Traffic[]): number {
  switch (point) {
    case "after-read":
    case "after-verify":
    case "before-answer":
      return traffic.length;
    case "after-insert":
    case "before-commit":
    case "after-commit":
      return Math.max(1, Math.floor(traffic.length / connections));
    case "mid-job":
    case "mid-forward":
      // Each call is created, and who hears of it hears of that at least.
      return new Set(traffic.flatMap(({ finalCallIds }) => finalCallIds)).size;
  }
}

/** It must die by its own hand. One that does not get to the point is ended. */
async function faultsOfDeath(doomed: ServerProcess): Promise<string[]> {
  const end = await Promise.race([doomed.ended, wait(reachTimeoutMs, undefined, { ref: false })]);
  if (end?.signal === "SIGKILL") return [];
  await doomed.kill();
  return [end === undefined ? "the app was not killed" : `the app ended with code ${end.code} before it was killed`];
}

function countEffects(received: readonly ReceivedEffect[]): { effects: number; repeated: number } {
  const effects = new Set(received.map(({ changeId, consumer }) => `${changeId} ${consumer}`)).size;
  return { effects, repeated: received.length - effects };
}
