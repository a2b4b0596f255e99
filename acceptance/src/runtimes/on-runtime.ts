import { test } from "vitest";
import { areRequired, installCommand } from "./installed.ts";
import type { Runtime } from "./runtime.ts";

/** Defines the tests of a runtime where it is installed; elsewhere one that is skipped, or fails where it is required. */
export function onRuntime(runtime: Runtime, define: () => void): void {
  if (runtime.program !== undefined) {
    define();
    return;
  }
  const reason = `${runtime.name} is not installed: ${installCommand}`;
  // oxlint-disable-next-line vitest/expect-expect -- it fails or is skipped
  test(`on ${runtime.name}`, ({ skip }) => {
    if (areRequired) throw new Error(reason);
    skip(reason);
  });
}
