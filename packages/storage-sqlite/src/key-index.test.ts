import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, test } from "vitest";
import { filterCapacity } from "./key-filter.ts";
import { identityKey, keyReader, keyWriter, subjectKey, type KeyWriter } from "./key-index.ts";
import { migrateDatabase } from "./migrations.ts";

let database: DatabaseSync;
let writer: KeyWriter;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  migrateDatabase(database, "auto");
  writer = keyWriter(database);
});

function transaction(work: () => void, end: "commit" | "rollback" = "commit"): void {
  database.exec("begin immediate");
  writer.refresh();
  work();
  writer.finish();
  database.exec(end);
}

/** Fills generation after generation. */
function addMany(from: number, count: number, end?: "rollback"): void {
  for (let start = from; start < from + count; start += 1_000) {
    transaction(() => {
      for (let row = start; row < start + 1_000; row += 1) writer.add(`key_${row}`, row);
    }, end);
  }
}

const generations = () => database.prepare("select count(*) as count from key_generations").get()?.["count"];

test("keys are found in every generation, by the writer and by others", () => {
  addMany(0, 3 * filterCapacity);
  expect(generations()).toBe(4);
  const reader = keyReader(database);
  for (const index of [writer, reader]) {
    index.refresh();
    for (let row = 0; row < 3 * filterCapacity; row += 97) expect(index.find(`key_${row}`)).toBe(row);
    expect(index.find("key_none")).toBeUndefined();
  }
});

test("a reader learns of generations that were filled meanwhile", () => {
  const reader = keyReader(database);
  reader.refresh();
  addMany(0, 2 * filterCapacity);
  reader.refresh();
  expect(reader.find("key_5")).toBe(5);
});

test("a key of an old generation can lead elsewhere, and be removed", () => {
  addMany(0, 2 * filterCapacity);
  transaction(() => {
    writer.move("key_3", 99);
    writer.remove("key_4");
  });
  writer.refresh();
  expect([writer.find("key_3"), writer.find("key_4")]).toEqual([99, undefined]);
  expect(database.prepare("select count(*) as count from keys where key = 'key_3'").get()?.["count"]).toBe(1);
});

test("a generation whose transaction was rolled back is none", () => {
  addMany(0, filterCapacity - (filterCapacity % 1_000));
  addMany(100_000, 1_000, "rollback");
  expect(generations()).toBe(1);
  addMany(200_000, 1_000);
  writer.refresh();
  expect([writer.find("key_0"), writer.find("key_100000"), writer.find("key_200000")]).toEqual([0, undefined, 200_000]);
});

test("one transaction may fill several generations, and find what it added", () => {
  const add = (from: number) => {
    for (let row = from; row < from + 3 * filterCapacity; row += 1) writer.add(`key_${row}`, row);
    expect([writer.find(`key_${from}`), writer.find(`key_${from + 20_000}`)]).toEqual([from, from + 20_000]);
  };
  transaction(() => add(0), "rollback");
  expect(generations()).toBe(0);
  transaction(() => add(500_000));
  expect(generations()).toBe(4);
  writer.refresh();
  expect([writer.find("key_0"), writer.find("key_500000")]).toEqual([undefined, 500_000]);
});

test("keys of different subjects, providers and tenants differ", () => {
  const keys = [
    identityKey("a", "toy", "1"),
    identityKey("a:1", "toy", ""),
    subjectKey("call", "a", { provider: "toy", id: "1" }),
    subjectKey("lead", "a", { provider: "toy", id: "1" }),
    subjectKey("call", "a:1", { provider: "toy", id: "1" }),
    subjectKey("call", "a", { provider: "toy", id: "1:1" }),
    subjectKey("call", "\ud800", { provider: "toy", id: "1" }),
    subjectKey("call", "\ud801", { provider: "toy", id: "1" }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
