// Packs every public package, lints the tarballs and uses them from a fresh npm project.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { preProcessFile } from "typescript";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Record<string, unknown>;
  readonly imports?: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const providers = ["callrail", "convoso", "elevenlabs", "retell", "twilio"].map((name) => `@offhook/${name}`);
/** Packages that are for Node alone and therefore not bundled for the browser. */
const nodeOnly = new Set(
  ["adapters-express", "archive-folder", "jobs-pgboss", "storage-postgres", "storage-sqlite", "testing"].map(
    (name) => `@offhook/${name}`,
  ),
);
/** Entries that only load inside a test runner. */
const typesOnly = new Set(["@offhook/testing/conformance"]);

const root = join(import.meta.dirname, "..");
const work = mkdtempSync(join(tmpdir(), "offhook-pack-"));
const app = join(work, "app");
const run = (cwd: string, command: string, ...args: string[]): string => {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  } catch (error) {
    // The tools write what is wrong to stdout.
    if (error instanceof Error && "stdout" in error) console.error(String(error.stdout));
    throw error;
  }
};
const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
const targets = (value: unknown): string[] =>
  typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap((inner) => targets(inner));

/** Checks what publint and attw do not: the files behind the manifest, and what a user installs with it. */
function checkContents(folder: string, manifest: Manifest): void {
  for (const target of [...targets(manifest.exports), ...targets(manifest.imports)]) {
    assert(existsSync(join(folder, target)), `${manifest.name}: "${target}" is named in package.json but not packed`);
  }
  const ranges = { ...manifest.dependencies, ...manifest.peerDependencies };
  for (const [dependency, range] of Object.entries(ranges)) {
    assert.doesNotMatch(range, /^(workspace|catalog):/, `${manifest.name}: ${dependency} keeps a workspace range`);
  }
  for (const file of ["README.md", "LICENSE"]) {
    assert(existsSync(join(folder, file)), `${manifest.name}: ${file} is not packed`);
  }
  assert(!existsSync(join(folder, "src")), `${manifest.name}: sources are packed`);
  checkDeclarations(folder, manifest.name, new Set(Object.keys(ranges)));
  if (!providers.includes(manifest.name)) return;
  assert(!("zod" in ranges), `${manifest.name}: zod is bundled and must not be a dependency`);
  const bundlesZod = readdirSync(join(folder, "dist"))
    .filter((file) => /\.c?js$/.test(file))
    .some((file) => readFileSync(join(folder, "dist", file), "utf8").includes("_zod"));
  const hasNotices = existsSync(join(folder, "THIRD_PARTY_NOTICES.md"));
  assert.equal(hasNotices, bundlesZod, `${manifest.name}: notices must be packed if, and only if, zod is bundled`);
}

/** Types come only from what is packed or installed with it: a bundled devDependency is neither. */
function checkDeclarations(folder: string, name: string, dependencies: ReadonlySet<string>): void {
  const dist = join(folder, "dist");
  for (const file of readdirSync(dist).filter((entry) => /\.d\.c?ts$/.test(entry))) {
    const { importedFiles } = preProcessFile(readFileSync(join(dist, file), "utf8"));
    for (const { fileName: imported } of importedFiles) {
      const [packageName] = /^(?:@[^/]+\/)?[^/]+/.exec(imported) ?? [];
      const isKnown = imported.startsWith("./") || isBuiltin(imported) || dependencies.has(packageName ?? "");
      assert(isKnown, `${name}: dist/${file} imports types from "${imported}", which users do not get`);
    }
  }
}

/** The vector of RFC 4231, test case 2. */
const vector = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
const probe = (load: string): string => `${load}
Promise.resolve(createHmacKey("sha256", "Jefe").digest("hex", "what do ya want ", "for nothing?")).then((digest) => {
  if (digest !== ${JSON.stringify(vector)}) throw new Error("#hmac gives " + digest);
});
`;

