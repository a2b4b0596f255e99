import {
  createOffhook,
  memoryStorage,
  type CallChange,
  type LeadChange,
  type Offhook,
  type Storage,
} from "@offhook/core";
import { signSample } from "@offhook/testing";
import { beforeEach, expect, test } from "vitest";
import { allProviders } from "./all-providers.ts";
import { effectFaults } from "./effect-check.ts";
import type { ReceivedEffect } from "./effect-receiver.ts";
import { audience, type Consumer } from "./kill-point-audience.ts";

let storage: Storage;
let offhook: Offhook;
let received: ReceivedEffect[];

/** A life of each provider, with every effect that one process has. */
beforeEach(async () => {
  const remember = (consumer: Consumer, change: CallChange | LeadChange): void => {
    const { id: changeId, type, attempt } = change;
    const recordId = "lead" in change ? change.lead.id : change.call.id;
    received.push({ consumer, changeId, type, attempt, recordId, process: 1 });
  };
  const providers = allProviders();
  storage = memoryStorage();
  received = [];
  offhook = createOffhook({
    providers: providers.map(({ create }) => create()),
    storage,
    on: Object.fromEntries(
      audience.on.map((type) => [type, (change: CallChange | LeadChange) => remember("on", change)]),
    ),
    notifiers: [
      {
        name: "forward",
        changes: audience["notifier:forward"],
        notify: (notification) => Promise.resolve(remember("notifier:forward", notification)),
      },
    ],
    runJobs: false,
  });
  for (const { create, life } of providers) {
    for (const sample of life()) await offhook.handle(await signSample(create(), sample));
  }
  await offhook.drain();
});

const faults = (): Promise<string[]> => effectFaults(offhook, storage, received);
const first = (consumer: Consumer, type: string): ReceivedEffect => {
  const effect = received.find((each) => each.consumer === consumer && each.type === type);
  if (effect === undefined) throw new Error(`Expected a ${type} to ${consumer}, got none`);
  return effect;
};

test("every effect once has no fault, and neither has one that a second process repeats", async () => {
  expect(received.length).toBeGreaterThan(10);
  expect(await faults()).toEqual([]);
  received.push({ ...first("on", "call.ended"), process: 2, attempt: 2 });
  expect(await faults()).toEqual([]);
});

test("one that is missing is found", async () => {
  const lost = first("notifier:forward", "call.updated");
  received = received.filter((effect) => effect !== lost);
  expect(await faults()).toEqual([expect.stringContaining(`call.updated of ${lost.recordId} to notifier:forward`)]);
});

test("one that is missing is found although the live feed has lost it as well", async () => {
  const { recordId } = first("on", "call.ended");
  received = received.filter((effect) => effect.recordId !== recordId);
  const { listChanges } = storage;
  const forgetful: Storage = {
    ...storage,
    async listChanges(query) {
      const page = await listChanges?.(query);
      if (page === undefined) throw new Error("Expected a page, got none");
      return { ...page, changes: page.changes.filter((change) => change.recordId !== recordId) };
    },
  };
  const found = await effectFaults(offhook, forgetful, received);
  expect(found).toContain(`call.created of ${recordId} to on: never told`);
  expect(found).toContain(`call.ended of ${recordId} to notifier:forward: never told`);
});

test("one that a process repeats is found", async () => {
  received.push({ ...first("on", "call.ended"), attempt: 2 });
  expect(await faults()).toContainEqual(expect.stringContaining("by process 1, more than once"));
});

test("one that comes twice for one attempt is found", async () => {
  received.push({ ...first("on", "call.ended"), process: 2 });
  expect(await faults()).toEqual([expect.stringContaining("attempt 1, more than once")]);
});

test("a repetition under another id is found", async () => {
  const ended = first("on", "call.ended");
  received.push({ ...ended, changeId: `${ended.changeId}-again`, process: 2, attempt: 2 });
  expect(await faults()).toEqual([`call.ended of ${ended.recordId} to on: expected 1 ids, got 2`]);
});

test("one id for two changes is found", async () => {
  const [one, other] = [first("on", "call.created"), first("on", "call.ended")];
  received = received.map((effect) => (effect === other ? { ...effect, changeId: one.changeId } : effect));
  expect(await faults()).toContain(
    `${one.changeId} is call.created of ${one.recordId} and call.ended of ${other.recordId}`,
  );
});
