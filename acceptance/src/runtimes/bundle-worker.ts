import { isBuiltin } from "node:module";
import { build, type Plugin } from "esbuild";

/** Makes one module of a Worker with `nodejs_compat`, as wrangler does. @param main its file. */
export async function bundleWorker(main: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [main],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    plugins: [nodeBuiltins],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** The built-ins that workerd has: by their whole names, and imported also where a package of CommonJS requires them. */
const nodeBuiltins: Plugin = {
  name: "node-builtins",
  setup(bundler) {
    bundler.onResolve({ filter: /^[a-z_:/]+$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      const whole = path.startsWith("node:") ? path : `node:${path}`;
      return kind === "require-call" ? { path: whole, namespace: "required" } : { path: whole, external: true };
    });
    bundler.onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `import builtin from "${path}"; module.exports = builtin;`,
    }));
  },
};