/** Runs the HMAC behind `#hmac` as Node loads it from ESM and CJS, and as a browser bundler does. */
async function checkHmac(): Promise<void> {
  const dist = join(app, "node_modules/@offhook/core/dist");
  const load = 'import { createHmacKey } from "#hmac";';
  writeFileSync(join(dist, "probe.mjs"), probe(load));
  writeFileSync(join(dist, "probe.cjs"), probe('const { createHmacKey } = require("#hmac");'));
  run(app, process.execPath, join(dist, "probe.mjs"));
  run(app, process.execPath, join(dist, "probe.cjs"));
  const result = await bundle(dist, probe(load));
  assert(result.inputs.some((input) => input.endsWith("dist/hmac.web.js")));
  writeFileSync(join(app, "probe-browser.mjs"), result.text);
  run(app, process.execPath, "probe-browser.mjs");
}

/** Bundles for the browser, which fails on every built-in of Node. */
async function bundle(resolveDir: string, contents: string): Promise<{ text: string; inputs: string[] }> {
  const result = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    logLevel: "error",
  });
  const text = result.outputFiles[0]?.text ?? "";
  assert.doesNotMatch(text, /["']node:/, "a browser bundle names a built-in of Node");
  return { text, inputs: Object.keys(result.metafile.inputs) };
}

try {
  run(root, "pnpm", "--recursive", "--filter", "./packages/*", "pack", "--pack-destination", work);
  const tarballs = readdirSync(work).flatMap((name) => (name.endsWith(".tgz") ? [join(work, name)] : []));
  for (const tarball of tarballs) {
    run(root, "publint", tarball, "--strict");
    run(root, "attw", tarball, "--profile", "node16", "--quiet");
  }

  cpSync(join(root, "tooling", "consumer"), app, { recursive: true });
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", version: "1.0.0", private: true }));
  // The pg-boss that the tests use: a later one may ask for what cannot be installed.
  const others = ["express@5", "pg-boss@12.35.0", "@types/express@5", "@types/node@24", "typescript@6.0"];
  run(app, "npm", "install", "--no-audit", "--no-fund", "--silent", ...tarballs, ...others);
  run(app, "npm", "ls", "--all");

  const names = readdirSync(join(app, "node_modules/@offhook")).map((name) => `@offhook/${name}`);
  assert.equal(names.length, tarballs.length);
  assert(!existsSync(join(app, "node_modules/zod")), "zod was installed with the packages");
  const manifests = names.map((name) => readManifest(join(app, "node_modules", name)));
  for (const manifest of manifests) checkContents(join(app, "node_modules", manifest.name), manifest);

  // Every public entry, taken from the packed manifests, so that a new one is never forgotten.
  const entries = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports ?? {}).flatMap((path) => (path.endsWith(".json") ? [] : [name + path.slice(1)])),
  );
  const loaded = entries.filter((entry) => !typesOnly.has(entry));
  const typeLines = entries.map((entry, index) => `import * as entry${index} from "${entry}";\nvoid entry${index};`);
  writeFileSync(join(app, "entries.mts"), typeLines.join("\n"));
  writeFileSync(join(app, "entries.cts"), typeLines.join("\n"));
  writeFileSync(join(app, "entries.mjs"), loaded.map((entry) => `import "${entry}";`).join("\n"));
  writeFileSync(join(app, "entries.cjs"), loaded.map((entry) => `require("${entry}");`).join("\n"));

  const typescript = readManifest(join(app, "node_modules/typescript"));
  const sources = ["entries.mts", "entries.cts", "use.mts", "use.cts"];
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["node16", "node16"],
    ["preserve", "bundler"],
  ] as const) {
    const settings = ["--target", "es2023", "--module", module, "--moduleResolution", resolution, "--types", "node"];
    run(app, join(app, "node_modules/.bin/tsc"), "--noEmit", "--strict", ...settings, ...sources);
  }
  for (const script of ["entries.mjs", "entries.cjs", "esm.mjs", "cjs.cjs"]) run(app, process.execPath, script);
  await checkHmac();
  const portable = loaded.filter((entry) => !nodeOnly.has(entry));
  await bundle(app, portable.map((entry, index) => `export * as entry${index} from "${entry}";`).join("\n"));

  console.log(
    `${tarballs.length} tarballs and ${entries.length} entries fine: publint, attw, npm ls, ESM, CJS, browser`,
  );
  console.log(`TypeScript ${typescript.version}, Node ${process.version}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
