import { setTimeout as wait } from "node:timers/promises";
import { createOffhook, silentLogger, type Offhook } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import type { PostgresServer } from "../../tooling/postgres-server.ts";
import { allProviders } from "./all-providers.ts";
import { checkWhole, missingFrom, type Counts } from "./kill-check.ts";
import { makeTraffic, type Traffic } from "./kill-traffic.ts";
import { startPostgresApp, type PostgresApp } from "./postgres-app-process.ts";
import { freezePostgres } from "./postgres-freeze.ts";
import { startLoad, type Attempt } from "./postgres-load.ts";
import { createSchema, type PostgresSchema } from "./postgres-schema.ts";
import { startSlowProxy } from "./postgres-slow-proxy.ts";

export interface OutageOptions {
  /** Ended in order, stopped between two instructions, or each answer `slowMs` late. */
  readonly kind: "halted" | "frozen" | "slow";
  readonly outageMs: number;
  /** How long the load goes on before and after. */
  readonly calmMs: number;
  /** New deliveries; what is refused comes again on top of them. */
  readonly perSecond: number;
  /** The app's; default: as Offhook has it, 7,000. */
  readonly commitTimeoutMs?: number;
  /** How long the load waits before it repeats a delivery; default: what the answer asks for. */
  readonly retryPauseMs?: number;
  /** Default 2,000. */
  readonly slowMs?: number;
  /** How much later than `commitTimeoutMs` an answer may come: the app looks from time to time. Default 1,000. */
  readonly marginMs?: number;
}

export interface OutageResult {
  readonly violations: readonly string[];
  /** Answers to what was sent while PostgreSQL was well, was not, and was again. */
  readonly before: Answers;
  readonly during: Answers;
  readonly after: Answers;
  /** Of all answers. */
  readonly slowestMs: number;
  /** For how long after the end new deliveries were refused still; 0 for not at all. */
  readonly recoveryMs: number;
  readonly memory: Memory;
  readonly counts: Counts;
}

interface Answers {
  readonly acknowledged: number;
  readonly refused: number;
}

/** What the app had. Bytes. */
interface Memory {
  /** Of the whole process, at most. */
  readonly rssBefore: number;
  readonly rssPeak: number;
  /** In use by what is still needed: before, in the middle of the outage, at its end, and when all was over. */
  readonly inUse: readonly [before: number, middle: number, end: number, after: number];
}

/** When an outage was complete, and when its end began and was complete. `performance.now()`. */
interface Times {
  readonly begunMs: number;
  readonly endingMs: number;
  readonly endedMs: number;
}

const sampleEveryMs = 200;
/** How long after the load the last delivery may be acknowledged. */
const patienceMs = 90_000;

/** Loads an app with genuine deliveries while its PostgreSQL fails and comes back, and judges every answer. */
export async function runOutage(server: PostgresServer, options: OutageOptions): Promise<OutageResult> {
  const { outageMs, calmMs, perSecond, commitTimeoutMs = 7_000, marginMs = 1_000 } = options;
  const own = await createSchema(server.url);
  const outage = await prepareOutage(server, options);
  const traffic = await trafficFor((perSecond * (2 * calmMs + outageMs)) / 1000);
  const app = await startPostgresApp({ connectionString: outage.url, schema: own.schema, commitTimeoutMs });
  const memory = watchMemory(app);
  const violations: string[] = [];
  const stored = readStored(own);
  const load = startLoad({ ...options, address: app.address, traffic });
  try {
    await wait(calmMs);
    const before = await app.memory(true);
    await outage.begin();
    const begunMs = performance.now();
    await wait(outageMs / 2);
    const middle = await app.memory(true);
    await wait(outageMs / 2);
    const end = await app.memory(true);
    const acknowledged = traffic.filter((each) => each.acknowledged);
    const endingMs = performance.now();
    await outage.end();
    const times = { begunMs, endingMs, endedMs: performance.now() };
    violations.push(...(await missingFrom(stored, acknowledged)));
    await Promise.race([load.done, wait(calmMs + patienceMs, undefined, { ref: false })]);
    load.stop();
    await load.done;

    violations.push(...faultsOf(load.attempts, times, options.kind, commitTimeoutMs + marginMs));
    const unheard = traffic.filter((each) => !each.acknowledged).length;
    if (unheard > 0) violations.push(`${unheard} deliveries were not acknowledged in the end`);
    const whole = await checkWhole(stored, traffic);
    const after = await app.memory(true);
    violations.push(...whole.violations);
    const inPhase = (fromMs: number, toMs: number): Answers =>
      answersOf(load.attempts.filter(({ sentMs }) => sentMs >= fromMs && sentMs < toMs));
    return {
      violations,
      before: inPhase(0, begunMs),
      during: inPhase(begunMs, endingMs),
      after: inPhase(endingMs, Infinity),
      slowestMs: Math.max(...load.attempts.map(({ sentMs, answeredMs }) => answeredMs - sentMs)),
      recoveryMs: recoveryOf(load.attempts, times),
      memory: {
        rssBefore: before.rss,
        rssPeak: memory.peakRss(),
        inUse: [before.inUse, middle.inUse, end.inUse, after.inUse],
      },
      counts: whole.counts,
    };
  } finally {
    load.stop();
    memory.stop();
    await outage.close();
    await app.kill();
    await stored.close();
    await own.drop();
  }
}

