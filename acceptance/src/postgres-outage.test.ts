import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { startPostgres, type PostgresServer } from "../../tooling/postgres-server.ts";
import { runOutage, type OutageOptions, type OutageResult } from "./postgres-outage-run.ts";

// A server and several processes start, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** Some requests that wait, and caches that warm up. */
const maxGrowthBytes = 64 * 1024 * 1024;

// Where the run has no server, none can be started here either.
describe.skipIf(inject("postgresUrl") === undefined)("an app whose PostgreSQL fails under load", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    // Of its own: it is stopped while others work.
    server = await startPostgres(["-c", "fsync=off"]);
  });
  afterAll(() => server.remove());

  /** A moment of what `node acceptance/src/postgres-outage.ts` does for a minute. */
  const run = (options: Pick<OutageOptions, "kind" | "outageMs"> & Partial<OutageOptions>): Promise<OutageResult> =>
    runOutage(server, {
      calmMs: 500,
      perSecond: 50,
      commitTimeoutMs: 1_000,
      retryPauseMs: 250,
      marginMs: 3_000,
      ...options,
    });

  function expectWhole({ violations, before, after, memory, counts }: OutageResult): void {
    expect(violations).toEqual([]);
    expect(before.acknowledged).toBeGreaterThan(0);
    expect(after.acknowledged).toBeGreaterThan(0);
    expect(counts.calls).toBeGreaterThan(0);
    const [usedBefore, ...usedLater] = memory.inUse;
    expect(Math.max(...usedLater) - usedBefore).toBeLessThan(maxGrowthBytes);
  }

  test("D05: while it is halted everything is 503 with Retry-After, and afterwards all is stored once without a restart", async () => {
    const result = await run({ kind: "halted", outageMs: 2_500 });
    expectWhole(result);
    expect(result.during.refused).toBeGreaterThan(0);
  });

  test("F03: while it is frozen nobody waits for longer than the limit, and nothing is lost or there twice", async () => {
    const result = await run({ kind: "frozen", outageMs: 2_500 });
    expectWhole(result);
    expect(result.during.refused).toBeGreaterThan(0);
  });

  test("D09: while every answer of it is late, others are in time or refused in time, and what is acknowledged is stored", async () => {
    const result = await run({ kind: "slow", outageMs: 2_500, slowMs: 250, commitTimeoutMs: 1_200 });
    expectWhole(result);
    expect(result.during.acknowledged).toBeGreaterThan(0);
    expect(result.during.refused).toBeGreaterThan(0);
  });
});
