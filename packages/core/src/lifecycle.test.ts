import { expect, test } from "vitest";
import { memoryStorage } from "./memory-storage.ts";
import { relay } from "./relay.ts";
import { openToy } from "./toy-offhook.ts";
import type { ToyPayload } from "./toy-provider.ts";

const ended: ToyPayload = { call: "c1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" };

test("closing lets go of the storage also where the engine cannot stop", async () => {
  const storage = memoryStorage();
  let isClosed = false;
  const { offhook, send } = openToy({
    runJobs: true,
    storage: {
      ...storage,
      async close() {
        isClosed = true;
        await storage.close();
      },
    },
    jobEngine: {
      relay,
      start: () => Promise.resolve(),
      publish: () => Promise.resolve(),
      stop: () => Promise.reject(new Error("the queue is away")),
    },
    on: { "call.ended": () => undefined },
  });
  await send(ended);
  await offhook.drain();
  await expect(offhook.close()).rejects.toThrow("the queue is away");
  expect(isClosed).toBe(true);
});
