import { pathOf, queryOf } from "@offhook/core";
import type { NextParameters } from "./path-below-mount.ts";

/**
 * Whether what Next says of a request target is only another writing of it. Next takes a base path away and writes the
 * query anew: `%20` becomes `+`, `'` becomes `%27`.
 *
 * @param parameters of the route; the Pages Router drops fields of their names.
 */
export function saysTheSame(target: string, seen: string, parameters: NextParameters = {}): boolean {
  if (target === seen) return true;
  if (!plainPath(target).endsWith(plainPath(seen))) return false;
  const said = new URLSearchParams(queryOf(seen));
  const written = [...new URLSearchParams(queryOf(target))];
  return textOf(written.filter(([name]) => said.has(name) || !Object.hasOwn(parameters, name))) === textOf([...said]);
}

const plainPath = (target: string): string => pathOf(target).replace(/\/$/, "");

/** In any order, because Next puts equal names together and numbers first. */
const textOf = (fields: readonly (readonly [string, string])[]): string =>
  fields
    .map((field) => JSON.stringify(field))
    .toSorted()
    .join();
