/**
 * A stable id for what the vendor named no id of: the same parts give the same id, on every machine. Not a
 * cryptographic hash: it hides the parts from a reader, not from somebody who tries all phone numbers.
 */
export function derivedId(parts: readonly (string | null)[]): string {
  const text = JSON.stringify(parts);
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return `${mark}${hex(high)}${hex(low)}`;
}

const mark = "derived-";

/** Whether an id is of our making, so that the vendor cannot be asked by it. */
export const isDerivedId = (id: string): boolean => id.startsWith(mark);

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
