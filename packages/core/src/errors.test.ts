import { expect, test } from "vitest";
import type * as original from "./errors.ts";
import { ConfigurationError, OffhookError, PayloadError, VerificationError } from "./errors.ts";

test("every class is an OffhookError and no other class", () => {
  const error = new VerificationError("signature_mismatch", "no", { cause: "why" });
  expect(error).toBeInstanceOf(OffhookError);
  expect(error).toBeInstanceOf(VerificationError);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(PayloadError);
  expect(error.name).toBe("VerificationError");
  expect(error.cause).toBe("why");
  expect(error.docs).toBe("docs/errors.md#signature_mismatch");
});

test("another copy of the package makes errors that are told apart in the same way", async () => {
  // The query makes it a module of its own, of the same shape.
  const address = "./errors.ts?copy";
  const copy = (await import(address)) as typeof original;
  const error = new copy.ConfigurationError("secret_missing", "none");
  expect(copy.ConfigurationError).not.toBe(ConfigurationError);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toBeInstanceOf(OffhookError);
  expect(error).not.toBeInstanceOf(PayloadError);
});

test("a class that an app derives keeps the ordinary check", () => {
  class AppError extends PayloadError {}
  expect(new PayloadError("payload_invalid", "x")).not.toBeInstanceOf(AppError);
  expect(new AppError("payload_invalid", "x")).toBeInstanceOf(AppError);
  expect(new AppError("payload_invalid", "x")).toBeInstanceOf(PayloadError);
  expect({}).not.toBeInstanceOf(OffhookError);
  expect(null as unknown).not.toBeInstanceOf(OffhookError);
});
