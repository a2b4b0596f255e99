import type { FormFields } from "./delivery.ts";
import { PayloadError } from "./errors.ts";

/** More fields than any vendor sends; a cap against bodies made to be slow. */
const maxFields = 2000;
const decoder = new TextDecoder();

/**
 * Parses `application/x-www-form-urlencoded` text or bytes. Fields keep their order; repeated ones keep all values.
 * @throws PayloadError `payload_invalid` beyond 2,000 fields.
 */
export function parseForm(content: string | Uint8Array): FormFields {
  const text = typeof content === "string" ? content : decoder.decode(content);
  checkFieldCount(text);
  const form = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const values = form.get(name);
    if (values === undefined) form.set(name, [value]);
    else values.push(value);
  }
  return form;
}

/** Counted before parsing, because parsing takes quadratic time for fields without a value. */
function checkFieldCount(text: string): void {
  let at = -1;
  for (let separators = 0; separators <= maxFields; separators += 1) {
    at = text.indexOf("&", at + 1);
    if (at === -1) return;
  }
  throw new PayloadError("payload_invalid", `Form: expected at most ${maxFields} fields, got more`);
}

/** The form as a record with a null prototype, so that a field named `__proto__` is only a field. First value wins. */
export function formToRecord(form: FormFields): { [name: string]: string } {
  const record: { [name: string]: string } = Object.create(null);
  for (const [name, values] of form) record[name] = values[0] ?? "";
  return record;
}
