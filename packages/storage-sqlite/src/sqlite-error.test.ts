import { DatabaseSync } from "node:sqlite";
import { PayloadError, StorageError } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { isBusy, toStorageError } from "./sqlite-error.ts";

function thrownBy(...statements: readonly string[]): unknown {
  const database = new DatabaseSync(":memory:");
  try {
    for (const sql of statements) database.exec(sql);
  } catch (error) {
    return error;
  } finally {
    database.close();
  }
  throw new TypeError("Expected the statements to fail");
}

test("a full disk is a reason to try again, with its cause", () => {
  const full = thrownBy("pragma max_page_count = 2", "create table a (b)", "create table c (d)", "create table e (f)");
  const error = toStorageError(full);
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ code: "storage_unavailable", cause: full });
});

test("a closed database is a reason to try again", () => {
  const database = new DatabaseSync(":memory:");
  database.close();
  let closed: unknown;
  try {
    database.exec("select 1");
  } catch (error) {
    closed = error;
  }
  expect(toStorageError(closed).code).toBe("storage_unavailable");
});

test("what SQLite refuses for good is no reason to try again", () => {
  const violated = thrownBy("create table a (b unique) strict", "nonsense");
  expect(toStorageError(violated).code).toBe("storage_failed");
  expect(toStorageError(new TypeError("A mistake")).code).toBe("storage_failed");
});

test("an error of Offhook stays what it is", () => {
  const error = new PayloadError("payload_invalid", "Cursor: expected another");
  expect(toStorageError(error)).toBe(error);
});

describe("without the code, as Deno's driver throws from time to time", () => {
  const uncoded = (message: string): Error => Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR" });

  test.each(["database is locked", "database table is locked: calls", "locking protocol"])("%s: it is busy", (said) => {
    expect(isBusy(uncoded(said))).toBe(true);
    expect(toStorageError(uncoded(said)).code).toBe("storage_unavailable");
  });

  test("a full disk and a file that is not there are reasons to try again, and nothing to wait for", () => {
    for (const said of ["database or disk is full", "unable to open database file: /data/calls.db"]) {
      expect(isBusy(uncoded(said))).toBe(false);
      expect(toStorageError(uncoded(said)).code).toBe("storage_unavailable");
    }
  });

  test("what SQLite refuses for good stays so", () => {
    const refused = uncoded('near "nonsense": syntax error in nonsense at offset 0');
    expect(isBusy(refused)).toBe(false);
    expect(toStorageError(refused).code).toBe("storage_failed");
  });
});

test("SQLite says it in these words", () => {
  const full = thrownBy("pragma max_page_count = 2", "create table a (b)", "create table c (d)", "create table e (f)");
  expect(full).toMatchObject({ message: "database or disk is full" });
});
