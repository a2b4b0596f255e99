import type { CallDirection, CallFacts, Phone } from "@offhook/core";
import { normalizePhone } from "@offhook/core/phone";
import type { CallFields } from "./call-fields.ts";
import { isRecordOccasion, type Occasion } from "./kinds.ts";
import { idOf, known, plainValuesOf } from "./values.ts";

/** Who is on the call and where they came from. */
export function partyFacts(
  kind: Occasion,
  fields: CallFields,
  defaultCountry: string,
): Pick<CallFacts, "direction" | "from" | "to" | "trackingNumber" | "lead" | "agent" | "source"> {
  const direction = directionOf(kind, fields);
  const customer = phoneOf(known(fields.customer_phone_number, fields.callernum), defaultCountry);
  const trackingNumber = phoneOf(known(fields.tracking_phone_number, fields.trackingnum), defaultCountry);
  return {
    direction,
    from: direction === "outbound" ? trackingNumber : customer,
    to: direction === "outbound" ? customer : trackingNumber,
    trackingNumber,
    lead: leadOf(fields),
    agent: agentOf(fields),
    source: sourceOf(kind, fields),
  };
}

export function phoneOf(text: string | null, defaultCountry: string): Phone | null {
  return normalizePhone(text, { defaultCountry });
}

function directionOf(kind: Occasion, { direction, call_type: callType }: CallFields): CallDirection {
  if (direction === "inbound" || direction === "outbound") return direction;
  const outbound = callType === "outbound" || kind === "outbound-post-call" || kind === "outbound-call-modified";
  return outbound ? "outbound" : "inbound";
}

function leadOf(fields: CallFields): CallFacts["lead"] {
  const id = idOf(fields.person_resource_id, fields.person_id);
  const city = known(fields.customer_city, fields.callercity);
  const region = known(fields.customer_state, fields.callerstate);
  const country = known(fields.customer_country, fields.callercountry);
  const name = personName(known(fields.customer_name, fields.callername), city, region);
  return (id ?? name ?? city ?? region ?? country) === null ? null : { id, name, city, region, country };
}

/** Carriers put a place or a placeholder where they know no name; neither is one. */
function personName(name: string | null, city: string | null, region: string | null): string | null {
  if (name === null) return null;
  const upper = name.toUpperCase();
  if (upper === "WIRELESS CALLER") return null;
  return city !== null && region !== null && upper === `${city}, ${region}`.toUpperCase() ? null : name;
}

/** The person of the account who took the call, or the assistant that took a message. */
function agentOf(fields: CallFields): CallFacts["agent"] {
  if (plainValuesOf(fields.voice_assist_message?.contents) !== null) return { kind: "ai" };
  const email = known(fields.agent_email);
  return email === null ? null : { id: email, kind: "human" };
}

function sourceOf(kind: Occasion, fields: CallFields): CallFacts["source"] {
  // What a record lacks was not asked for, and may be known from a webhook: nothing stands for it then.
  const either = (text: string | null | undefined, substitute: string | null): string | null =>
    text === undefined && isRecordOccasion(kind) ? null : known(text, substitute);
  const source = {
    // `source_name` is the name of the tracking number, which stands for the source where there is no other.
    name: either(fields.source, known(fields.source_name, fields.callsource) ?? known(fields.utm_source)),
    medium: either(fields.medium, known(fields.utm_medium, fields.referrermedium)),
    campaign: either(fields.campaign, known(fields.utm_campaign)),
    term: either(fields.keywords, known(fields.utm_term)),
    content: known(fields.utm_content),
    referrer: either(fields.referring_url, known(fields.referrer_domain, fields.referrer)),
    landingPage: known(fields.landing_page_url, fields.landingpage),
    gclid: known(fields.gclid),
    fbclid: known(fields.fbclid),
    msclkid: known(fields.msclkid),
  };
  for (const name in source) if (source[name as keyof typeof source] !== null) return source;
  return null;
}
