// What PostgreSQL refuses or UTF-8 changes, NUL and lone surrogates; what separates packed values, control characters
// and nothing at all; and the quote that marks text that was escaped.
const unsafe =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /^$|^"|[\u0000-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Text for a column that is compared, such that different text stays different. */
export function keyText(text: string): string {
  return unsafe.test(text) ? JSON.stringify(text) : text;
}

/** What `keyText` was made from. */
export function fromKeyText(text: string): string {
  // Only keyText writes text that begins with a quote.
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
