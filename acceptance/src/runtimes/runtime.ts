import type { Resolution } from "./bundle.ts";
import { installed } from "./installed.ts";

/** What runs a program. */
export interface Runtime {
  readonly name: string;
  readonly resolution: Resolution;
  /** The file in `doors` that opens the plainest one. */
  readonly door: string;
  /** What it is started by; undefined where it is not installed. For workerd the module of Miniflare. */
  readonly program: string | undefined;
  /** Before the program's own arguments. */
  readonly flags: readonly string[];
}

const onNode = {
  door: "node",
  resolution: { platform: "node", conditions: ["node"], external: [] },
  flags: [],
} as const;

export const node22: Runtime = { name: "Node 22", program: installed.node22, ...onNode };
export const node26: Runtime = { name: "Node 26", program: installed.node26, ...onNode };
/** The one that runs the tests: that of the lockfile, which is 24, unless somebody took another. */
export const ownNode: Runtime = {
  name: `Node ${process.versions.node.split(".", 1)[0]} of the tests`,
  program: process.execPath,
  ...onNode,
};
export const bun: Runtime = {
  name: "Bun",
  program: installed.bun,
  door: "bun",
  resolution: { platform: "node", conditions: ["bun", "node"], external: ["bun", "bun:*"] },
  flags: ["run"],
};
export const deno: Runtime = {
  name: "Deno",
  program: installed.deno,
  door: "deno",
  resolution: { platform: "node", conditions: ["deno", "node"], external: [] },
  // To listen is all that receiving needs leave for.
  flags: ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1"],
};
/** Without `nodejs_compat`: nothing of Node is there. */
export const workerd: Runtime = {
  name: "workerd",
  program: installed.miniflare,
  door: "worker",
  resolution: { platform: "browser", conditions: ["workerd", "worker", "browser"], external: [] },
  flags: [],
};

/** Every runtime that the packages are for. */
export const runtimes: readonly Runtime[] = [node22, ownNode, node26, bun, deno, workerd];
/** Those that have files, sockets and a process that lives on. */
export const processRuntimes: readonly Runtime[] = runtimes.filter((each) => each !== workerd);
