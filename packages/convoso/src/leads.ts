import { createReference, PayloadError, type Contact, type LeadEventDraft } from "@offhook/core";
import type { ReadTime } from "./account-time.ts";
import { derivedId } from "./derived-id.ts";
import type { FieldReader } from "./fields.ts";
import type { ReadPhone } from "./phones.ts";

export interface LeadRules {
  readonly time: ReadTime;
  readonly phone: ReadPhone;
}

/**
 * A person whom a workflow pushed.
 * @throws PayloadError `payload_invalid` where neither an id nor a number nor an address says who it is.
 */
export function leadEvent(read: FieldReader, { time, phone: readPhone }: LeadRules): LeadEventDraft {
  const phone = readPhone(read("phone"), read("phoneCode"));
  const email = read("email");
  const id = read("leadId") ?? read("id") ?? idByContact(phone?.e164 ?? phone?.raw ?? null, email);
  return {
    type: "lead.received",
    occurredAt: time(read("modified")),
    references: [createReference("convoso", id, "session")],
    facts: {
      firstName: read("firstName"),
      lastName: read("lastName"),
      phone,
      email,
      address: read("address"),
      city: read("city"),
      region: read("region"),
      postalCode: read("postalCode"),
      country: read("country"),
      campaign: read("campaign"),
      status: read("leadStatus"),
    },
    ...testFlag(read),
  };
}

function idByContact(phone: string | null, email: string | null): string {
  if (phone !== null) return derivedId(["lead", "phone", phone]);
  if (email !== null) return derivedId(["lead", "email", email.toLowerCase()]);
  throw new PayloadError(
    "payload_invalid",
    "Convoso request: expected a call id, lead id, phone number or e-mail address, got none: check the keys of the Adaptor, or name yours in convoso({ fields })",
  );
}

/** The lead of a call, as far as the call's push says. */
export function contactOf(read: FieldReader): Partial<Contact> | null {
  const firstName = read("firstName");
  const lastName = read("lastName");
  const id = read("leadId");
  const name = firstName !== null && lastName !== null ? `${firstName} ${lastName}` : (firstName ?? lastName);
  const email = read("email");
  const city = read("city");
  const region = read("region");
  const country = read("country");
  const isKnown = (id ?? name ?? email ?? city ?? region ?? country) !== null;
  return isKnown ? { id, name, email, city, region, country } : null;
}

const affirmative = new Set(["1", "true", "yes", "y"]);

/** Convoso has no test button; an Adaptor can give test workflows a constant field. */
export function testFlag(read: FieldReader): { readonly test?: true } {
  const value = read("test");
  return value !== null && affirmative.has(value.toLowerCase()) ? { test: true } : {};
}
