// Makes what core says of its version what its package.json says, after a release gave it a new one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "./pack/manifest.ts";
import { root } from "./pack/tarballs.ts";

const folder = join(root, "packages/core");
const { version } = readManifest(folder);
writeFileSync(
  join(folder, "src/version.ts"),
  `/** The version of this package, kept equal to package.json by a test. */\nexport const version = ${JSON.stringify(version)};\n`,
);
