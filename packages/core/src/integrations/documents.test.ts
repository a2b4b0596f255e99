import { describe, expect, test } from "vitest";
import { Documents } from "./documents.ts";
import { memoryStorage } from "../memory-storage.ts";
import type { Storage } from "../storage.ts";

async function open(keepsCheckpoints: boolean, given: Partial<Storage> = {}) {
  const { getCheckpoint, ...storage } = memoryStorage();
  await storage.open();
  const kept: Storage = { ...storage, ...given, ...(keepsCheckpoints && getCheckpoint ? { getCheckpoint } : {}) };
  return new Documents(kept, "t");
}

describe.each([true, false])("A02: where the storage keeps checkpoints: %s", (keepsCheckpoints) => {
  test("a document is replaced by the next version and by no other", async () => {
    const documents = await open(keepsCheckpoints);
    const put = (version: number, value: object) =>
      documents.write((transaction) => documents.put(transaction, "d", version, value));
    expect(await put(1, { a: 1 })).toBe(true);
    expect(await put(1, { a: 2 })).toBe(false);
    expect(await put(3, { a: 3 })).toBe(false);
    expect(await put(2, { a: 4 })).toBe(true);
    expect(await documents.read("d")).toEqual({ version: 2, value: { a: 4 } });
  });

  test("of many changes at once none is lost", async () => {
    const documents = await open(keepsCheckpoints);
    const change = () => documents.change<{ count: number }>("d", (value) => ({ count: (value?.count ?? 0) + 1 }));
    await Promise.all(Array.from({ length: 20 }, change));
    expect(await documents.read("d")).toMatchObject({ value: { count: 20 } });
  });

  test("what was not committed was not put", async () => {
    const documents = await open(keepsCheckpoints);
    const failing = documents.write(async (transaction) => {
      await documents.put(transaction, "d", 1, { a: 1 });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await documents.read("d")).toBeUndefined();
  });
});

test("A02: without checkpoints, a commit that fails after its work leaves nothing put either", async () => {
  const { getCheckpoint: _getCheckpoint, ...storage } = memoryStorage();
  const documents = await open(false, {
    write: async (work, options) => {
      await storage.write(work, options);
      throw new Error("commit");
    },
  });
  const put = documents.write((transaction) => documents.put(transaction, "d", 1, { a: 1 }));
  await expect(put).rejects.toThrow("commit");
  expect(await documents.read("d")).toBeUndefined();
});
