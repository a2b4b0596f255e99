import { expect, test } from "vitest";
import type { CallEventDraft } from "./call-event.ts";
import type { Call } from "./call.ts";
import { silentLogger } from "./logger.ts";
import { memoryStorage } from "./memory-storage.ts";
import { createOffhook } from "./offhook.ts";
import type { Provider } from "./provider.ts";
import { toyProvider, toyRequest, type ToyPayload } from "./toy-provider.ts";

const ended: ToyPayload = { call: "c1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" };
const found: CallEventDraft = {
  type: "call.recorded",
  occurredAt: "2026-11-20T10:02:00.000Z",
  references: [{ provider: "toy", id: "c1", kind: "session" }],
  facts: {
    recordings: [
      {
        id: "r1",
        provider: "toy",
        state: "available",
        url: "https://recordings.example.com/r1",
        channels: null,
        durationSeconds: 12,
        expiresAt: null,
      },
    ],
  },
};

function open(fetchRecording: (call: Call) => Promise<CallEventDraft | null | undefined>) {
  const start = Date.UTC(2026, 10, 20, 10, 1);
  let nowMs = start;
  const provider: Provider = { ...toyProvider(), fetchRecording };
  const offhook = createOffhook({
    providers: [provider],
    storage: memoryStorage(),
    logger: silentLogger,
    // As on a serverless platform: nothing runs unless it is asked to.
    runJobs: false,
    now: () => nowMs,
  });
  return {
    offhook,
    send: async (payload: ToyPayload) => offhook.handle(await toyRequest(payload)),
    async drainAfter(seconds: number) {
      nowMs = start + seconds * 1000;
      return offhook.drain();
    },
  };
}

const waiting = async (offhook: ReturnType<typeof createOffhook>) =>
  (await offhook.jobs.list({ kind: "fetch-recording" })).data;

test("E16: a call that ended without its recording gets it two minutes later, by drain alone", async () => {
  const asked: string[] = [];
  const { offhook, send, drainAfter } = open((call) => {
    asked.push(call.id);
    return Promise.resolve(found);
  });
  await send(ended);
  expect(await waiting(offhook)).toMatchObject([{ id: "fetch-recording:call_toy_c1", state: "waiting" }]);
  await drainAfter(119);
  expect(asked).toEqual([]);
  await drainAfter(120);
  expect(asked).toEqual(["call_toy_c1"]);
  expect(await offhook.calls.get("call_toy_c1")).toMatchObject({
    status: "completed",
    recordings: [{ id: "r1", state: "available" }],
  });
  expect((await offhook.calls.events("call_toy_c1"))?.map(({ source }) => source)).toEqual(["webhook", "api"]);
  expect(await waiting(offhook)).toEqual([]);
});

test("E16: one that is not there yet is asked for again, with growing pauses", async () => {
  let asked = 0;
  const { offhook, send, drainAfter } = open(() => {
    asked += 1;
    return Promise.resolve(asked < 3 ? undefined : found);
  });
  await send(ended);
  for (const seconds of [120, 121, 130, 131, 300]) await drainAfter(seconds);
  expect(asked).toBe(3);
  expect((await offhook.calls.get("call_toy_c1"))?.recordings).toHaveLength(1);
});

test("E16: nobody is asked for a call that has its recording, that nobody took, or whose vendor has none to give", async () => {
  let asked = 0;
  const { offhook, send, drainAfter } = open(() => {
    asked += 1;
    return Promise.resolve(found);
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: null });
  await send({ call: "c2", type: "call.ended", status: "no_answer", at: null });
  expect(await waiting(offhook)).toEqual([]);
  await send(ended);
  await drainAfter(120);
  await send({ ...ended, note: "again" });
  await drainAfter(1_000);
  expect(asked).toBe(1);
});

test("E16: what was found twice counts once", async () => {
  const { offhook, send, drainAfter } = open(() => Promise.resolve(found));
  await send(ended);
  await drainAfter(120);
  const once = await offhook.calls.get("call_toy_c1");
  await send({ ...ended, type: "call.progressed", at: "2026-11-20T09:00:00.000Z" });
  await drainAfter(240);
  expect((await offhook.calls.get("call_toy_c1"))?.recordings).toEqual(once?.recordings);
});

test("E16: a vendor that has none is not asked again, and one that never has it leaves nothing dead", async () => {
  let asked = 0;
  const none = open(() => {
    asked += 1;
    return Promise.resolve(null);
  });
  await none.send(ended);
  await none.drainAfter(120);
  expect([asked, await waiting(none.offhook)]).toEqual([1, []]);

  const never = open(() => Promise.resolve(undefined));
  await never.send(ended);
  for (let hours = 1; hours < 48; hours += 1) await never.drainAfter(hours * 60 * 60);
  expect(await waiting(never.offhook)).toEqual([]);
  expect((await never.offhook.health()).jobs.dead).toBe(0);
});
