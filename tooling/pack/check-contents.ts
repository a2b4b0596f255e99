import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { preProcessFile } from "typescript";
import { targetsOf, type Manifest } from "./manifest.ts";

/** Checks what publint and attw do not: the files behind the manifest, and what a user installs with it. */
export function checkContents(folder: string, manifest: Manifest): void {
  for (const target of [...targetsOf(manifest.exports), ...targetsOf(manifest.imports)]) {
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
  const dist = readdirSync(join(folder, "dist"));
  assert(!dist.some((file) => file.endsWith(".map")), `${manifest.name}: source maps are packed`);
  const declared = new Set(Object.keys(ranges));
  checkDeclarations(folder, manifest.name, declared);
  checkBundled(folder, manifest.name);
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

/** What of others was built into it is named beside its licence, and nothing else is. */
function checkBundled(folder: string, name: string): void {
  const bundled = new Set<string>();
  for (const file of readdirSync(join(folder, "dist")).filter((entry) => /\.c?js$/.test(entry))) {
    const text = readFileSync(join(folder, "dist", file), "utf8");
    // The bundler says above each piece where it is from.
    for (const [, origin = ""] of text.matchAll(/^\/\/ .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/[^\n]*$/gm)) {
      bundled.add(origin);
    }
  }
  const path = join(folder, "THIRD_PARTY_NOTICES.md");
  const notices = existsSync(path) ? readFileSync(path, "utf8") : "";
  for (const origin of bundled) {
    assert(
      notices.includes(origin),
      `${name}: ${origin} was built into it, and THIRD_PARTY_NOTICES.md does not say so`,
    );
  }
  assert.equal(notices !== "", bundled.size > 0, `${name}: THIRD_PARTY_NOTICES.md tells of nothing that is there`);
}
