/**
 * The address, over https, which is the only way recordings are read; null for what is no web address, such as a file
 * name.
 */
export function webAddress(text: string): string | null {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? text.replace(/^http:/i, "https:") : null;
}
