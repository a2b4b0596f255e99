import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

/** The repository. */
export const root = join(import.meta.dirname, "../..");

/** Packs every public package, as it was built, into a folder; the tarballs by the package's name. */
export function packTarballs(folder: string): ReadonlyMap<string, string> {
  mkdirSync(folder, { recursive: true });
  run(root, "pnpm", "--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder);
  const tarballs = readdirSync(folder).flatMap((file): [string, string][] => {
    const [, name] = /^offhook-(.+?)-\d.*\.tgz$/.exec(file) ?? [];
    return name === undefined ? [] : [[`@offhook/${name}`, join(folder, file)]];
  });
  return new Map(tarballs.toSorted(([left], [right]) => left.localeCompare(right)));
}
