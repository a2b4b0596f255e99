// Packs every public package, lints the tarballs and uses them from fresh npm projects.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkContents } from "./pack/check-contents.ts";
import { checkEntries } from "./pack/check-entries.ts";
import { checkHmac } from "./pack/check-hmac.ts";
import { checkManifest, checkPackageReadme, checkWorkflow } from "./pack/check-manifest.ts";
import { checkQuickstart, checkReadme } from "./pack/check-readme.ts";
import { checkRuntimes } from "./pack/check-runtimes.ts";
import { installedManifests, readManifest } from "./pack/manifest.ts";
import { createConsumer } from "./pack/project.ts";
import { run } from "./pack/run.ts";
import { packTarballs, root } from "./pack/tarballs.ts";

const work = mkdtempSync(join(tmpdir(), "offhook-pack-"));
try {
  const tarballs = packTarballs(join(work, "tarballs"));
  for (const tarball of tarballs.values()) {
    run(root, "publint", tarball, "--strict");
    run(root, "attw", tarball, "--profile", "node16", "--quiet");
  }

  const app = createConsumer(join(work, "app"), tarballs);
  const manifests = installedManifests(app);
  assert.deepEqual(
    manifests.map(({ name }) => name),
    [...tarballs.keys()],
  );
  for (const bundled of ["zod", "libphonenumber-js"]) {
    assert(!existsSync(join(app, "node_modules", bundled)), `${bundled} was installed with the packages`);
  }
  for (const manifest of manifests) {
    const folder = join(app, "node_modules", manifest.name);
    checkContents(folder, manifest);
    checkManifest(manifest);
    checkPackageReadme(folder, manifest.name);
  }
  checkWorkflow();
  console.log(`${tarballs.size} tarballs fine: publint, attw, npm ls, contents, package.json`);

  const entries = await checkEntries(app, manifests);
  await checkHmac(app);
  const typescript = readManifest(join(app, "node_modules/typescript"));
  console.log(`${entries} entries fine: ESM, CJS, browser, TypeScript ${typescript.version}, Node ${process.version}`);
  const runtimes = checkRuntimes(app, ["esm.mjs"]);
  if (runtimes.length > 0) console.log(`An ESM project runs on ${runtimes.join(", ")}`);

  await checkReadme(join(work, "readme"), tarballs, app);
  await checkQuickstart(join(work, "quickstart"), tarballs);
  console.log("The programs of README.md and the quickstart do in empty folders what they say");
} finally {
  rmSync(work, { recursive: true, force: true });
}
