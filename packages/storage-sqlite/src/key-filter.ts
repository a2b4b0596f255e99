/** Says of a set of keys which ones it surely does not have: a Bloom filter, as bytes. */
export type KeyFilter = Uint8Array;

/** A power of two, so that a mask gives a position. */
const filterBits = 2 ** 17;
/** How many keys a filter is made for. With more it stays right and says "perhaps" more often than in 0.1 %. */
export const filterCapacity = filterBits / 16;
const bitsPerKey = 6;

/** Where a key's bits stand, in every filter alike. */
function bitsOf(key: string): Uint32Array {
  // Two multiplicative hashes over UTF-16 units; from their sum come as many positions as are wanted.
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  for (let index = 0; index < key.length; index += 1) {
    const unit = key.charCodeAt(index);
    first = Math.imul(first ^ unit, 2654435761);
    second = Math.imul(second ^ unit, 1597334677);
  }
  first = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  second = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  const bits = new Uint32Array(bitsPerKey);
  // An odd step never comes back to the same bit.
  for (let index = 0; index < bitsPerKey; index += 1) bits[index] = (first + index * (second | 1)) & (filterBits - 1);
  return bits;
}

export function createFilter(keys: Iterable<string>): KeyFilter {
  const filter = new Uint8Array(filterBits / 8);
  for (const key of keys) {
    for (const bit of bitsOf(key)) filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }
  return filter;
}

/**
 * Many filters, asked at once. They lie crosswise: a word holds one position of 32 filters, so that a question reads
 * six words for 32 filters instead of six for each.
 */
export class FilterBank {
  /** Each for 32 filters: by position, one bit for each filter. */
  readonly #slices: Uint32Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(filter: KeyFilter): void {
    const place = this.#length & 31;
    if (place === 0) this.#slices.push(new Uint32Array(filterBits));
    const slice = this.#slices[this.#length >>> 5];
    this.#length += 1;
    if (slice === undefined) return;
    for (let byte = 0; byte < filter.length; byte += 1) {
      for (let rest = filter[byte] ?? 0; rest !== 0; rest &= rest - 1) {
        const bit = byte * 8 + (31 - Math.clz32(rest & -rest));
        slice[bit] = (slice[bit] ?? 0) | (1 << place);
      }
    }
  }

  /** Forgets the last ones. */
  truncate(length: number): void {
    if (length >= this.#length) return;
    this.#length = length;
    this.#slices.length = Math.ceil(length / 32);
    const kept = (1 << (length & 31)) - 1;
    const last = this.#slices.at(-1);
    if (last === undefined || kept === 0) return;
    for (let bit = 0; bit < filterBits; bit += 1) last[bit] = (last[bit] ?? 0) & kept;
  }

  /** The filters that may have a key, the last one first. */
  candidates(key: string): number[] {
    const found: number[] = [];
    if (this.#length === 0) return found;
    const bits = bitsOf(key);
    for (let index = this.#slices.length - 1; index >= 0; index -= 1) {
      const slice = this.#slices[index];
      if (slice === undefined) continue;
      let places = -1;
      for (const bit of bits) places &= slice[bit] ?? 0;
      while (places !== 0) {
        const place = 31 - Math.clz32(places);
        found.push(index * 32 + place);
        places &= ~(1 << place);
      }
    }
    return found;
  }
}
