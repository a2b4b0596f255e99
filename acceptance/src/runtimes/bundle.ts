import { join } from "node:path";
import { build } from "esbuild";

/** How a bundler resolves packages for a runtime. */
export interface Resolution {
  readonly platform: "node" | "browser";
  readonly conditions: readonly string[];
  /** What the runtime brings itself, beside the built-ins of Node where the platform is Node. */
  readonly external: readonly string[];
}

export interface Bundle {
  readonly text: string;
  /** The files that went into it. */
  readonly inputs: readonly string[];
}

/** Makes one file of the program that opens that door to that app. Both are files beside this one, without `.ts`. */
export async function bundleProgram(app: string, door: string, resolution: Resolution): Promise<Bundle> {
  const { platform, conditions, external } = resolution;
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { app } from "./programs/${app}.ts"; import { serve } from "./doors/${door}.ts"; export default serve(app);`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2023",
    platform,
    conditions: [...conditions],
    external: [...external, "pg-native"],
    // Packages of CommonJS load Node's built-ins by "require", which a module does not have.
    ...(platform === "node" && { banner: { js: requireLine } }),
    logLevel: "error",
    absWorkingDir: join(import.meta.dirname, "../../.."),
  });
  return { text: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
}

const requireLine =
  'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';
