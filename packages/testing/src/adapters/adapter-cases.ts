import { version } from "@offhook/core";
import type { AdapterCase } from "./adapter-case.ts";
import { genuineCases } from "./genuine-cases.ts";
import { refusedCases } from "./refused-cases.ts";

/** What every adapter does, in the same words. */
export function adapterCases(): readonly AdapterCase[] {
  return [...genuineCases(), ...refusedCases(version)];
}
