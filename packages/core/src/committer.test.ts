import { expect, test } from "vitest";
import { memoryStorage } from "./memory-storage.ts";
import type { Storage } from "./storage.ts";
import { openToy } from "./toy-offhook.ts";
import type { ToyPayload } from "./toy-provider.ts";

const ended: ToyPayload = { call: "c1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" };

test("a storage that is slower than what comes in keeps nobody waiting for longer than the time, however many batches fit into it", async () => {
  const storage = memoryStorage();
  const slow: Storage = {
    ...storage,
    async write(work) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return storage.write(work);
    },
  };
  const { offhook, send } = openToy({ storage: slow, commitTimeoutMs: 1_000 });
  const answers = await Promise.all(Array.from({ length: 3_000 }, (_, index) => send({ ...ended, call: `c${index}` })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  await offhook.close();
});
