import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Puts all that the main door reaches into one file, also what other doors share with it: splitting alone makes a dozen
 * small ones, each of which costs Node a third of a millisecond. A process that opens another door has opened the main one
 * as well, and bundlers, which are told that nothing here has side effects, take no more than before.
 */
export const oneMainChunk = (doors: readonly string[]): Plugin => ({
  name: "one-main-chunk",
  setup(build) {
    if (build.initialOptions.format !== "esm") return;
    const others = new Set(
      doors.filter((door) => basename(door) !== "index.ts").map((door) => join(process.cwd(), door)),
    );
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!others.has(path)) return undefined;
      return { contents: `import "./index.ts";\n${await readFile(path, "utf8")}`, loader: "ts" };
    });
    build.onResolve({ filter: /^\.\/index\.ts$/ }, ({ importer, path }) =>
      others.has(importer) ? { path: join(dirname(importer), path), sideEffects: true } : undefined,
    );
  },
});
