import { expect, test, vi } from "vitest";
import type { FeedEntry } from "./change-feed.ts";
import { StorageError } from "./errors.ts";
import { memoryStorage } from "./memory-storage.ts";
import type { Storage } from "./storage.ts";
import { openToy } from "./toy-offhook.ts";
import type { ToyPayload } from "./toy-provider.ts";

const call = (id: string, type: ToyPayload["type"] = "call.ringing"): ToyPayload => ({
  call: id,
  type,
  status: type === "call.ended" ? "completed" : "ringing",
  at: "2026-11-20T10:00:00.000Z",
});

/** Reads a number of entries and then leaves. */
async function take(feed: AsyncGenerator<FeedEntry, void, void>, count: number): Promise<FeedEntry[]> {
  const entries: FeedEntry[] = [];
  for await (const entry of feed) {
    entries.push(entry);
    if (entries.length === count) break;
  }
  return entries;
}

const told = (entries: readonly FeedEntry[]): unknown[] =>
  entries.map((entry) => (entry.type === "changed" ? [entry.recordId, ...entry.types] : entry.type));

test("a follower is told what comes from now on, once it is stored", async () => {
  const { offhook, send } = openToy();
  await send(call("before"));
  const next = offhook.changes().next();
  // The follower takes its place before it waits.
  await vi.waitFor(async () => expect((await send(call("c1"))).status).toBe(200));
  const { value } = await next;
  expect(value).toMatchObject({ type: "changed", subject: "call", recordId: "call_toy_c1", types: ["call.created"] });
  expect(await offhook.calls.get("call_toy_c1")).toBeDefined();
});

test("one who comes back with the last id it saw misses nothing and hears nothing twice", async () => {
  const { offhook, send } = openToy();
  for (const id of ["c1", "c2", "c3"]) await send(call(id));
  const first = await take(offhook.changes(0), 2);
  await send(call("c1", "call.ended"));
  const rest = await take(offhook.changes(first.at(-1)?.id), 2);
  expect(told([...first, ...rest])).toEqual([
    ["call_toy_c1", "call.created"],
    ["call_toy_c2", "call.created"],
    ["call_toy_c3", "call.created"],
    ["call_toy_c1", "call.updated", "call.ended"],
  ]);
  const ids = [...first, ...rest].map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted((left, right) => left - right));
});

test("a view that starts with what is stored takes its place first, and then misses nothing", async () => {
  const { offhook, send } = openToy();
  await send(call("c1"));
  const place = await offhook.lastChangeId();
  await send(call("c2"));
  const { data } = await offhook.calls.list();
  expect(data).toHaveLength(2);
  await send(call("c3"));
  expect(told(await take(offhook.changes(place), 2))).toEqual([
    ["call_toy_c2", "call.created"],
    ["call_toy_c3", "call.created"],
  ]);
});

test("a merge tells that the other id leads elsewhere now, and leads are told of as well", async () => {
  const { offhook, send } = openToy();
  await send(call("c1"));
  await send({ ...call("c2"), lead: "l1" });
  await send({ ...call("c1", "call.ended"), leg: "L1" });
  await send({ ...call("c2", "call.ended"), leg: "L1" });
  expect(told(await take(offhook.changes(0), 7))).toEqual([
    ["call_toy_c1", "call.created"],
    ["call_toy_c2", "call.created"],
    ["lead_toy_l1", "lead.created"],
    ["call_carrier_L1", "call.updated", "call.ended"],
    ["call_toy_c1", "call.removed"],
    ["call_carrier_L1", "call.updated", "call.merged"],
    ["call_toy_c2", "call.removed"],
  ]);
});

test("a duplicate tells nothing", async () => {
  const { offhook, send } = openToy();
  await send(call("c1"));
  await send(call("c1"));
  await send(call("c2"));
  expect(told(await take(offhook.changes(0), 2))).toEqual([
    ["call_toy_c1", "call.created"],
    ["call_toy_c2", "call.created"],
  ]);
});

