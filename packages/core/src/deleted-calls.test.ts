import { describe, expect, test } from "vitest";
import type { Recording } from "./call.ts";
import { deleteByNumber } from "./delete-by-number.ts";
import { toyRecord, ToyVendor } from "./integrations/toy-api.ts";
import { at, from, hour, openImports, start, storedIds } from "./integrations/toy-imports.ts";
import { MemoryArchive } from "./integrations/memory-archive.ts";
import { recording } from "./integrations/toy-recordings.ts";
import { memoryStorage } from "./memory-storage.ts";
import { archiveKey } from "./recording-archive.ts";
import type { Storage } from "./storage.ts";
import { openToy } from "./toy-offhook.ts";

const number = "+14155550123";
const begun = at(start - hour);

/** A vendor whose calls are here, and one of them is from the number. */
async function open(storage: Storage = memoryStorage()) {
  const vendor = new ToyVendor([
    { id: "c1", at: begun },
    { id: "c2", at: begun },
  ]);
  const { offhook, send } = openImports(vendor, { storage });
  await send({ call: "c1", type: "call.ended", status: "completed", at: begun, from: number });
  await send({ call: "c2", type: "call.ended", status: "completed", at: begun });
  return { vendor, storage, offhook, send };
}

test("a deleted call does not come back from its vendor by an import or a comparison", async () => {
  const { offhook } = await open();
  expect(await deleteByNumber(offhook, number)).toMatchObject({ calls: 1 });
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 2, created: 0 });
  expect(await offhook.reconcile({ provider: "toy" })).toMatchObject({ seen: 2, created: 0, missed: { call: 0 } });
  expect(await storedIds(offhook)).toEqual(["c2"]);
});

test("a deleted call does not come back by another vendor's part of it", async () => {
  const { offhook, vendor, send } = await open();
  await send({ leg: "L1", type: "call.ended", status: "completed", at: begun, from: number });
  await deleteByNumber(offhook, number);
  vendor.calls.push({ id: "talk", at: begun, leg: "L1" });
  await offhook.importCalls({ provider: "toy", from });
  expect(await storedIds(offhook)).toEqual(["c2"]);
});

test("what is kept of it is no id of the vendor, and a preview keeps nothing", async () => {
  const { offhook, storage } = await open();
  await deleteByNumber(offhook, number, { preview: true });
  expect(await storage.getCheckpoint?.("default", "deleted-calls")).toBeUndefined();
  await deleteByNumber(offhook, number);
  const kept = JSON.stringify(await storage.getCheckpoint?.("default", "deleted-calls"));
  expect(kept).toMatch(/"[0-9a-f]{32}":\d+/);
  expect(kept).not.toContain("c1");
});

test("a webhook may still tell of it: the vendor has said something new", async () => {
  const { offhook, send } = await open();
  await deleteByNumber(offhook, number);
  await send({ call: "c1", type: "call.ended", status: "completed", at: begun, note: "again" });
  expect(await storedIds(offhook)).toEqual(["c1", "c2"]);
});

test("what a webhook has brought back is completed by its vendor as any other call", async () => {
  const { offhook, vendor, send } = await open();
  await deleteByNumber(offhook, number);
  await send({ call: "c1", type: "call.ended", status: "completed", at: begun });
  vendor.calls = [{ id: "c1", at: begun, note: "said later" }];
  expect(await offhook.importCalls({ provider: "toy", from })).toMatchObject({ seen: 1, updated: 1 });
  expect(await offhook.calls.get("call_toy_c1")).toMatchObject({ note: "said later" });
});

test.each([
  ["the call", { id: "c1", at: begun }, { call: "c1" }],
  ["the leg, while another vendor's part of it is written,", { id: "talk", at: begun, leg: "L1" }, { leg: "L1" }],
])("a deletion of %s between looking and writing has it gone for good", async (_words, listed, told) => {
  const record = toyRecord(listed);
  const party = { e164: number, raw: number };
  const events = record.events.map((each) => ({ ...each, facts: { ...each.facts, from: party } }));
  const page = { records: [{ ...record, events }], unreadable: [], nextCursor: null, total: 1 };
  const storage = memoryStorage();
  let deleteNow: (() => Promise<unknown>) | undefined;
  const slow: Storage = {
    ...storage,
    // What was deleted has been looked at by now.
    write: async (work, options) => {
      if (options?.durable === false) await deleteNow?.();
      return storage.write(work, options);
    },
  };
  const { offhook, send } = openImports(new ToyVendor(), {
    storage: slow,
    api: { listCalls: () => Promise.resolve(page) },
  });
  await send({ ...told, type: "call.ended", status: "completed", at: begun, from: number });
  deleteNow = async () => {
    deleteNow = undefined;
    await deleteByNumber(offhook, number);
  };
  await offhook.importCalls({ provider: "toy", from });
  expect(await storedIds(offhook)).toEqual([]);
  // Nor does the next one bring it.
  await offhook.importCalls({ provider: "toy", from, restart: true });
  expect(await storedIds(offhook)).toEqual([]);
});

