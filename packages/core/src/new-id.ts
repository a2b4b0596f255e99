const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const randomLength = 13;
const pool = new Uint8Array(randomLength * 100);
let used = pool.length;
let lastMs = -1;
let sequence = 0;

/**
 * An id that sorts by time, and within a millisecond of one process by the order of making: prefix, 10 characters of
 * milliseconds, 3 of a counter and 13 random ones (65 bits), in base 32.
 *
 * @param nowMs milliseconds since 1970.
 */
export function newId(prefix: string, nowMs: number): string {
  sequence = nowMs === lastMs ? (sequence + 1) % 32 ** 3 : 0;
  lastMs = nowMs;
  // Random bytes are drawn in bulk: a draw costs more than the rest of this function.
  if (used + randomLength > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let random = "";
  for (let place = 0; place < randomLength; place += 1) random += alphabet.charAt((pool[used + place] ?? 0) & 31);
  used += randomLength;
  return `${prefix}_${digits(nowMs, 10)}${digits(sequence, 3)}${random}`;
}

function digits(value: number, length: number): string {
  let text = "";
  for (let rest = value, place = 0; place < length; place += 1) {
    text = alphabet.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
