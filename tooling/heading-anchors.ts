/** The anchor of a heading: as repository browsers write it, on the site as well, so that a link is good on both. */
export const headingSlug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Mark}\p{Number}\p{Connector_Punctuation}\s-]/gu, "")
    .replaceAll(/\s/g, "-");

/** The anchors of a Markdown page: a heading that comes again is numbered, the second one with 1. */
export function headingAnchors(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const prose = markdown.replaceAll(/^ *(`{3,}|~{3,})[^\n]*\n.*?^ *\1 *$/gms, "");
  for (const [, heading = ""] of prose.matchAll(/^#{1,6} +(.+?)(?: +#+)? *$/gm)) {
    const slug = headingSlug(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
