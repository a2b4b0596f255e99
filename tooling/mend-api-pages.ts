import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { headingAnchors } from "./heading-anchors.ts";

/** Mends what typedoc-plugin-markdown writes, in the folder that it wrote to. */
export function mendApiPages(folder: string): void {
  const pages = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  const anchors = new Map([...pages].map(([name, text]) => [name, headingAnchors(text)]));
  for (const [page, text] of pages) {
    // Table rows have marks that are numbered over the whole page: one new row would change many. Nothing links to them.
    const unmarked = text.replaceAll(/<a id="[^"]*"><\/a> /g, "");
    // Links to `StorageHealth` miss, because it is numbered as if `Storage.health` had the same heading.
    const linked = unmarked.replaceAll(
      /\]\(([\w.-]*)#([\w-]+)-(\d+)\)/g,
      (link, file: string, name: string, count: string) =>
        anchors.get(file === "" ? page : file)?.has(`${name}-${count}`) === true ? link : `](${file}#${name})`,
    );
    writeFileSync(join(folder, page), linked);
  }
}
