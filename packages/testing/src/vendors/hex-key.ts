/**
 * The key that ids are made of where these are numbers: hexadecimal digits are one already, and any other text becomes
 * one by its hash, so that it is the same in every run.
 */
export function hexKey(key: string): string {
  if (/^[0-9a-f]+$/i.test(key)) return key;
  // FNV-1a of 64 bits, one UTF-16 unit at a time.
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < key.length; index += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(key.charCodeAt(index))) * 0x100000001b3n);
  }
  // As long as a vendor's id may be that somebody reads as a number.
  return BigInt.asUintN(48, hash ^ (hash >> 48n)).toString(16);
}
