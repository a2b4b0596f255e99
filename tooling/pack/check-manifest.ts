import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "./manifest.ts";
import { root } from "./tarballs.ts";

/** Where the project lives. npm refuses a provenance that says another place than the package. */
const repository = "https://github.com/offhook/offhook";

/** What a page of the registry shows, and what a release with provenance needs. */
export function checkManifest(manifest: Manifest): void {
  const { name, description, keywords, license, type, sideEffects, engines, files } = manifest;
  const folder = name.slice("@offhook/".length);
  const expect = (isGood: boolean, expectation: string): void => assert(isGood, `${name}: expected ${expectation}`);
  expect((description ?? "").length > 20, "a description of a sentence");
  expect((keywords ?? []).length >= 4 && keywords?.includes("webhooks") === true, '4 keywords or more with "webhooks"');
  expect(new Set(keywords).size === keywords?.length, "each keyword once");
  expect(license === "MIT", 'the license "MIT"');
  expect(type === "module" && sideEffects === false, '"type": "module" and "sideEffects": false');
  expect(/^>=22\.\d+$/.test(engines?.["node"] ?? ""), '"engines" to name Node 22 with its minor version');
  expect(files?.includes("dist") === true, '"files" with "dist"');
  expect(manifest.repository?.type === "git", 'a "repository" of the type "git"');
  expect(manifest.repository?.url === `git+${repository}.git`, `the repository "git+${repository}.git"`);
  expect(manifest.repository?.directory === `packages/${folder}`, `the repository's directory "packages/${folder}"`);
  expect(manifest.bugs?.url === `${repository}/issues`, `"bugs" at "${repository}/issues"`);
  expect((manifest.homepage ?? "").startsWith(repository), `a "homepage" below "${repository}"`);
  expect(existsSync(join(root, "packages", folder, "package.json")), `its sources in "packages/${folder}"`);
}

/** A page that says nothing more than its title helps nobody: an example, and how to install it. */
export function checkPackageReadme(folder: string, name: string): void {
  const text = readFileSync(join(folder, "README.md"), "utf8");
  assert(text.startsWith(`# ${name}\n`), `${name}: README.md begins with another title`);
  assert(/^```tsx?$/m.test(text), `${name}: README.md has no example`);
  assert(text.includes("npm install"), `${name}: README.md does not say how to install it`);
  assert(text.includes(name), `${name}: README.md does not name the package`);
}

/** The workflow runs nowhere else, so that a fork neither fails nor publishes. */
export function checkWorkflow(): void {
  const path = ".github/workflows/release.yml";
  const named = /github\.repository == '([^']+)'/.exec(readFileSync(join(root, path), "utf8"))?.[1];
  assert.equal(
    `https://github.com/${named}`,
    repository,
    `${path} releases from "${named}", and the packages say "${repository}": npm refuses the provenance of such a release`,
  );
}
