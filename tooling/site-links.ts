import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a built site's own links ask for and the site does not have, menus and headings included. */
export function missingLinks(site: string): string[] {
  const pages = new Map(
    readdirSync(site, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".html"))
      .map((file) => [`/${file.replaceAll("\\", "/")}`, readFileSync(join(site, file), "utf8")]),
  );
  const anchors = new Map(
    [...pages].map(([page, html]) => [page, new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))]),
  );
  const missing = [...pages].flatMap(([page, html]) =>
    [...html.matchAll(/<a [^>]*?href="(\/[^"#]*)?(?:#([^"]*))?"/g)].flatMap(([, path = page, anchor = ""]) => {
      const target = decodeURI(path.endsWith("/") ? `${path}index.html` : path);
      const known = anchors.get(target) ?? anchors.get(`${target}.html`);
      const isGood = known !== undefined && (anchor === "" || known.has(decodeURIComponent(anchor)));
      return isGood ? [] : [`${page}: ${path}${anchor === "" ? "" : `#${anchor}`}`];
    }),
  );
  return [...new Set(missing)];
}
