import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { headingAnchors } from "../../tooling/heading-anchors.ts";
import { markdownPages, root } from "./markdown-pages.ts";

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

test("anchors are those that repository browsers write", () => {
  const page =
    "# Why `401`?\n\n## signature_missing\n\n```sh\n# a comment\n```\n\n## [Same](x.md), again\n\n## Same, again";
  expect([...headingAnchors(page)]).toEqual(["why-401", "signature_missing", "same-again", "same-again-1"]);
});

/** Without code, in which brackets are no links. */
const proseOf = (markdown: string): string =>
  markdown.replaceAll(/^ *(`{3,}|~{3,})[^\n]*\n.*?^ *\1 *$/gms, "").replaceAll(/(`+)[^`].*?\1/g, "");

describe("links to pages and files", async () => {
  test.each(await markdownPages())("%s leads only to what exists", async (page) => {
    const prose = proseOf(await read(page));
    const inline = prose.matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g);
    const apart = prose.matchAll(/^\[[^\]]+\]: <?([^>\s]+)/gm);
    const targets = [...inline, ...apart].map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
    const dead: string[] = [];
    for (const target of targets) {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), decodeURI(path));
      const text = await read(file).catch(() => undefined);
      if (text === undefined) dead.push(`${target}: no such file`);
      else if (anchor !== undefined && !headingAnchors(text).has(anchor)) dead.push(`${target}: no such heading`);
    }
    expect(dead).toEqual([]);
  });
});
