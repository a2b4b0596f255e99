import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleForBrowser } from "./browser-bundle.ts";
import { run } from "./run.ts";

/** The vector of RFC 4231, test case 2. */
const vector = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
const probe = (load: string): string => `${load}
Promise.resolve(createHmacKey("sha256", "Jefe").digest("hex", "what do ya want ", "for nothing?")).then((digest) => {
  if (digest !== ${JSON.stringify(vector)}) throw new Error("#hmac gives " + digest);
});
`;

/** Runs the HMAC behind `#hmac` as Node loads it from ESM and CJS, and as a browser bundler does. */
export async function checkHmac(project: string): Promise<void> {
  const dist = join(project, "node_modules/@offhook/core/dist");
  const load = 'import { createHmacKey } from "#hmac";';
  writeFileSync(join(dist, "probe.mjs"), probe(load));
  writeFileSync(join(dist, "probe.cjs"), probe('const { createHmacKey } = require("#hmac");'));
  run(project, process.execPath, join(dist, "probe.mjs"));
  run(project, process.execPath, join(dist, "probe.cjs"));
  const { inputs, text } = await bundleForBrowser(dist, probe(load));
  assert(inputs.some((input) => input.endsWith("dist/hmac.web.js")));
  writeFileSync(join(project, "probe-browser.mjs"), text);
  run(project, process.execPath, "probe-browser.mjs");
}
