/** Reads a request target without re-encoding it: the signed bytes must stay what the vendor sent. */

/** The raw query without its question mark; empty when there is none. */
export function queryOf(url: string): string {
  const start = url.indexOf("?");
  const fragment = url.indexOf("#");
  if (start === -1 || (fragment !== -1 && fragment < start)) return "";
  return fragment === -1 ? url.slice(start + 1) : url.slice(start + 1, fragment);
}

/** The path of a request target or an absolute URL, always with a leading slash. */
export function pathOf(url: string): string {
  let start = 0;
  if (!url.startsWith("/")) {
    const authority = url.indexOf("://");
    start = authority === -1 ? 0 : url.indexOf("/", authority + 3);
    if (start === -1) return "/";
  }
  const end = url.slice(start).search(/[?#]/);
  const path = end === -1 ? url.slice(start) : url.slice(start, start + end);
  return path.startsWith("/") ? path : `/${path}`;
}

/** The request target of an absolute URL: path and query as they stand in it, also an empty query. */
export function targetOf(url: string): string {
  const path = pathOf(url);
  const start = url.indexOf("?");
  const fragment = url.indexOf("#");
  if (start === -1 || (fragment !== -1 && fragment < start)) return path;
  return `${path}${fragment === -1 ? url.slice(start) : url.slice(start, fragment)}`;
}

/** The URL with the values of some query fields blotted out, for journals and logs. */
export function redactQuery(url: string, names: readonly string[]): string {
  if (names.length === 0) return url;
  const start = url.indexOf("?");
  if (start === -1) return url;
  const fields = url
    .slice(start + 1)
    .split("&")
    .map((field) => {
      const name = field.split("=", 1)[0] ?? "";
      return names.includes(decodeOr(name)) ? `${name}=[redacted]` : field;
    });
  return `${url.slice(0, start)}?${fields.join("&")}`;
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
