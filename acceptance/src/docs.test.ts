import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string): Promise<string> => readFile(join(root, path), "utf8");

test("every error code has its place in the documentation, and no other code is documented", async () => {
  const source = await read("packages/core/src/errors.ts");
  const unions = source.slice(
    source.indexOf("export type RefusalCode"),
    source.indexOf("/** Options of every Offhook error. */"),
  );
  const apiErrors = await read("packages/core/src/api-error.ts");
  const apiUnion = apiErrors.slice(0, apiErrors.indexOf("export interface ApiErrorDetails"));
  const codes = [...`${unions}${apiUnion}`.matchAll(/\| "([a-z_]+)"/g)]
    .map(([, code = ""]) => code)
    .toSorted((left, right) => left.localeCompare(right));
  const documented = [...(await read("docs/errors.md")).matchAll(/^### ([a-z_]+)$/gm)]
    .map(([, code = ""]) => code)
    .toSorted((left, right) => left.localeCompare(right));
  expect(codes.length).toBeGreaterThan(15);
  expect(documented).toEqual(codes);
});

test("core's version is the one of its package", async () => {
  const { version } = JSON.parse(await read("packages/core/package.json")) as { version: string };
  expect(await read("packages/core/src/version.ts")).toContain(`"${version}"`);
});

describe("links to files", async () => {
  const packages = await readdir(join(root, "packages"));
  const pages = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "AGENTS.md",
    "docs/errors.md",
    "docs/integrations.md",
    "docs/operations.md",
    "examples/server/README.md",
    ...packages.map((name) => `packages/${name}/README.md`),
  ];
  test.each(pages)("%s leads only to what exists", async (page) => {
    const text = await read(page);
    const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      ([, target]) => target ?? "",
    );
    for (const target of targets)
      await expect(readFile(join(root, dirname(page), target)), target).resolves.toBeDefined();
  });
});
