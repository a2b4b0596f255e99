import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tarballs.ts";

/** What a page tells the reader to type: commands, and programs with their file names. */
export interface PagePrograms {
  /** What `npm install` is told to install, in the order of the page. */
  readonly installed: readonly string[];
  /** By file name; the code of a block that nobody names is "". */
  readonly programs: ReadonlyMap<string, string>;
}

/**
 * @param heading reads only the section below it, to the next heading of its rank.
 */
export function readPagePrograms(page: string, heading?: string): PagePrograms {
  const markdown = readFileSync(join(root, page), "utf8");
  const text = heading === undefined ? markdown : sectionOf(markdown, heading);
  const installed = [...text.matchAll(/^npm install ([^\n]+)$/gm)].flatMap(([, words = ""]) =>
    words.split(/\s+/).filter((word) => word !== "" && !word.startsWith("-")),
  );
  const blocks = text.matchAll(/(?:^`([\w.-]+)`\n\n)?^```(?:js|ts)\n(.*?)^```$/gms);
  const programs = new Map([...blocks].map(([, name = "", code = ""]) => [name, code]));
  return { installed, programs };
}

function sectionOf(markdown: string, heading: string): string {
  const start = markdown.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`Expected a section "${heading}", found none`);
  const [rank = ""] = /^#+/.exec(heading) ?? [];
  const end = markdown.indexOf(`\n${rank} `, start + heading.length);
  return markdown.slice(start, end === -1 ? undefined : end);
}
