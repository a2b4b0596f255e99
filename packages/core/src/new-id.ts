const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const pool = new Uint8Array(1600);
let used = pool.length;

/**
 * An id that sorts by time: prefix, 10 characters of milliseconds and 16 random ones (80 bits), in base 32.
 *
 * @param nowMs milliseconds since 1970.
 */
export function newId(prefix: string, nowMs: number): string {
  let time = "";
  for (let rest = nowMs, place = 0; place < 10; place += 1) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  // Random bytes are drawn in bulk: a draw costs more than the rest of this function.
  if (used + 16 > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let random = "";
  for (let place = 0; place < 16; place += 1) random += alphabet.charAt((pool[used + place] ?? 0) & 31);
  used += 16;
  return `${prefix}_${time}${random}`;
}
