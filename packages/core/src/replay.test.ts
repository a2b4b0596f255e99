import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallEventDraft } from "./call-event.ts";
import { silentLogger } from "./logger.ts";
import { memoryStorage } from "./memory-storage.ts";
import { previewReplay, renormalize, replay } from "./maintenance.ts";
import type { OffhookOptions } from "./offhook-options.ts";
import { createOffhook } from "./offhook.ts";
import type { Provider, Translation } from "./provider.ts";
import type { Storage } from "./storage.ts";
import { toyProvider, toyRequest, type ToyPayload } from "./toy-provider.ts";

/** The toy provider with a mapper that does something else with what the usual one makes. */
function withMapper(change: (translation: Translation, payload: ToyPayload) => Translation): Provider {
  const provider = toyProvider();
  return {
    ...provider,
    routes: provider.routes.map((route) => ({
      ...route,
      translate(delivery) {
        const payload = JSON.parse(new TextDecoder().decode(delivery.body)) as ToyPayload;
        const { trouble: _trouble, ...sound } = payload;
        const body = new TextEncoder().encode(JSON.stringify(sound));
        return change(route.translate({ ...delivery, body }), payload);
      },
    })),
  };
}

/** A mapper without the mistakes that a payload may ask for. */
const mended = withMapper((translation) => translation);

function open(storage: Storage, given: Partial<OffhookOptions> = {}) {
  const offhook = createOffhook({
    providers: [toyProvider()],
    storage,
    logger: silentLogger,
    runJobs: false,
    now: () => Date.UTC(2026, 10, 20, 12),
    ...given,
  });
  return { offhook, send: async (payload: ToyPayload) => offhook.handle(await toyRequest(payload)) };
}

const ringing: ToyPayload = { call: "c1", type: "call.ringing", status: "ringing", at: "2026-11-20T10:00:00.000Z" };
const ended: ToyPayload = { call: "c1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" };
const broken: ToyPayload = { ...ended, trouble: "throws" };

const everything = async (offhook: ReturnType<typeof createOffhook>) => ({
  calls: (await offhook.calls.list({ limit: 200 })).data,
  leads: (await offhook.leads.list({ limit: 200 })).data,
});

