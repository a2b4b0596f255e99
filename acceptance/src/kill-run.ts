import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { seededRandom } from "@offhook/testing";
import { checkWhole, integrityOf, missingFrom, withStored, type Counts } from "./kill-check.ts";
import { serverProviders, serverVariables } from "./kill-environment.ts";
import { load } from "./kill-load.ts";
import { makeTraffic, type Traffic } from "./kill-traffic.ts";
import { startServerProcess } from "./server-process.ts";

export interface KillOptions {
  readonly rounds: number;
  /** Decides the moments and the order. */
  readonly seed: number;
  /** Is told of every round. */
  readonly onRound?: (line: string) => void;
}

export interface KillResult {
  readonly violations: readonly string[];
  readonly counts: Counts;
  readonly acknowledged: number;
  /** Requests that the kills left without an answer; each was sent again. */
  readonly unanswered: number;
  readonly integrity: string;
}

const livesOfEach = 8;
const maxPauseMs = 20;

/**
 * Loads a server, kills it at a random moment, starts it again on the same folder, and so on. What it acknowledged
 * must be there after every kill; after everything was sent again as vendors do, the calls must be exactly right.
 */
export async function runKill({ rounds, seed, onRound = () => undefined }: KillOptions): Promise<KillResult> {
  const folder = await mkdtemp(join(tmpdir(), "offhook-kill-"));
  const path = join(folder, "offhook.db");
  const variables = serverVariables(folder);
  const providers = serverProviders(variables);
  const random = seededRandom(seed);
  const all: Traffic[] = [];
  const violations: string[] = [];
  let acknowledged = 0;
  let unanswered = 0;

  for (let round = 1; round <= rounds; round += 1) {
    all.push(...(await makeTraffic(providers, livesOfEach)));
    const waiting = all.filter((traffic) => !traffic.acknowledged);
    const server = await startServerProcess(variables);
    const requests = shuffled([...waiting, ...someOf(all, random)], random);
    // Anywhere in the load, and there at no special moment of the server's.
    const killAfter = Math.floor(random() * requests.length);
    const moment = Promise.withResolvers<void>();
    const loading = load(server.address, requests, {
      onAcknowledged(count) {
        if (count >= killAfter) moment.resolve();
      },
    });
    await Promise.race([moment.promise, loading]);
    await wait(random() * maxPauseMs);
    await server.kill();
    const result = await loading;
    acknowledged += result.acknowledged;
    unanswered += result.unanswered;
    violations.push(...result.refusals);

    const restarted = await startServerProcess(variables);
    const lost = await withStored(sqliteStorage({ path }), (offhook) => missingFrom(offhook, waiting));
    violations.push(...lost);
    await restarted.kill();
    onRound(`round ${round}: ${result.acknowledged} acknowledged, ${result.unanswered} cut off, ${lost.length} lost`);
  }

  const server = await startServerProcess(variables);
  const last = await load(server.address, [...all.filter((each) => !each.acknowledged), ...someOf(all, random)]);
  acknowledged += last.acknowledged;
  violations.push(...last.refusals);
  if (all.some((each) => !each.acknowledged)) violations.push("a delivery was not acknowledged in the end");
  const code = await server.stop();
  if (code !== 0) violations.push(`the server ended with code ${code}`);

  const integrity = integrityOf(path);
  if (integrity !== "ok") violations.push(`integrity check: ${integrity}`);
  const whole = await withStored(sqliteStorage({ path }), (offhook) => checkWhole(offhook, all));
  violations.push(...whole.violations);
  if (violations.length === 0) await rm(folder, { recursive: true });
  else violations.push(`the database is kept: ${path}`);
  return { violations, counts: whole.counts, acknowledged, unanswered, integrity };
}

/** A fifth, to be sent again: vendors repeat what they have been answered. */
const someOf = (traffic: readonly Traffic[], random: () => number): Traffic[] =>
  traffic.slice(-2_000).filter(() => random() < 0.2);

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
