import { memoryStorage, type Storage } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { brokenStorages } from "./broken-storages.ts";
import { describeStorage, runStorageCase, storageCases } from "./conformance.ts";

/** A further storage over the same memory, as a process of its own would have it. */
const besides = (storage: Storage): Storage => ({ ...storage, close: () => Promise.resolve() });

const create = (makeStorage: typeof memoryStorage) => () => {
  const storage = makeStorage();
  const another = () => Promise.resolve(besides(storage));
  return Promise.resolve({ storage, another, cleanup: () => Promise.resolve() });
};

describeStorage({
  name: "memoryStorage",
  capabilities: {
    concurrentProcesses: true,
    abilities: ["deadJobs", "changeFeed", "corrections", "expiry", "checkpoints"],
  },
  create: create(memoryStorage),
});

describe("the Storage contract", () => {
  const cases = new Map(storageCases().map((each) => [each.title, each]));

  test("D07: has at least 60 cases, all with different titles", () => {
    expect(cases.size).toBeGreaterThanOrEqual(60);
    expect(cases.size).toBe(storageCases().length);
  });

  test.each(brokenStorages)("catches a storage that $flaw", async ({ caughtBy, makeStorage }) => {
    const each = cases.get(caughtBy);
    expect(each, `a case titled "${caughtBy}"`).toBeDefined();
    if (each === undefined) return;
    await expect(runStorageCase(each, create(makeStorage))).rejects.toMatchObject({ name: "ConformanceError" });
    await expect(runStorageCase(each, create(memoryStorage))).resolves.toEqual([]);
  });

  describe("of a storage that lacks an ability", () => {
    const { listJobs: _listJobs, retryJobs: _retryJobs, ...storage } = memoryStorage();
    const each = storageCases().find(({ needs }) => needs?.includes("deadJobs"));
    if (each === undefined) throw new RangeError("Expected a case that needs deadJobs, got none");

    test("passes over the cases that need it, and names the members", async () => {
      await expect(
        runStorageCase(
          each,
          create(() => storage),
        ),
      ).resolves.toEqual(["listJobs", "retryJobs"]);
    });

    test("fails them where the ability is among the capabilities", async () => {
      await expect(
        runStorageCase(
          each,
          create(() => storage),
          ["changeFeed", "deadJobs"],
        ),
      ).rejects.toThrow('the ability "deadJobs"');
    });
  });
});
