import { expect, test } from "vitest";
import { areRequired, installCommand } from "./installed.ts";
import { runtimes } from "./runtime.ts";

test("every runtime is installed", ({ skip }) => {
  const missing = runtimes.filter(({ program }) => program === undefined).map(({ name }) => name);
  if (missing.length > 0 && !areRequired) {
    const names = missing.join(", ");
    process.stderr.write(`\n!!! The tests on ${names} are SKIPPED.\n!!! To run them: ${installCommand}\n\n`);
    skip(`${names}: ${installCommand}`);
  }
  expect(missing).toEqual([]);
});
