import { afterEach, expect, test, vi } from "vitest";
import { memoryStorage } from "../memory-storage.ts";
import type { Storage } from "../storage.ts";
import { openToy } from "../toy-offhook.ts";
import { ToyVendor } from "./toy-api.ts";
import { at, hour, start } from "./toy-imports.ts";

afterEach(() => vi.restoreAllMocks());

test.each([
  ["quick", 10, 1],
  ["slow", 200, 0],
])("A06: a count that was %s to make is asked for again: %i ms", async (_words, tookMs, second) => {
  let processMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => processMs);
  const inner = memoryStorage();
  const storage: Storage = {
    ...inner,
    list: (subject, query) => {
      processMs += tookMs;
      return inner.list(subject, query);
    },
  };
  const { offhook, send } = openToy({ providers: [new ToyVendor().provider()], storage, now: () => start });
  const count = async () => (await offhook.integrations?.status("toy"))?.callsToday;
  expect(await count()).toBe(0);
  await send({ call: "today", type: "call.ended", status: "completed", at: at(start - hour) });
  expect(await count()).toBe(second);
  processMs += 5_000;
  expect(await count()).toBe(1);
});
