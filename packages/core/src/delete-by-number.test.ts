import { expect, test } from "vitest";
import { silentLogger } from "./logger.ts";
import { memoryStorage } from "./memory-storage.ts";
import { deleteByNumber, renormalize } from "./maintenance.ts";
import { createOffhook } from "./offhook.ts";
import type { Provider } from "./provider.ts";
import type { Storage } from "./storage.ts";
import { toyProvider, toyRequest } from "./toy-provider.ts";

const number = "+14155550123";
const another = "+14155550199";

/** The toy provider for payloads that have numbers. */
function provider(): Provider {
  const toy = toyProvider();
  const phone = (text: string | undefined) =>
    text === undefined ? null : { e164: text.startsWith("+") ? text : null, raw: text };
  return {
    ...toy,
    routes: toy.routes.map((route) => ({
      ...route,
      translate(delivery) {
        const translation = route.translate(delivery);
        const { from, to } = JSON.parse(new TextDecoder().decode(delivery.body)) as { from?: string; to?: string };
        return {
          ...translation,
          events: translation.events.map((event) => ({
            ...event,
            facts: { ...event.facts, from: phone(from) ?? undefined, to: phone(to) ?? undefined },
          })),
          leads: (translation.leads ?? []).map((lead) => ({ ...lead, facts: { ...lead.facts, phone: phone(from) } })),
        };
      },
    })),
  };
}

function open(storage: Storage = memoryStorage()) {
  const offhook = createOffhook({ providers: [provider()], storage, logger: silentLogger, runJobs: false });
  const send = async (payload: object, url?: string) =>
    offhook.handle(await toyRequest(JSON.stringify({ at: "2026-11-20T10:00:00.000Z", ...payload }), url));
  return { offhook, send, storage };
}

async function filled() {
  const opened = open();
  await opened.send({ call: "c1", type: "call.ringing", status: "ringing", from: number, to: another });
  await opened.send({ call: "c1", type: "call.ended", status: "completed" });
  await opened.send({ call: "c2", type: "call.ended", status: "completed", from: another, to: number });
  await opened.send({ call: "c3", type: "call.ended", status: "completed", from: another });
  await opened.send({ lead: "l1", from: number });
  await opened.send({ lead: "l2", from: another });
  // Linked to nothing, but it mentions the number.
  await opened.send({ note: "call me at (415) 555-0123" });
  await opened.send({ note: "nothing" }, "/api/webhooks/toy?phone=%2B14155550123");
  return opened;
}

test("a preview counts and changes nothing", async () => {
  const { offhook } = await filled();
  expect(await deleteByNumber(offhook, number, { preview: true })).toEqual({
    calls: 2,
    leads: 1,
    corrected: 0,
    deliveries: 6,
  });
  expect(await offhook.health()).toMatchObject({ calls: 3, leads: 2, events: 4 });
});

test("everything of a number goes, what is of others stays", async () => {
  const { offhook } = await filled();
  expect(await deleteByNumber(offhook, number)).toEqual({ calls: 2, leads: 1, corrected: 0, deliveries: 6 });
  expect((await offhook.calls.list()).data.map(({ id }) => id)).toEqual(["call_toy_c3"]);
  expect((await offhook.leads.list()).data.map(({ id }) => id)).toEqual(["lead_toy_l2"]);
  expect(await offhook.calls.get("call_toy_c1")).toBeUndefined();
  expect(await offhook.calls.events("call_toy_c1")).toBeUndefined();
  expect((await offhook.health()).events).toBe(1);

  const kept = await Promise.all((await offhook.deliveries.list()).data.map(({ id }) => offhook.deliveries.get(id)));
  expect(kept).toHaveLength(8);
  const text = kept.map((each) => JSON.stringify(each) + new TextDecoder().decode(each?.body)).join("\n");
  expect(text).not.toMatch(/5550123|555-0123|"c1"|"c2"|"l1"/);
  expect(text).toContain(another);
  expect(kept.filter((each) => each?.bodyRemovedAt !== null)).toHaveLength(6);
});

