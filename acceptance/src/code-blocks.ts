import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { markdownPages, root } from "./markdown-pages.ts";

/** A fenced piece of a page. */
export interface CodeBlock {
  /** Page and line of the fence: `docs/quickstart.md:42`. */
  readonly name: string;
  readonly page: string;
  /** Of the fence; the code begins on the next one. */
  readonly line: number;
  readonly language: string;
  /** The file that it is, where a paragraph of nothing else says so: `acme.ts`. */
  readonly file: string | undefined;
  readonly code: string;
}

/** Under another name a block would not be looked at. */
const languages: Readonly<Record<string, string>> = {
  typescript: "ts",
  mts: "ts",
  javascript: "js",
  mjs: "js",
  cjs: "js",
};

export function codeBlocksOf(page: string, markdown: string): CodeBlock[] {
  const fences = markdown.matchAll(/^( *)(`{3,}|~{3,})([^\n`]*)\n(.*?)^ *\2 *$/gms);
  return Array.from(fences, ({ index, 1: indent = "", 3: information = "", 4: code = "" }) => {
    const before = markdown.slice(0, index);
    const line = before.split("\n").length;
    const [word = ""] = /^\w+/.exec(information.trim()) ?? [];
    return {
      name: `${page}:${line}`,
      page,
      line,
      language: languages[word] ?? word,
      file: /\n *`([\w.-]+\.(?:tsx?|m?js))`:?\n\s*$/.exec(before)?.[1],
      code: indent === "" ? code : code.replaceAll(new RegExp(`^ {1,${indent.length}}`, "gm"), ""),
    };
  });
}

/** The blocks of all pages that people write. */
export async function readCodeBlocks(): Promise<CodeBlock[]> {
  const pages = await markdownPages();
  const blocks = pages.map(async (page) => codeBlocksOf(page, await readFile(join(root, page), "utf8")));
  return (await Promise.all(blocks)).flat();
}
