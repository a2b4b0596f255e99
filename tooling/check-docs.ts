// Holds the committed API reference against the sources, then builds the site, which fails on dead links.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiFolder, writeApiReference } from "./api-reference.ts";
import { missingLinks } from "./site-links.ts";

const root = join(import.meta.dirname, "..");

const readPages = (folder: string): Map<string, string> =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

async function checkReference(): Promise<string[]> {
  const fresh = mkdtempSync(join(tmpdir(), "offhook-api-"));
  try {
    await writeApiReference(fresh);
    const written = readPages(fresh);
    const committed = readPages(apiFolder);
    return [...new Set([...written.keys(), ...committed.keys()])]
      .filter((name) => written.get(name) !== committed.get(name))
      .map((name) => `docs/api/${name} is not what the sources say: run npx -y pnpm@12 docs:api`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function checkSite(): string[] {
  try {
    execFileSync("pnpm", ["--filter", "offhook-docs", "build"], { cwd: root, stdio: "inherit" });
  } catch {
    return ["The site cannot be built: see above"];
  }
  return missingLinks(join(root, "docs/.vitepress/dist")).map((link) => `The site has nothing behind a link: ${link}`);
}

const faults = [...(await checkReference()), ...checkSite()];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log("The API reference is up to date, and the site has no dead links");