test("what was deleted does not come back when it is sent or replayed again", async () => {
  const { offhook, send } = await filled();
  await deleteByNumber(offhook, number);
  const again = await send({ call: "c1", type: "call.ringing", status: "ringing", from: number, to: another });
  expect(JSON.parse(again.body)).toMatchObject({ duplicate: true });
  await renormalize(offhook);
  expect((await offhook.calls.list()).data.map(({ id }) => id)).toEqual(["call_toy_c3"]);
  expect(await deleteByNumber(offhook, number)).toEqual({ calls: 0, leads: 0, corrected: 0, deliveries: 0 });
});

test("what was said of a lead under the number goes as well, where it has another one now", async () => {
  const { offhook, send } = open();
  await send({ lead: "l1", from: number, at: "2026-11-20T09:00:00.000Z" });
  await send({ lead: "l1", from: another, at: "2026-11-20T10:00:00.000Z" });
  expect((await offhook.leads.get("lead_toy_l1"))?.phone?.e164).toBe(another);
  expect(await deleteByNumber(offhook, number, { preview: true })).toMatchObject({ leads: 0, corrected: 1 });
  expect(await deleteByNumber(offhook, number)).toEqual({ calls: 0, leads: 0, corrected: 1, deliveries: 1 });
  expect(await offhook.leads.get("lead_toy_l1")).toMatchObject({ phone: { e164: another }, version: 1 });
  expect(await deleteByNumber(offhook, number)).toEqual({ calls: 0, leads: 0, corrected: 0, deliveries: 0 });
});

test("what could not be normalized goes as well", async () => {
  const { offhook, send } = open();
  await send({ call: "c9", type: "call.ringing", status: "ringing" });
  await send({ call: "c9", type: "call.ended", status: "completed", from: "(415) 555-0123" });
  expect(await offhook.calls.get("call_toy_c9")).toMatchObject({ from: { e164: null, raw: "(415) 555-0123" } });
  expect(await deleteByNumber(offhook, number)).toMatchObject({ corrected: 1, deliveries: 1 });
  expect(await offhook.calls.get("call_toy_c9")).toMatchObject({ from: null, version: 1 });
});

test("what is told of a call while it is deleted goes with it, and does not come back", async () => {
  const { storage } = await filled();
  let isFirst = true;
  const racing: Storage = {
    ...storage,
    async write(work) {
      if (isFirst) {
        isFirst = false;
        // After the journal was gone through: a transcript, which does not mention the number.
        await open(storage).send({ call: "c1", type: "call.analyzed", note: "what was said" });
      }
      return storage.write(work);
    },
  };
  const { offhook } = open(racing);
  await deleteByNumber(offhook, number);
  expect(await offhook.calls.get("call_toy_c1")).toBeUndefined();
  await renormalize(offhook);
  expect(await offhook.calls.get("call_toy_c1")).toBeUndefined();
});

test("live views hear that the calls are gone", async () => {
  const { offhook, storage } = await filled();
  const { lastId: after = 0 } = (await storage.listChanges?.({ tenantId: "default", after: 0, limit: 0 })) ?? {};
  await deleteByNumber(offhook, number);
  const { changes = [] } = (await storage.listChanges?.({ tenantId: "default", after, limit: 9 })) ?? {};
  expect(changes.map(({ recordId, types }) => [recordId, ...types].join(" ")).toSorted()).toEqual([
    "call_toy_c1 call.removed",
    "call_toy_c2 call.removed",
    "lead_toy_l1 lead.removed",
  ]);
});

test("what a crash in the middle leaves goes with the next try", async () => {
  const { storage } = await filled();
  let writes = 0;
  const crashing: Storage = {
    ...storage,
    write(work) {
      writes += 1;
      if (writes === 2) throw new Error("the process died");
      return storage.write(work);
    },
  };
  await expect(deleteByNumber(open(crashing).offhook, number)).rejects.toThrow("the process died");
  const { offhook } = open(storage);
  await deleteByNumber(offhook, number);
  expect(await offhook.health()).toMatchObject({ calls: 1, leads: 1, events: 1 });
});

test.each(["", "4155550123", "+0155550123", "%", "+1415555012x"])("%s is no number to delete by", async (text) => {
  const { offhook } = await filled();
  await expect(deleteByNumber(offhook, text)).rejects.toMatchObject({ code: "payload_invalid" });
  expect(await offhook.health()).toMatchObject({ calls: 3, leads: 2 });
});
