import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { kyselyStorage } from "./kysely-storage.ts";

test("a write holds the file from its beginning on, so that no other process writes between its load and its save", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offhook-kysely-"));
  const path = join(folder, "calls.db");
  const storage = kyselyStorage({ path });
  await storage.open();
  const other = new Database(path, { timeout: 0 });
  try {
    await storage.write(async (transaction) => {
      await transaction.load("call", "default", []);
      expect(() => other.exec("begin immediate")).toThrow("database is locked");
    });
    expect(() => other.exec("begin immediate; commit")).not.toThrow();
  } finally {
    other.close();
    await storage.close();
    await rm(folder, { recursive: true });
  }
});

test("what is no database is refused with a StorageError that trying again does not mend", async () => {
  const storage = kyselyStorage({ path: import.meta.filename });
  await expect(storage.open()).rejects.toMatchObject({ name: "StorageError", code: "storage_failed" });
  await storage.close();
});

test("the file stays under 250 lines, comments included", async () => {
  const source = await readFile(join(import.meta.dirname, "kysely-storage.ts"), "utf8");
  expect(source.trimEnd().split("\n").length).toBeLessThan(250);
});
