import type { Phone } from "@offhook/core";
import { normalizePhone } from "@offhook/core/phone";

const phoneCharacters = /^[\d\s().+-]+$/;
const nonDigits = /\D/g;

/** Reads the numbers of one account, which come as national digits with the country code in a field of its own. */
export type ReadPhone = (raw: string | null, phoneCode?: string | null) => Phone | null;

/**
 * @param defaultCountry ISO 3166; for numbers that come without a country code.
 */
export function accountPhones(defaultCountry: string): ReadPhone {
  const isNorthAmerican = defaultCountry === "US" || defaultCountry === "CA";
  return (raw, phoneCode = null) => {
    if (raw === null) return null;
    if (!phoneCharacters.test(raw)) return normalizePhone(raw, { defaultCountry });
    const digits = raw.replace(nonDigits, "");
    if (raw.startsWith("+")) return { e164: international(digits), raw };
    const code = codeOf(phoneCode) ?? (isNorthAmerican ? "1" : null);
    if (code === null) return normalizePhone(raw, { defaultCountry });
    return code === "1" ? northAmerican(raw, digits, defaultCountry) : { e164: withCountryCode(code, digits), raw };
  };
}

/** Eight digits at least: shorter ones are a local number that somebody put a plus before. */
function international(digits: string): string | null {
  return digits.length >= 8 && digits.length <= 15 && !digits.startsWith("0") ? `+${digits}` : null;
}

function northAmerican(raw: string, digits: string, defaultCountry: string): Phone {
  // Dialers write ten zeros where the number was withheld. What is too short needs no library to say so.
  if (digits.length < 10 || digits.startsWith("0000")) return { e164: null, raw };
  if (digits.length === 10) return { e164: `+1${digits}`, raw };
  if (digits.length === 11 && digits.startsWith("1")) return { e164: `+${digits}`, raw };
  // Not null, because the text is not empty.
  return normalizePhone(raw, { defaultCountry }) ?? { e164: null, raw };
}

function withCountryCode(code: string, digits: string): string | null {
  if (digits.length === 10 && !digits.startsWith("0")) return `+${code}${digits}`;
  if (digits.length > 10 && digits.startsWith(code)) return international(digits);
  // The blank makes the library read it, which knows the trunk zero of each country.
  return normalizePhone(`+${code} ${digits}`)?.e164 ?? null;
}

function codeOf(phoneCode: string | null): string | null {
  const code = phoneCode?.replace(nonDigits, "").replace(/^0+/, "") ?? "";
  return code.length >= 1 && code.length <= 3 ? code : null;
}
