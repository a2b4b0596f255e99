import { isTerminal, type FeedChange, type Offhook, type Storage } from "@offhook/core";
import type { ReceivedEffect } from "./effect-receiver.ts";
import { everyCall, everyLead } from "./kill-check.ts";
import { consumersOf } from "./kill-point-audience.ts";

/**
 * What is wrong with the effects of processes that ran one after the other, each of which but the last was killed, once
 * nothing is left to do: every change was told to everybody who wants to hear of it, under one id of its own, and by
 * no process twice.
 *
 * @param storage of the Offhook, open.
 */
export async function effectFaults(
  offhook: Offhook,
  storage: Storage,
  received: readonly ReceivedEffect[],
): Promise<string[]> {
  const told = new Map<string, Set<string>>();
  for (const { consumer, type, recordId, changeId } of received) {
    const key = keyOf(type, await presentId(offhook, recordId), consumer);
    told.set(key, (told.get(key) ?? new Set()).add(changeId));
  }
  return [
    ...(await countFaults(offhook, storage, told)),
    ...(await milestoneFaults(offhook, told)),
    ...identityFaults(told),
    ...repetitionFaults(received),
  ];
}

/** Distinct ids of changes by what changed and who was told. */
type Told = ReadonlyMap<string, ReadonlySet<string>>;

const keyOf = (change: string, recordId: string, consumer: string): string => `${change} of ${recordId} to ${consumer}`;

/** As many changes were told as there were: the live feed has an entry for each, of the same transaction. */
async function countFaults(offhook: Offhook, storage: Storage, told: Told): Promise<string[]> {
  const expected = new Map<string, number>();
  for await (const { types, recordId } of everyChange(storage, offhook.tenantId)) {
    for (const type of types) {
      for (const consumer of consumersOf(type)) {
        const key = keyOf(type, await presentId(offhook, recordId), consumer);
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
    }
  }
  const faults: string[] = [];
  for (const key of new Set([...expected.keys(), ...told.keys()])) {
    const wanted = expected.get(key) ?? 0;
    const got = told.get(key)?.size ?? 0;
    if (wanted !== got) faults.push(`${key}: expected ${wanted} ids, got ${got}`);
  }
  return faults;
}

/** What the calls and leads themselves say must have been told. */
async function milestoneFaults(offhook: Offhook, told: Told): Promise<string[]> {
  const faults: string[] = [];
  const check = (change: string, recordId: string): void => {
    for (const consumer of consumersOf(change)) {
      const key = keyOf(change, recordId, consumer);
      if (!told.has(key)) faults.push(`${key}: never told`);
    }
  };
  for await (const { id, status } of everyCall(offhook)) {
    check("call.created", id);
    if (isTerminal(status)) check("call.ended", id);
  }
  for await (const { id } of everyLead(offhook)) check("lead.created", id);
  return faults;
}

/** An id means one change. */
function identityFaults(told: Told): string[] {
  const meaning = new Map<string, string>();
  const faults: string[] = [];
  for (const [key, ids] of told) {
    // The same change has the same id for everybody.
    const change = key.slice(0, key.lastIndexOf(" to "));
    for (const id of ids) {
      const other = meaning.get(id) ?? change;
      meaning.set(id, other);
      if (other !== change) faults.push(`${id} is ${other} and ${change}`);
    }
  }
  return faults;
}

/** Once for each attempt; and only a process that dies leaves an attempt without an end, for the next one to repeat. */
function repetitionFaults(received: readonly ReceivedEffect[]): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { consumer, changeId, attempt, process } of received) {
    const name = `${changeId} to ${consumer}`;
    for (const once of [`${name}: attempt ${attempt}`, `${name}: by process ${process}`]) {
      if (seen.has(once)) faults.push(`${once}, more than once`);
      seen.add(once);
    }
    if (attempt > process) faults.push(`${name}: attempt ${attempt} by process ${process}`);
  }
  return faults;
}

/** Also of a record that was merged into another since. */
async function presentId(offhook: Offhook, recordId: string): Promise<string> {
  const record = (await offhook.calls.get(recordId)) ?? (await offhook.leads.get(recordId));
  return record?.id ?? recordId;
}

async function* everyChange(storage: Storage, tenantId: string): AsyncGenerator<FeedChange> {
  if (storage.listChanges === undefined) throw new TypeError("Storage: expected a live feed, got none");
  for (let after = 0; ;) {
    const { changes } = await storage.listChanges({ tenantId, after, limit: 200 });
    yield* changes;
    const last = changes.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
