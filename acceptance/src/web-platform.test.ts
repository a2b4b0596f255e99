import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import * as onNode from "./every-life.ts";

// What a Worker or a browser gets: the bundle of the same sources without Node's built-ins, with WebCrypto behind #hmac.
test("every provider's life gives the byte-identical calls on the web platform alone", async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, "every-life.ts")],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.some((file) => file.endsWith("hmac.web.ts"))).toBe(true);
  expect(inputs.some((file) => file.endsWith("hmac.node.ts"))).toBe(false);
  const text = outputFiles[0]?.text ?? "";
  expect(text).not.toMatch(/\bnode:|\bBuffer\b/);

  const folder = await mkdtemp(join(tmpdir(), "offhook-web-"));
  try {
    const file = join(folder, "bundle.mjs");
    await writeFile(file, text);
    const onWeb = (await import(pathToFileURL(file).href)) as typeof onNode;
    const calls = await onWeb.everyLife();
    expect(JSON.parse(calls)).toHaveLength(5);
    expect(calls).toBe(await onNode.everyLife());
    expect(await onWeb.forgedStatuses()).toEqual([401]);
    expect(await onNode.forgedStatuses()).toEqual([401]);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 30_000);
