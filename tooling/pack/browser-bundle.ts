import assert from "node:assert/strict";
import { build } from "esbuild";

/** Bundles for the browser, which fails on every built-in of Node. */
export async function bundleForBrowser(
  resolveDir: string,
  contents: string,
): Promise<{ readonly text: string; readonly inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    logLevel: "error",
  });
  const text = outputFiles[0]?.text ?? "";
  assert.doesNotMatch(text, /["']node:/, "a browser bundle names a built-in of Node");
  return { text, inputs: Object.keys(metafile.inputs) };
}
