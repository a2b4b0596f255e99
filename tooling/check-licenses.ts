// Installs every public package from its tarball and prints the licences of all that comes with them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProject, install } from "./pack/project.ts";
import { run } from "./pack/run.ts";
import { packTarballs } from "./pack/tarballs.ts";

const allowed = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "BlueOak-1.0.0"]);

/** What npm says of the packages of a project. https://docs.npmjs.com/cli/commands/npm-sbom */
interface BillOfMaterials {
  readonly packages: readonly {
    readonly name: string;
    readonly versionInfo?: string;
    readonly licenseDeclared?: string;
  }[];
}

/** Of a choice, one that is allowed is enough. */
function isAllowed(license: string): boolean {
  const choices = license.replace(/^\((.*)\)$/, "$1").split(" OR ");
  return choices.some((choice) => allowed.has(choice.trim()));
}

const work = mkdtempSync(join(tmpdir(), "offhook-licenses-"));
try {
  const tarballs = packTarballs(join(work, "tarballs"));
  const project = createProject(join(work, "app"));
  // Frameworks and the like are the user's own choice.
  install(project, "--legacy-peer-deps", ...tarballs.values());
  const bill = JSON.parse(
    run(project, "npm", "sbom", "--omit=dev", "--legacy-peer-deps", "--sbom-format=spdx"),
  ) as BillOfMaterials;
  const rows = bill.packages
    .filter(({ name }) => name !== "app")
    .map(({ name, versionInfo = "", licenseDeclared = "none" }) => ({ name, versionInfo, licenseDeclared }))
    .toSorted((left, right) => left.name.localeCompare(right.name));
  if (rows.length <= tarballs.size) throw new Error("Expected packages of others beside our own, npm tells of none");

  for (const { name, versionInfo, licenseDeclared } of rows) {
    const verdict = isAllowed(licenseDeclared) ? "" : "  not allowed";
    if (verdict !== "") process.exitCode = 1;
    console.log(`${name.padEnd(32)} ${versionInfo.padEnd(10)} ${licenseDeclared}${verdict}`);
  }
  console.log(`${rows.length} packages, ${tarballs.size} of them ours; allowed are ${[...allowed].join(", ")}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
