/**
 * The one part that a Range header asks for, as `bytes=0-1023`. Undefined, which is the whole, for several parts, other
 * units and what is no range: a server may always pass over it. https://www.rfc-editor.org/rfc/rfc9110#section-14.2
 */
export function readRange(header: string | undefined): string | undefined {
  const range = header?.trim().toLowerCase() ?? "";
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range) ?? [];
  if (from === "" && to === "") return undefined;
  return from !== "" && to !== "" && Number(from) > Number(to) ? undefined : range;
}

/** Whether a range, as `readRange` gives it, has nothing of so many bytes. */
export function isBehind(range: string, bytes: number): boolean {
  const [from = "", to = ""] = range.slice("bytes=".length).split("-");
  return from === "" ? Number(to) === 0 || bytes === 0 : Number(from) >= bytes;
}
