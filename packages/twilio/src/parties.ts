import { createReference, phoneFromE164, type CallDirection, type CallFacts, type Phone } from "@offhook/core";
import { nonEmpty, type TwilioFields } from "./payload.ts";

/** Who is on the call, as far as the request says. */
export function partyFacts(fields: TwilioFields): CallFacts {
  const direction = directionOf(fields);
  const parentSid = nonEmpty(fields["ParentCallSid"]);
  const accountSid = nonEmpty(fields["AccountSid"]);
  return {
    direction,
    from: phoneOf(fields["From"]),
    to: phoneOf(fields["To"]),
    lead: leadOf(fields, direction),
    parent: parentSid === null ? null : createReference("twilio", parentSid, "leg"),
    metadata: accountSid === null ? null : { accountSid },
  };
}

// What a withheld number becomes when its word is typed on a keypad: it looks like E.164 but is nobody's, and the calls
// that come from it are not those of one person.
const withheldNumbers = new Set([
  "+266696687", // ANONYMOUS
  "+7378742833", // RESTRICTED
  "+2562533", // BLOCKED
  "+8656696", // UNKNOWN
  "+86282452253", // UNAVAILABLE
]);

/** A number, or what stands in its place: `client:ana`, `sip:…`, `anonymous`. */
export function phoneOf(raw: string | undefined): Phone | null {
  return raw !== undefined && withheldNumbers.has(raw) ? { e164: null, raw } : phoneFromE164(raw);
}

/** For whoever uses the app; Twilio names the direction from its own side. */
export function directionOf(fields: TwilioFields): CallDirection | null {
  const direction = nonEmpty(fields["Direction"]);
  if (direction === null) return null;
  // A call placed in the browser reaches Twilio as inbound; for its user it goes out.
  if (direction === "inbound") return fields["From"]?.startsWith("client:") === true ? "outbound" : "inbound";
  if (direction === "trunking-originating") return "inbound";
  return direction.startsWith("outbound") || direction === "trunking-terminating" ? "outbound" : "unknown";
}

/** The other side's name and place, which Twilio gives by caller and called. */
function leadOf(fields: TwilioFields, direction: CallDirection | null): CallFacts["lead"] {
  if (direction !== "inbound" && direction !== "outbound") return null;
  const side = direction === "inbound" ? "From" : "To";
  const lead = {
    name: direction === "inbound" ? nonEmpty(fields["CallerName"]) : null,
    city: nonEmpty(fields[`${side}City`]),
    region: nonEmpty(fields[`${side}State`]),
    country: nonEmpty(fields[`${side}Country`]),
  };
  return (lead.name ?? lead.city ?? lead.region ?? lead.country) === null ? null : lead;
}
