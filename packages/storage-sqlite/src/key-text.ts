// What UTF-8 or the driver would change: NUL and lone surrogates. And the quote that marks text that was escaped.
// oxlint-disable-next-line no-control-regex -- NUL is what is looked for
const unsafe = /^"|\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Text for a column that is compared, such that different text stays different. */
export function keyText(text: string): string {
  return unsafe.test(text) ? JSON.stringify(text) : text;
}
