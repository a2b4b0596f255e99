import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The project with the runtimes, which is installed by a command of its own. */
const folder = join(import.meta.dirname, "../../../tooling/runtimes");
const modules = join(folder, "node_modules");
const { arch, platform } = process;
const system = `${platform}-${arch}`;

/** Where the programs lie that npm has for this platform; undefined where it has none, or nobody installed it. */
export const installed = {
  node22: existing(`node22-${system}/bin/node`),
  node26: existing(`node26-${system}/bin/node`),
  bun: existing(`@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}/bin/bun`),
  deno: existing(`@deno/${system}${platform === "linux" ? "-glibc" : ""}/deno`),
  /** What is imported to run workerd. */
  miniflare: existing("miniflare") && createRequire(join(folder, "package.json")).resolve("miniflare"),
} as const;

/** True on CI, where a runtime that is missing fails its tests instead of skipping them. */
export const areRequired = process.env["OFFHOOK_RUNTIMES"] === "required";

/** How to get what is missing. */
export const installCommand = "npx -y pnpm@12 runtimes:install";

function existing(path: string): string | undefined {
  const file = join(modules, path);
  return existsSync(file) ? file : undefined;
}
