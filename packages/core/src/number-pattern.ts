/** Country codes of one and two digits; all others have three. https://www.itu.int/pub/T-SP-E.164D */
const shortCountryCode = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** What stands between digits when people and forms write a number; also as URLs write it. */
const separator = String.raw`(?:[ ().+/\u00a0-]|%2[089bf]|%c2%a0)*`;

/**
 * Finds a number in text in the usual ways of writing: international or national, with or without separators.
 *
 * @param e164 `+` and digits.
 */
export function numberPattern(e164: string): RegExp {
  const digits = e164.slice(1);
  const countryCode = shortCountryCode.exec(digits)?.[0] ?? digits.slice(0, 3);
  const national = digits.slice(countryCode.length).split("").join(separator);
  const international = `(?:(?:00)?${countryCode.split("").join(separator)}${separator})?`;
  // A digit that belongs to an escape, as in %28415, is no digit of a number.
  return new RegExp(String.raw`(?<!(?<!%2)\d)${international}(?:0${separator})?${national}(?!\d)`, "i");
}
