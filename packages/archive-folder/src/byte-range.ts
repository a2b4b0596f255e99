/** The first byte of a part, and the one after its last. */
export interface BytePart {
  readonly start: number;
  readonly end: number;
}

/**
 * The part that an HTTP Range asks for. Undefined, which is the whole: for several parts, for one that begins behind the
 * end, and for what is no range; a server may always pass over it. https://www.rfc-editor.org/rfc/rfc9110#section-14.2
 */
export function partOf(range: string, size: number): BytePart | undefined {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range) ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(Number(to) + 1, size);
  return start < end ? { start, end } : undefined;
}