test("one who was away longer than the feed is kept is told that something is missing", async () => {
  let nowMs = Date.UTC(2026, 10, 20);
  const { offhook, send } = openToy({ now: () => nowMs, retention: { changeDays: 1 } });
  await send(call("c1"));
  const [first] = await take(offhook.changes(0), 1);
  await send(call("c2"));
  nowMs += 2 * 24 * 60 * 60_000;
  await offhook.expire();
  await send(call("c3"));
  expect(told(await take(offhook.changes(first?.id), 2))).toEqual(["missed", ["call_toy_c3", "call.created"]]);
});

test("an id from the future, as after a restored database, is told to read anew", async () => {
  const { offhook, send } = openToy();
  await send(call("c1"));
  expect(await take(offhook.changes(1_000), 1)).toEqual([{ type: "missed", id: 1 }]);
});

test("a follower ends with its signal, and with the Offhook", async () => {
  const { offhook } = openToy();
  const ending = new AbortController();
  const bySignal = offhook.changes(undefined, { signal: ending.signal }).next();
  const byClose = offhook.changes().next();
  setTimeout(() => ending.abort(), 1);
  expect(await bySignal).toEqual({ done: true, value: undefined });
  await offhook.close();
  expect(await byClose).toEqual({ done: true, value: undefined });
});

test("changes of another process are heard where the storage can tell, and found by looking where not", async () => {
  const shared = memoryStorage();
  const other = openToy({ storage: shared });
  for (const storage of [shared, withWatch(shared)]) {
    const { offhook } = openToy({ storage });
    const following = take(offhook.changes(), 1);
    await vi.waitFor(async () => {
      await other.send({ ...call(`c${Math.random()}`) });
      expect(await Promise.race([following, Promise.resolve("waiting")])).not.toBe("waiting");
    }, 5_000);
    await offhook.close();
  }
});

test("one who follows while another one's read is under way is told of what that read has missed", async () => {
  const storage = memoryStorage();
  const late = Promise.withResolvers<void>();
  let reads = 0;
  const { offhook, send } = openToy({
    storage: {
      ...storage,
      async listChanges(query) {
        const page = await storage.listChanges?.(query);
        if (query.limit > 0) reads += 1;
        // The first read has seen nothing, and takes its time to say so.
        if (query.limit > 0 && reads === 1) await late.promise;
        return page ?? { changes: [], lastId: 0, expiredId: 0 };
      },
    },
  });
  const first = take(offhook.changes(0), 1);
  await vi.waitFor(() => expect(reads).toBe(1));
  await send(call("c1"));
  const second = take(offhook.changes(0), 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  late.resolve();
  expect(told(await first)).toEqual([["call_toy_c1", "call.created"]]);
  expect(told(await second)).toEqual([["call_toy_c1", "call.created"]]);
});

test("a storage that is away is waited for", async () => {
  const storage = memoryStorage();
  let isAway = true;
  const { offhook, send } = openToy({
    storage: {
      ...storage,
      async listChanges(query) {
        if (isAway && query.limit > 0) throw new StorageError("storage_unavailable", "away");
        return (await storage.listChanges?.(query)) ?? { changes: [], lastId: 0, expiredId: 0 };
      },
    },
  });
  const following = take(offhook.changes(0), 1);
  await send(call("c1"));
  isAway = false;
  await send(call("c2"));
  expect(told(await following)).toEqual([["call_toy_c1", "call.created"]]);
});

test("a storage without a feed is named as such", async () => {
  const { listChanges: _left, ...storage } = memoryStorage();
  await expect(openToy({ storage }).offhook.changes().next()).rejects.toMatchObject({ code: "option_invalid" });
});

/** Tells of every write at once, as a database can. */
function withWatch(storage: Storage): Storage {
  return {
    ...storage,
    watchChanges(_tenantId, wake) {
      const timer = setInterval(wake, 5);
      return Promise.resolve(() => {
        clearInterval(timer);
        return Promise.resolve();
      });
    },
  };
}