describe("F04: a replay", () => {
  test("lets a mended mapper read what failed, and handlers hear of it", async () => {
    const storage = memoryStorage();
    const { offhook, send } = open(storage);
    await send(ringing);
    await send(broken);
    const [failed] = (await offhook.deliveries.list({ status: "failed" })).data;
    expect(failed).toMatchObject({ error: { code: "mapper_failed" } });

    const told: string[] = [];
    const later = open(storage, {
      providers: [mended],
      on: { "call.ended": ({ call }) => void told.push(call.id), "call.created": () => void told.push("again") },
    }).offhook;
    expect(await replay(later, { id: failed?.id ?? "" })).toMatchObject({ seen: 1, changed: 1 });
    expect(await later.calls.get("call_toy_c1")).toMatchObject({ status: "completed", version: 2 });
    expect(await later.deliveries.get(failed?.id ?? "")).toMatchObject({
      status: "applied",
      error: null,
      references: [{ id: "c1" }],
    });
    await later.drain();
    expect(told).toEqual(["call_toy_c1"]);
  });

  test("gives the very Call that a mapper without the mistake would have made at once", async () => {
    const storage = memoryStorage();
    const first = open(storage);
    await first.send(broken);
    await first.send(ringing);
    const later = open(storage, { providers: [mended] }).offhook;
    await replay(later, { status: "failed" });
    const { id: _id, ...replayed } = (await everything(later)).calls[0] ?? { id: "" };

    const atOnce = open(memoryStorage(), { providers: [mended] });
    await atOnce.send(broken);
    await atOnce.send(ringing);
    const { id: _other, ...made } = (await everything(atOnce.offhook)).calls[0] ?? { id: "" };
    const withoutEventIds = (call: object): string => JSON.stringify(call).replaceAll(/evt_[a-z0-9_]+/g, "evt");
    expect(withoutEventIds(replayed)).toBe(withoutEventIds(made));
  });

  test("twice changes nothing the second time", async () => {
    const storage = memoryStorage();
    const { send } = open(storage);
    for (const payload of [ringing, broken, { ...ringing, call: "c2", lead: "l1" }]) await send(payload);
    const later = open(storage, { providers: [mended] }).offhook;
    expect(await replay(later, {})).toMatchObject({ seen: 3, changed: 1, unchanged: 2, failed: 0 });
    const before = await everything(later);
    const { lastId } = (await storage.listChanges?.({ tenantId: "default", after: 0, limit: 0 })) ?? {};
    expect(await replay(later, {})).toMatchObject({ seen: 3, changed: 0, unchanged: 3 });
    expect(await everything(later)).toEqual(before);
    expect((await storage.listChanges?.({ tenantId: "default", after: 0, limit: 0 }))?.lastId).toBe(lastId);
  });

  test("by a filter looks at what the preview counted, and at nothing else", async () => {
    const storage = memoryStorage();
    let nowMs = Date.UTC(2026, 10, 20, 12);
    const { send } = open(storage, { now: () => (nowMs += 60_000) });
    for (let index = 0; index < 5; index += 1) await send({ ...broken, call: `c${index}` });
    const { data } = await open(storage).offhook.deliveries.list();
    const later = open(storage, { providers: [mended] }).offhook;
    const filter = { status: "failed", from: data[3]?.receivedAt ?? "", to: data[1]?.receivedAt ?? "" } as const;
    expect(await previewReplay(later, filter)).toEqual({ matching: 2, unreadable: 0 });
    expect(await later.calls.list()).toMatchObject({ data: [] });
    expect(await replay(later, filter)).toMatchObject({ seen: 2, changed: 2 });
    expect((await everything(later)).calls).toHaveLength(2);
    await expect(replay(later, { from: "yesterday" })).rejects.toMatchObject({ code: "payload_invalid" });
  });

  test("passes over what was never verified, what has no bytes any more and what nobody can read", async () => {
    const storage = memoryStorage();
    const { offhook, send } = open(storage, { retention: { bodyDays: 1 } });
    await send(ended);
    await offhook.handle({ ...(await toyRequest(ringing)), headers: { "content-type": "application/json" } });
    const muchLater = open(storage, { now: () => Date.UTC(2027, 0), retention: { bodyDays: 1 } });
    await muchLater.offhook.expire();
    await muchLater.send({ ...ringing, call: "c2" });
    expect(await replay(muchLater.offhook, {})).toMatchObject({
      seen: 3,
      changed: 0,
      unchanged: 1,
      skipped: { rejected: 1, body_removed: 1 },
    });
    const other = open(storage, { providers: [] }).offhook;
    expect(await replay(other, {})).toMatchObject({ skipped: { provider_unknown: 1 } });
    expect(await previewReplay(other, {})).toEqual({ matching: 3, unreadable: 3 });
    expect(await replay(other, { id: "dlv_unknown" })).toMatchObject({ seen: 0 });
    expect((await everything(other)).calls).toHaveLength(2);
  });

  test("with a worse mapper takes nothing away", async () => {
    const storage = memoryStorage();
    const { send, offhook } = open(storage);
    await send(ringing);
    await send(ended);
    const before = await everything(offhook);
    const worse = withMapper(() => {
      throw new TypeError("a new mistake");
    });
    const later = open(storage, { providers: [worse] }).offhook;
    expect(await replay(later, {})).toMatchObject({ seen: 2, failed: 2, changed: 0 });
    expect(await everything(later)).toEqual(before);
    expect((await later.deliveries.list({ status: "applied" })).data).toHaveLength(2);
  });

  test("parts calls that an older mapper took for one, and live views hear of both", async () => {
    const storage = memoryStorage();
    const careless = withMapper((translation) => ({
      ...translation,
      events: translation.events.map((event): CallEventDraft => ({
        ...event,
        references: [...event.references, { provider: "toy", id: "shared", kind: "session" }],
      })),
    }));
    const { send, offhook } = open(storage, { providers: [careless] });
    await send(ringing);
    await send({ ...ended, call: "c2" });
    expect((await everything(offhook)).calls).toHaveLength(1);

    const later = open(storage, { providers: [mended] }).offhook;
    const { lastId: after = 0 } = (await storage.listChanges?.({ tenantId: "default", after: 0, limit: 0 })) ?? {};
    expect(await replay(later, {})).toMatchObject({ changed: 2 });
    expect((await everything(later)).calls.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual([
      "call_toy_c1 ringing",
      "call_toy_c2 completed",
    ]);
    expect(await later.calls.get("call_toy_shared")).toBeUndefined();
    const { changes = [] } = (await storage.listChanges?.({ tenantId: "default", after, limit: 10 })) ?? {};
    expect(changes.map(({ recordId }) => recordId).toSorted()).toEqual(["call_toy_c1", "call_toy_c2"]);
  });

  test("tells of a part that nobody has heard of as a new call", async () => {
    const storage = memoryStorage();
    const careless = withMapper((translation) => ({
      ...translation,
      events: translation.events.map((event): CallEventDraft => ({
        ...event,
        references: [...event.references, { provider: "toy", id: "shared", kind: "session" }],
      })),
    }));
    const before = open(storage, { providers: [careless] });
    await before.send(ringing);
    await before.send({ ...ended, call: "c2" });
    const told: string[] = [];
    const hear = ({ type, call }: { type: string; call: { id: string } }): void => void told.push(`${type} ${call.id}`);
    const later = open(storage, {
      providers: [mended],
      on: { "call.created": hear, "call.ended": hear, "call.updated": hear },
    }).offhook;
    await replay(later, {});
    await later.drain();
    expect(told.toSorted()).toEqual(["call.created call_toy_c2", "call.ended call_toy_c2", "call.updated call_toy_c1"]);
  });

  test("brings nothing back that is let go of while it runs", async () => {
    const storage = memoryStorage();
    const { send } = open(storage);
    await send(ringing);
    await send({ ...broken, call: "c2" });
    let isFirst = true;
    const racing: Storage = {
      ...storage,
      async write(work) {
        if (isFirst) {
          isFirst = false;
          const { offhook } = open(storage, { now: () => Date.UTC(2027, 0) });
          await offhook.expire();
        }
        return storage.write(work);
      },
    };
    const later = open(racing, { providers: [mended] }).offhook;
    expect(await replay(later, {})).toMatchObject({ seen: 2, changed: 0, skipped: { body_removed: 2 } });
    const journal = (await later.deliveries.list()).data;
    expect(journal.map(({ bodyRemovedAt }) => bodyRemovedAt === null)).toEqual([false, false]);
    expect((await everything(later)).calls).toHaveLength(1);
  });

  test("can be ended while it runs, also where the storage works in the same thread", async () => {
    const storage = memoryStorage();
    const { send } = open(storage);
    for (let index = 0; index < 500; index += 1) await send({ ...ringing, call: `c${index}` });
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 0);
    expect((await replay(open(storage).offhook, {}, { signal: ending.signal })).seen).toBeLessThan(500);
  });

  test("takes away what nobody says any more", async () => {
    const storage = memoryStorage();
    const { send } = open(storage);
    await send(ringing);
    await send({ ...ended, call: "c2", lead: "l1" });
    const silent = withMapper((translation, { call }) => (call === "c2" ? { kind: "other", events: [] } : translation));
    const later = open(storage, { providers: [silent] }).offhook;
    const { lastId: after = 0 } = (await storage.listChanges?.({ tenantId: "default", after: 0, limit: 0 })) ?? {};
    await replay(later, {});
    expect((await everything(later)).calls.map(({ id }) => id)).toEqual(["call_toy_c1"]);
    expect((await everything(later)).leads).toEqual([]);
    expect((await later.deliveries.list({ status: "unmapped" })).data).toHaveLength(1);
    const { changes = [] } = (await storage.listChanges?.({ tenantId: "default", after, limit: 10 })) ?? {};
    expect(changes.map(({ recordId, types }) => [recordId, ...types])).toEqual([
      ["call_toy_c2", "call.removed"],
      ["lead_toy_l1", "lead.removed"],
    ]);
  });

  test("of many goes on past one that the storage refuses", async () => {
    const storage = memoryStorage();
    const { send } = open(storage);
    for (const call of ["c1", "c2", "c3"]) await send({ ...broken, call });
    const refusing: Storage = {
      ...storage,
      write: (work) =>
        storage.write((transaction) =>
          work({
            ...transaction,
            async save(subject, changes) {
              if (changes.some(({ record }) => record.id === "call_toy_c2")) throw new Error("refused");
              await transaction.save(subject, changes);
            },
          }),
        ),
    };
    const later = open(refusing, { providers: [mended] }).offhook;
    expect(await replay(later, {})).toMatchObject({ seen: 3, changed: 2, failed: 1 });
    expect((await everything(later)).calls).toHaveLength(2);
  });

  test("says so where the storage cannot take anything back", async () => {
    const storage = memoryStorage();
    const { send } = open(storage);
    await send(broken);
    const plain: Storage = {
      ...storage,
      write: (work) =>
        storage.write(({ insertDeliveries, load, save, insertJobs }) =>
          work({ insertDeliveries, load, save, insertJobs }),
        ),
    };
    const later = open(plain, { providers: [mended] }).offhook;
    await expect(replay(later, {})).rejects.toThrow(/updateDeliveries/);
    expect((await everything(later)).calls).toEqual([]);
  });

  test("tells how far it is, and ends when it is told to", async () => {
    const storage = memoryStorage();
    const { send } = open(storage);
    for (let index = 0; index < 120; index += 1) await send({ ...broken, call: `c${index}` });
    const later = open(storage, { providers: [mended] }).offhook;
    const ending = new AbortController();
    const seen: number[] = [];
    const summary = await replay(
      later,
      {},
      {
        signal: ending.signal,
        onProgress(progress) {
          seen.push(progress.seen);
          if (progress.seen === 100) ending.abort();
        },
      },
    );
    expect(seen).toEqual([50, 100]);
    expect(summary).toMatchObject({ seen: 100, changed: 100 });
  });
});

