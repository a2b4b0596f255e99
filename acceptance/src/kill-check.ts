import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import {
  createOffhook,
  foldCall,
  referenceKey,
  type Call,
  type CallEvent,
  type Lead,
  type ListOptions,
  type Offhook,
  type Page,
  type Storage,
} from "@offhook/core";
import type { Traffic } from "./kill-traffic.ts";

/** What is stored, read past the server. */
export async function withStored<Result>(
  storage: Storage,
  read: (offhook: Offhook) => Promise<Result>,
): Promise<Result> {
  const offhook = createOffhook({ providers: [], storage, runJobs: false });
  try {
    return await read(offhook);
  } finally {
    await offhook.close();
  }
}

/** "2xx means stored": everything acknowledged that a storage does not hold. */
export async function missingFrom(offhook: Offhook, traffic: readonly Traffic[]): Promise<string[]> {
  const missing: string[] = [];
  const eventsOf = remembered((id) => offhook.calls.events(id));
  for (const { sample, acknowledged, deliveryId, eventIds, callIds, leadIds } of traffic) {
    if (!acknowledged) continue;
    const name = `${sample.provider} ${sample.name}`;
    if (deliveryId !== undefined && (await offhook.deliveries.get(deliveryId)) === undefined) {
      missing.push(`acknowledged delivery ${deliveryId} (${name})`);
    }
    const stored = new Set<string>();
    for (const id of callIds) for (const event of (await eventsOf(id)) ?? []) stored.add(event.id);
    for (const id of eventIds) if (!stored.has(id)) missing.push(`acknowledged event ${id} (${name})`);
    for (const id of leadIds) {
      if ((await offhook.leads.get(id)) === undefined) missing.push(`acknowledged lead ${id} (${name})`);
    }
  }
  return missing;
}

export interface Counts {
  readonly calls: number;
  readonly events: number;
  readonly leads: number;
  readonly deliveries: number;
}

/** Whether a storage holds exactly what all of the traffic says, and nothing twice. */
export async function checkWhole(
  offhook: Offhook,
  traffic: readonly Traffic[],
): Promise<{ readonly counts: Counts; readonly violations: string[] }> {
  const violations = await missingFrom(offhook, traffic);
  const expectedEvents = new Map<string, Set<string>>();
  for (const { finalCallIds, eventIds } of traffic) {
    for (const callId of finalCallIds) {
      const events = expectedEvents.get(callId) ?? new Set();
      for (const id of eventIds) events.add(id);
      expectedEvents.set(callId, events);
    }
  }
  const ownerOf = new Map<string, string>();
  let calls = 0;
  for await (const call of everyCall(offhook)) {
    calls += 1;
    const events = (await offhook.calls.events(call.id)) ?? [];
    violations.push(...faultsOf(call, events, expectedEvents.get(call.id)));
    for (const reference of call.references) {
      const owner = ownerOf.get(referenceKey(reference));
      if (owner !== undefined) violations.push(`${referenceKey(reference)} is in ${owner} and in ${call.id}`);
      ownerOf.set(referenceKey(reference), call.id);
    }
  }
  if (calls !== expectedEvents.size) violations.push(`expected ${expectedEvents.size} calls, found ${calls}`);
  const { events, leads, deliveries, jobs } = await offhook.health();
  const kept = deliveries.applied + deliveries.unmapped + deliveries.failed;
  if (kept !== traffic.length) violations.push(`expected ${traffic.length} deliveries, found ${kept}`);
  if (deliveries.failed > 0) violations.push(`${deliveries.failed} deliveries failed`);
  if (deliveries.rejected > 0) violations.push(`${deliveries.rejected} deliveries were rejected`);
  if (jobs.dead > 0) violations.push(`${jobs.dead} jobs are dead`);
  return { counts: { calls, events, leads, deliveries: kept }, violations };
}

function faultsOf(call: Call, events: readonly CallEvent[], expected: Set<string> | undefined): string[] {
  if (expected === undefined) return [`${call.id} was never spoken of`];
  const faults: string[] = [];
  if (!isDeepStrictEqual(foldCall(events), call)) faults.push(`${call.id} is not the fold of its events`);
  if (new Set(events.map(({ id }) => id)).size !== events.length) faults.push(`${call.id} has an event twice`);
  if (!isDeepStrictEqual(new Set(events.map(({ id }) => id)), expected)) {
    faults.push(`${call.id}: expected ${expected.size} events, found ${events.length}`);
  }
  return faults;
}

export const everyCall = (offhook: Offhook): AsyncGenerator<Call> => everyItem((page) => offhook.calls.list(page));
export const everyLead = (offhook: Offhook): AsyncGenerator<Lead> => everyItem((page) => offhook.leads.list(page));

async function* everyItem<Item>(list: (options: ListOptions) => Promise<Page<Item>>): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 200, cursor });
    yield* page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** SQLite's own opinion of the file: `ok`, or what is wrong. */
export function integrityOf(path: string): string {
  const database = new DatabaseSync(path);
  try {
    return String(database.prepare("pragma integrity_check").get()?.["integrity_check"]);
  } finally {
    database.close();
  }
}

function remembered<Value>(read: (id: string) => Promise<Value>): (id: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (id) => {
    const value = known.get(id) ?? read(id);
    known.set(id, value);
    return value;
  };
}
