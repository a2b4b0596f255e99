import type { HeaderRecord } from "./delivery.ts";

// Names that hold secrets by custom, whatever the provider.
const secretName = /auth|cookie|signature|secret|token|key|password|jwt|oidc|assertion|session/;

/** The headers worth keeping: everything but what could let a reader of the journal forge a request. */
export function journalHeaders(headers: HeaderRecord, secretHeaders: readonly string[]): { [name: string]: string } {
  const kept: { [name: string]: string } = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || secretHeaders.includes(name) || name === "__proto__" || secretName.test(name)) continue;
    kept[name] = typeof value === "string" ? value : value.join(", ");
  }
  return kept;
}

/** The headers of a Request as core takes them. */
export function headerRecord(headers: Headers): HeaderRecord {
  const record: { [name: string]: string } = Object.create(null);
  for (const [name, value] of headers) record[name] = value;
  return record;
}

/** One header's value; several values are joined, as HTTP allows. */
export function headerOf(headers: HeaderRecord, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return value === undefined || typeof value === "string" ? value : value.join(", ");
}

/** `Text/HTML; charset=x` becomes `text/html`. */
export function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(";");
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** True for the name of a header that can be sent, in any case. https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
export function isHeaderName(name: unknown): name is string {
  return typeof name === "string" && /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name);
}
