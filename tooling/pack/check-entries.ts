import assert from "node:assert/strict";
import { join } from "node:path";
import { bundleForBrowser } from "./browser-bundle.ts";
import { entriesOf, type Manifest } from "./manifest.ts";
import { write } from "./project.ts";
import { run } from "./run.ts";

/** Entries that only load inside a test runner. */
const typesOnly = new Set(["@offhook/testing/conformance"]);
/** Entries for Node alone, which no browser bundle takes. */
const nodeOnly = new Set([
  "@offhook/adapters-express",
  "@offhook/adapters-fastify",
  // Bundled by Next itself, as its own tests do.
  "@offhook/adapters-next",
  "@offhook/archive-folder",
  "@offhook/jobs-pgboss",
  "@offhook/storage-postgres",
  "@offhook/storage-sqlite",
]);

/** Loads every public entry in every way a user may; a new one is never forgotten. Gives how many there are. */
export async function checkEntries(project: string, manifests: readonly Manifest[]): Promise<number> {
  const entries = manifests.flatMap(entriesOf);
  const loaded = entries.filter((entry) => !typesOnly.has(entry));
  for (const entry of [...typesOnly, ...nodeOnly]) assert(entries.includes(entry), `"${entry}" is no entry any more`);

  const types = entries.map((entry, index) => `import * as entry${index} from "${entry}";\nvoid entry${index};`);
  write(project, "entries.mts", types);
  write(project, "entries.cts", types);
  checkTypes(project, ["entries.mts", "entries.cts", "use.mts", "use.cts"]);

  write(
    project,
    "entries.mjs",
    loaded.map((entry) => `import "${entry}";`),
  );
  write(
    project,
    "entries.cjs",
    loaded.map((entry) => `require("${entry}");`),
  );
  for (const script of ["entries.mjs", "entries.cjs", "esm.mjs", "cjs.cjs"]) run(project, process.execPath, script);

  const portable = loaded.filter((entry) => !nodeOnly.has(entry));
  const everything = portable.map((entry, index) => `export * as entry${index} from "${entry}";`);
  await bundleForBrowser(project, everything.join("\n"));
  return entries.length;
}

/** The ways TypeScript resolves packages. */
const modes = [
  ["nodenext", "nodenext"],
  ["node16", "node16"],
  ["preserve", "bundler"],
] as const;

function checkTypes(project: string, sources: readonly string[]): void {
  const compiler = join(project, "node_modules/.bin/tsc");
  for (const [module, resolution] of modes) {
    const settings = ["--target", "es2023", "--module", module, "--moduleResolution", resolution, "--types", "node"];
    run(project, compiler, "--noEmit", "--strict", ...settings, ...sources);
  }
}
