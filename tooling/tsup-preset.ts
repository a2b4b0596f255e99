import { defineConfig, type Options } from "tsup";

/**
 * One preset for every package.
 *
 * - "splitting" stays unset: ESM entries then share chunks and CJS is left alone. With splitting on,
 *   tsup passes CJS through sucrase, which reorders static fields and static blocks.
 * - platform "neutral" with the node: prefix kept makes the build fail on any Node built-in,
 *   so what builds also runs in workers, Bun and Deno. Node-only packages ask for "node", and in
 *   the others only a file named *.node.ts may import a built-in.
 * - No source maps: they were twice the code in size, and what is built is neither minified nor transformed enough to
 *   need them.
 */
export const preset = (
  entry: Record<string, string>,
  {
    esbuildPlugins = [],
    ...options
  }: Pick<Options, "dts" | "esbuildPlugins" | "external" | "noExternal"> & { platform?: "neutral" | "node" } = {},
): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    format: ["esm", "cjs"],
    dts: true,
    target: "es2023",
    platform: "neutral",
    removeNodeProtocol: false,
    clean: true,
    esbuildPlugins: [
      ...esbuildPlugins,
      {
        name: "node-built-ins",
        setup: (build) =>
          build.onResolve({ filter: /^node:/ }, ({ importer, path }) =>
            importer.endsWith(".node.ts") ? { path, external: true } : undefined,
          ),
      },
    ],
    ...options,
  });
