import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { toExpressHandler } from "@offhook/adapters-express";
import { createOffhook, type SignableRequest, type Storage } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { signSample, twilioLife } from "@offhook/testing";
import { twilio } from "@offhook/twilio";
import express from "express";
import { startPostgres } from "../../tooling/postgres-server.ts";

const seconds = 10;
const perSecond = 1_000;
/** How often the senders start what is due. */
const tickMs = 10;
const drainedAfterMs = 60_000;

const provider = twilio({ authToken: "2f8c1d9a7b3e4f60a1b2c3d4e5f60718", publicUrl: "https://hooks.example.com" });

/** What became of a burst. */
export interface Burst {
  readonly engine: string;
  readonly sent: number;
  /** Answered 2xx, which promises that it is stored. */
  readonly accepted: number;
  readonly slowestMs: number;
  readonly stored: number;
  readonly calls: number;
  readonly effects: number;
  /** From the last answer until no job waits any more. */
  readonly backlogMs: number;
  /** Nothing is missing and nothing waits. */
  readonly complete: boolean;
}

/** 10,000 webhooks in ten seconds over HTTP, each call with a handler, on both storages. */
export async function benchBurst(): Promise<Burst[]> {
  const folder = mkdtempSync(join(tmpdir(), "offhook-bench-"));
  const server = await startPostgres();
  try {
    return [
      await burst("SQLite", sqliteStorage({ path: join(folder, "offhook.db") })),
      await burst("PostgreSQL", postgresStorage({ connectionString: server.url, migrate: "auto" })),
    ];
  } finally {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function burst(engine: string, storage: Storage): Promise<Burst> {
  const effects = new Set<string>();
  const offhook = createOffhook({
    providers: [provider],
    storage,
    on: { "call.ended": ({ id }) => void effects.add(id) },
  });
  await offhook.open();
  const server = createServer(express().use("/api/webhooks", toExpressHandler(offhook)));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  try {
    // It listens on TCP.
    const { port } = server.address() as AddressInfo;
    const requests = await signedRequests(seconds * perSecond);
    const { accepted, slowestMs } = await send(`http://127.0.0.1:${port}`, requests);
    const startMs = performance.now();
    let waiting = Infinity;
    while (waiting > 0 && performance.now() - startMs < drainedAfterMs) {
      waiting = (await offhook.jobs.list({ kind: "handle", limit: 1 })).data.length;
      if (waiting > 0) await wait(20);
    }
    const backlogMs = performance.now() - startMs;
    const { deliveries, calls } = await offhook.health();
    const stored = deliveries.applied;
    const lives = requests.length / twilioLife().length;
    const complete = accepted === requests.length && stored === accepted && calls === lives && effects.size === lives;
    const sent = requests.length;
    return {
      engine,
      sent,
      accepted,
      slowestMs,
      stored,
      calls,
      effects: effects.size,
      backlogMs,
      complete: complete && waiting === 0,
    };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
    await offhook.close();
  }
}

/** Whole lives of as many calls as give that many requests, signed before the clock runs. */
async function signedRequests(count: number): Promise<SignableRequest[]> {
  const requests: SignableRequest[] = [];
  for (let life = 0; requests.length < count; life += 1) {
    for (const sample of twilioLife({ key: life.toString(16) })) requests.push(await signSample(provider, sample));
  }
  return requests;
}

/** Starts requests at the rate, whether or not those before are answered; they share a vendor's connections. */
async function send(address: string, requests: readonly SignableRequest[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const running: Promise<void>[] = [];
  let accepted = 0;
  let slowestMs = 0;
  async function one(signed: SignableRequest): Promise<void> {
    const startMs = performance.now();
    const status = await statusOf(address, signed, agent);
    if (status >= 200 && status < 300) accepted += 1;
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  const startMs = performance.now();
  for (const [index, signed] of requests.entries()) {
    const dueMs = (index / perSecond) * 1_000;
    while (performance.now() - startMs < dueMs) await wait(tickMs);
    running.push(one(signed));
  }
  await Promise.all(running);
  agent.destroy();
  return { accepted, slowestMs };
}

/** 0: no answer. */
function statusOf(address: string, { method, url, headers, body }: SignableRequest, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const options = { method, agent, headers: { ...headers, "content-length": body.length } };
    request(`${address}${url}`, options, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", () => resolve(0))
      .end(body);
  });
}

export function printBursts(bursts: readonly Burst[]): void {
  console.log(`\nburst of ${(seconds * perSecond).toLocaleString("en")} webhooks in ${seconds} s, over HTTP`);
  for (const { engine, sent, accepted, slowestMs, stored, calls, effects, backlogMs, complete } of bursts) {
    const verdict = complete ? "met: nothing lost, backlog drained" : "MISSED: something is missing or waits";
    console.log(
      `  ${engine.padEnd(11)} ${sent} sent, ${accepted} accepted, ${stored} stored, ${calls} calls, ${effects} effects; slowest answer ${Math.round(slowestMs)} ms, backlog gone after ${Math.round(backlogMs)} ms  ${verdict}`,
    );
  }
}
