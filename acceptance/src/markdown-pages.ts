import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";

/** The repository. */
export const root = join(import.meta.dirname, "../..");

const skipped = new Set(["node_modules", "dist", "coverage", "tarballs"]);
/** Written by machines. */
const generated = new Set(["docs/api"]);

/** All pages that people write, by their paths in the repository. */
export async function markdownPages(folder = root): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const pages = entries.map(async (entry): Promise<string[]> => {
    const path = join(folder, entry.name);
    const name = relative(root, path).replaceAll("\\", "/");
    if (entry.name.startsWith(".") || skipped.has(entry.name) || generated.has(name)) return [];
    if (entry.isDirectory()) return markdownPages(path);
    return entry.name.endsWith(".md") && entry.name !== "CHANGELOG.md" ? [name] : [];
  });
  return (await Promise.all(pages)).flat().toSorted((left, right) => left.localeCompare(right));
}
