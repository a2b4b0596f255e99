// Bundles what a user imports as a browser or edge build would and compares the gzip size with its budget.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const webhookOnly = (provider: string): string =>
  `export { createOffhook } from "@offhook/core";\nexport { ${provider} } from "@offhook/${provider}";`;

/** Bytes after gzip. */
const budgets: Record<string, { contents: string; budget: number }> = {
  core: { contents: 'export { createOffhook } from "@offhook/core";', budget: 20_500 },
  "core and twilio, webhooks only": { contents: webhookOnly("twilio"), budget: 25_000 },
};

for (const [name, { contents, budget }] of Object.entries(budgets)) {
  const result = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, "../acceptance") },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2023",
  });
  const size = gzipSync(result.outputFiles[0]?.contents ?? "").length;
  if (size > budget) process.exitCode = 1;
  console.log(`${size > budget ? "over" : "ok  "} ${String(size).padStart(6)} of ${budget}  ${name}`);
}
