import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package.json, with what the checks read of it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: unknown;
  readonly licenses?: unknown;
  readonly type?: string;
  readonly sideEffects?: unknown;
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly homepage?: string;
  readonly bugs?: { readonly url?: string };
  readonly repository?: { readonly type?: string; readonly url?: string; readonly directory?: string };
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly imports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  // npm has looked at the form of what it installed, and the checks say what is missing.
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Our packages as they lie in a project, in the order of their names. */
export function installedManifests(project: string): readonly Manifest[] {
  const scope = join(project, "node_modules/@offhook");
  return readdirSync(scope)
    .toSorted()
    .map((name) => readManifest(join(scope, name)));
}

/** Every public entry, as users write it. */
export function entriesOf({ name, exports }: Manifest): readonly string[] {
  return Object.keys(exports ?? {}).flatMap((path) => (path.endsWith(".json") ? [] : [name + path.slice(1)]));
}

/** The files behind all conditions. */
export function targetsOf(value: unknown): readonly string[] {
  return typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap((inner) => targetsOf(inner));
}