test("two deletions of a number at once: its calls stay deleted", async () => {
  const { offhook } = await open();
  await Promise.all([deleteByNumber(offhook, number), deleteByNumber(offhook, number)]);
  await offhook.importCalls({ provider: "toy", from });
  expect(await storedIds(offhook)).toEqual(["c2"]);
});

test("a deletion that was broken off keeps nothing of what it did not delete", async () => {
  const stopper = new AbortController();
  const storage = memoryStorage();
  const stopping: Storage = {
    ...storage,
    list: async (subject, query) => {
      const page = await storage.list(subject, query);
      if (query.phone !== undefined) stopper.abort();
      return page;
    },
  };
  const { offhook } = await open(stopping);
  await deleteByNumber(offhook, number, { signal: stopper.signal });
  expect(await storedIds(offhook)).toEqual(["c1", "c2"]);
  expect(await storage.getCheckpoint?.("default", "deleted-calls")).toBeUndefined();
});

describe("what happens to a call while it is deleted", () => {
  /** A storage that does something once, when what is to be deleted is known and before it goes. */
  function meeting() {
    const storage = memoryStorage();
    const moment: { meanwhile?: (() => Promise<unknown>) | undefined } = {};
    const met: Storage = {
      ...storage,
      list: async (subject, query) => {
        const page = await storage.list(subject, query);
        if (subject === "lead" && moment.meanwhile !== undefined) {
          const { meanwhile } = moment;
          moment.meanwhile = undefined;
          await meanwhile();
        }
        return page;
      },
    };
    return { moment, storage: met };
  }

  test("another name of it is forgotten as well", async () => {
    const { moment, storage } = meeting();
    const { offhook, vendor, send } = await open(storage);
    moment.meanwhile = () => send({ call: "c1", leg: "L1", type: "call.answered", status: "in_progress", at: begun });
    await deleteByNumber(offhook, number);
    vendor.calls = [{ id: "talk", at: begun, leg: "L1" }];
    await offhook.importCalls({ provider: "toy", from });
    expect(await storedIds(offhook)).toEqual(["c2"]);
  });

  test("one that became somebody else's stays, and its vendor is heard of it", async () => {
    const { moment, storage } = meeting();
    const { offhook, vendor, send } = await open(storage);
    moment.meanwhile = () =>
      send({ call: "c1", type: "call.updated", status: "completed", at: at(start), from: "+14155550199" });
    await deleteByNumber(offhook, number);
    expect(await storedIds(offhook)).toEqual(["c1", "c2"]);
    vendor.calls = [{ id: "c1", at: begun, leg: "L7", note: "said later" }];
    await offhook.importCalls({ provider: "toy", from });
    expect(await offhook.calls.get("call_toy_c1")).toMatchObject({ note: "said later" });
    expect(await storage.getCheckpoint?.("default", "deleted-calls")).toMatchObject({ value: {} });
  });

  test("what was archived of it goes from the archive", async () => {
    const { moment, storage } = meeting();
    const archive = new MemoryArchive();
    const { offhook, send } = openToy({ providers: [new ToyVendor().provider()], storage, archive, now: () => start });
    const archived: Recording = { ...recording, state: "archived" };
    await send({ call: "c1", type: "call.ended", status: "completed", at: begun, from: number });
    moment.meanwhile = async () => {
      const kept = { contentType: "audio/mpeg", content: new Uint8Array(1) };
      archive.kept.set(await archiveKey("default", archived), kept);
      await send({ call: "c1", type: "call.recorded", at: begun, recordings: [archived] });
    };
    await deleteByNumber(offhook, number);
    expect([...archive.kept.keys()]).toEqual([]);
  });
});
