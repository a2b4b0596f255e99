// Bundles what a user imports as a browser or edge build would and compares the gzip size with its budget.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { leanPhoneMetadata } from "./lean-phone-metadata.ts";

const webhookOnly = (provider: string): string =>
  `export { createOffhook } from "@offhook/core";\nexport { ${provider} } from "@offhook/${provider}";`;

/**
 * Bytes after gzip. CallRail and Convoso send numbers as people write them, and the numbering plans of the world with what
 * reads them are 20,500 of theirs.
 */
const budgets: Readonly<Record<string, { readonly contents: string; readonly budget: number }>> = {
  core: { contents: 'export { createOffhook } from "@offhook/core";', budget: 20_950 },
  "core and twilio, webhooks only": { contents: webhookOnly("twilio"), budget: 25_000 },
  "core and retell, webhooks only": { contents: webhookOnly("retell"), budget: 25_600 },
  "core and elevenlabs, webhooks only": { contents: webhookOnly("elevenlabs"), budget: 27_300 },
  "core and callrail, webhooks only": { contents: webhookOnly("callrail"), budget: 46_900 },
  "core and convoso, webhooks only": { contents: webhookOnly("convoso"), budget: 48_800 },
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
    // As the packages are built.
    plugins: [leanPhoneMetadata],
  });
  const [output] = result.outputFiles;
  const size = gzipSync(output?.contents ?? "").length;
  const namesNode = output?.text.includes("node:") === true;
  if (size > budget || namesNode) process.exitCode = 1;
  console.log(`${size > budget ? "over" : "ok  "} ${String(size).padStart(6)} of ${budget}  ${name}`);
  if (namesNode) console.log(`     It names a built-in of Node, which a Worker does not have`);
}
