/** Country codes of one and two digits; all others have three. https://www.itu.int/pub/T-SP-E.164D */
const shortCountryCode = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** What stands between digits when people and forms write a number; also as URLs and JSON write it. */
const separator = String.raw`(?:[ ().+/\\\t\u00a0\u2010-\u2015\u202f_-]|%2[089bf]|%09|%c2%a0){0,8}`;

/** National numbers that are shorter are also prices, zip codes and durations. */
const minNationalDigits = 8;

/**
 * Finds a number in text in the usual ways of writing: international or national, with or without separators. Short
 * national numbers are only found with their country code.
 *
 * @param e164 `+` and digits.
 */
export function numberPattern(e164: string): RegExp {
  const digits = e164.slice(1);
  const countryCode = shortCountryCode.exec(digits)?.[0] ?? digits.slice(0, 3);
  const rest = digits.slice(countryCode.length);
  const national = rest.split("").join(separator);
  const international = `(?:(?:00|011)?${separator}${countryCode.split("").join(separator)}${separator})${rest.length < minNationalDigits ? "" : "?"}`;
  // A digit that belongs to an escape, as in %28415, is no digit of a number.
  return new RegExp(String.raw`(?<!(?<!%2)\d)${international}(?:0${separator})?${national}(?!\d)`, "i");
}
