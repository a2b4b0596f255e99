import { memoryStorage } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { brokenStorages } from "./broken-storages.ts";
import { describeStorage, runStorageCase, storageCases } from "./conformance.ts";

const create = (makeStorage: typeof memoryStorage) => () =>
  Promise.resolve({ storage: makeStorage(), cleanup: () => Promise.resolve() });

describeStorage({ name: "memoryStorage", create: create(memoryStorage) });

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
    await expect(runStorageCase(each, create(memoryStorage))).resolves.toBeUndefined();
  });
});
