import { PayloadError } from "@offhook/core";
import { expect, test } from "vitest";
import { isConflict, isConnectionFailure, toStorageError } from "./postgres-error.ts";

const failure = (code: string | undefined, message = "It failed") =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

test.each([
  "08006",
  "57P01",
  "57P03",
  "53300",
  "25006",
  "55P03",
  "57014",
  "40001",
  "40P01",
  "ECONNREFUSED",
  "ENOTFOUND",
])("%s can pass", (code) => {
  expect(toStorageError(failure(code)).code).toBe("storage_unavailable");
});

test.each(["Connection terminated unexpectedly", "timeout exceeded when trying to connect"])(
  "the driver's own error can pass: %s",
  (message) => {
    expect(toStorageError(failure(undefined, message)).code).toBe("storage_unavailable");
  },
);

test.each(["22021", "23505", "42P01", "42501", undefined])("%s does not pass by itself", (code) => {
  expect(toStorageError(failure(code)).code).toBe("storage_failed");
});

test("conflicts and broken connections are told apart", () => {
  expect([isConflict(failure("40P01")), isConnectionFailure(failure("40P01"))]).toEqual([true, false]);
  expect([isConflict(failure("57P01")), isConnectionFailure(failure("57P01"))]).toEqual([false, true]);
});

test("Offhook's own errors stay what they are, and the cause is kept", () => {
  const own = new PayloadError("payload_invalid", "No");
  expect(toStorageError(own)).toBe(own);
  const cause = failure("23505");
  expect(toStorageError(cause).cause).toBe(cause);
});
