/**
 * Phone numbers in national or free writing, normalized to E.164.
 * @module phone
 */
import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/min";
import type { Phone } from "./call.ts";
import { phoneFromE164 } from "./e164.ts";

export interface PhoneOptions {
  /** ISO 3166 country for numbers without a country code. Default `"US"`. */
  readonly defaultCountry?: string;
}

// The North American plan without its country code; area and exchange codes start with 2 to 9.
const northAmerican = /^1?([2-9]\d{2}[2-9]\d{6})$/;

/**
 * Normalizes what a vendor or a person wrote. What is not a possible number keeps `raw` and has `e164: null`; never
 * throws.
 */
export function normalizePhone(raw: string | null | undefined, options: PhoneOptions = {}): Phone | null {
  const direct = phoneFromE164(raw);
  if (direct === null || direct.e164 !== null) return direct;
  const country = options.defaultCountry ?? "US";
  if (country === "US" || country === "CA") {
    // The commonest case by far, a hundred times cheaper than the library.
    const digits = northAmerican.exec(direct.raw)?.[1];
    if (digits !== undefined) return { e164: `+1${digits}`, raw: direct.raw };
  }
  // Longer text is no number; the library would search through it.
  if (direct.raw.length > 40) return direct;
  // An unknown country makes the library read only numbers with a country code.
  const parsed = parsePhoneNumberFromString(direct.raw, { defaultCountry: country as CountryCode, extract: false });
  return parsed?.isPossible() === true ? { e164: parsed.number, raw: direct.raw } : direct;
}