describe("renormalize", () => {
  test("makes any history of mappers the same as the last one alone, whatever came when", async () => {
    // Mappers that link calls differently, so that calls are merged, parted and renamed.
    const mappers = [0, 1, 2].map((modulus) =>
      withMapper((translation, { call = "" }) => ({
        ...translation,
        events: translation.events.map((event): CallEventDraft => ({
          ...event,
          references:
            modulus === 0
              ? event.references
              : [
                  ...event.references,
                  { provider: "carrier", id: `group-${call.charCodeAt(1) % (modulus + 1)}`, kind: "leg" },
                ],
        })),
      })),
    );
    const payload = fc.record({
      call: fc.constantFrom("ca", "cb", "cc", "cd"),
      type: fc.constantFrom("call.ringing" as const, "call.ended" as const, "call.progressed" as const),
      at: fc.integer({ min: 0, max: 5 }).map((minute) => new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString()),
      note: fc.constantFrom("one", "two"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(payload, fc.nat({ max: 2 })), { minLength: 1, maxLength: 12 }),
        fc.nat({ max: 2 }),
        async (history, last) => {
          const storage = memoryStorage();
          for (const [sent, mapper] of history) {
            await open(storage, { providers: [mappers[mapper] ?? mended] }).send(sent);
          }
          const offhook = open(storage, { providers: [mappers[last] ?? mended] }).offhook;
          await renormalize(offhook);

          const fresh = memoryStorage();
          const expected = open(fresh, { providers: [mappers[last] ?? mended] });
          for (const [sent] of history) await expected.send(sent);
          const strip = (found: object): string =>
            JSON.stringify(found).replaceAll(/evt_[a-z0-9_]+|dlv_[a-z0-9_]+/g, "id");
          expect(strip(await everything(offhook))).toBe(strip(await everything(expected.offhook)));
          expect(await renormalize(offhook)).toMatchObject({ changed: 0, refolded: 0 });
        },
      ),
      { numRuns: 150 },
    );
  });

  test("tells no handler, and folds calls anew whose stored form is not what the rules say", async () => {
    const storage = memoryStorage();
    const { send, offhook } = open(storage, { retention: { bodyDays: 1 } });
    await send(ended);
    const before = await everything(offhook);
    // As an older version of the rules might have left it; the bytes are gone.
    await storage.write(async (transaction) => {
      const stored = await transaction.load("call", "default", [{ provider: "toy", id: "c1", kind: "session" }]);
      const [first] = stored;
      if (first === undefined) throw new Error("Expected the call");
      await transaction.save("call", [
        { record: { ...first.record, status: "ringing" }, newEvents: [], replaces: stored },
      ]);
    });
    const told: string[] = [];
    const later = open(storage, {
      now: () => Date.UTC(2027, 0),
      on: { "call.updated": ({ type }) => void told.push(type) },
    }).offhook;
    await later.expire();
    expect(await renormalize(later)).toMatchObject({ skipped: { body_removed: 1 }, refolded: 1 });
    expect(await everything(later)).toEqual(before);
    await later.drain();
    expect(told).toEqual([]);
  });
});
