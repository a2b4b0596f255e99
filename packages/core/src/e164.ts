import type { Phone } from "./call.ts";

const e164 = /^\+[1-9]\d{6,14}$/;

/**
 * A Phone from text that is E.164 already, or is no phone number at all (`client:ana`, `anonymous`). Costs one
 * regular expression; vendors that send national numbers use `@offhook/core/phone`.
 */
export function phoneFromE164(raw: string | null | undefined): Phone | null {
  if (raw === null || raw === undefined || raw === "") return null;
  return { e164: e164.test(raw) ? raw : null, raw };
}