interface PreparedOutage {
  /** Where the app connects to. */
  readonly url: string;
  begin(): Promise<void>;
  /** Nothing where it has ended. */
  end(): Promise<void>;
  close(): Promise<void>;
}

async function prepareOutage(server: PostgresServer, { kind, slowMs = 2_000 }: OutageOptions): Promise<PreparedOutage> {
  const { url } = server;
  if (kind === "slow") {
    const proxy = await startSlowProxy(url);
    const delay = (ms: number): Promise<void> => {
      proxy.delayMs = ms;
      return Promise.resolve();
    };
    return { url: proxy.url, begin: () => delay(slowMs), end: () => delay(0), close: () => proxy.close() };
  }
  let recover: (() => Promise<void>) | undefined;
  const end = async (): Promise<void> => {
    const ending = recover;
    recover = undefined;
    await ending?.();
  };
  return {
    url,
    async begin() {
      if (kind === "frozen") {
        recover = await freezePostgres(server);
      } else {
        recover = () => server.resume();
        await server.halt();
      }
    },
    end,
    close: end,
  };
}

/** Of whole lives, as `checkWhole` expects them. */
async function trafficFor(count: number): Promise<Traffic[]> {
  const providers = allProviders().map(({ create }) => create());
  const traffic: Traffic[] = [];
  while (traffic.length < count) traffic.push(...(await makeTraffic(providers, 1)));
  return traffic;
}

/** What is stored, read past the app. */
function readStored({ connectionString, schema }: PostgresSchema): Offhook {
  const storage = postgresStorage({ connectionString, schema });
  return createOffhook({ providers: [], storage, runJobs: false, logger: silentLogger });
}

function watchMemory(app: PostgresApp): { peakRss(): number; stop(): void } {
  let peak = 0;
  const timer = setInterval(() => {
    app.memory().then(
      ({ rss }) => (peak = Math.max(peak, rss)),
      // That it has ended is noticed where it matters.
      () => undefined,
    );
  }, sampleEveryMs);
  return { peakRss: () => peak, stop: () => clearInterval(timer) };
}

function faultsOf(
  attempts: readonly Attempt[],
  { begunMs, endingMs }: Times,
  kind: OutageOptions["kind"],
  latestMs: number,
): string[] {
  return attempts.flatMap(({ traffic, number, sentMs, answeredMs, status, retryAfter }) => {
    const what = `${traffic.sample.provider} ${traffic.sample.name}, attempt ${number},`;
    const faults: string[] = [];
    if (status === undefined) faults.push(`${what} got no answer`);
    else if (status === 503 ? retryAfter <= 0 : !isAcknowledged(status)) faults.push(`${what} was answered ${status}`);
    const tookMs = answeredMs - sentMs;
    if (tookMs > latestMs) faults.push(`${what} was answered after ${Math.round(tookMs)} ms`);
    const isWhileDown = kind !== "slow" && sentMs > begunMs && answeredMs < endingMs;
    if (isWhileDown && isAcknowledged(status)) faults.push(`${what} was acknowledged while nothing could be stored`);
    return faults;
  });
}

const isAcknowledged = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;

function answersOf(attempts: readonly Attempt[]): Answers {
  const acknowledged = attempts.filter(({ status }) => isAcknowledged(status)).length;
  return { acknowledged, refused: attempts.length - acknowledged };
}

function recoveryOf(attempts: readonly Attempt[], { endedMs }: Times): number {
  const refused = attempts.filter(({ number, sentMs, status }) => number === 1 && sentMs > endedMs && status === 503);
  return Math.max(0, ...refused.map(({ sentMs }) => sentMs - endedMs));
}
