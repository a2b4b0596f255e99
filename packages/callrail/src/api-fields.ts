/**
 * What a client asks for beside what every call comes with: all that Offhook reads. The API was seen to refuse requests
 * for some of them, although they are documented, and a plan may not include all.
 * https://apidocs.callrail.com/#listing-all-calls
 */
export const callRailFields: readonly string[] = [
  "agent_email",
  "call_summary",
  "call_type",
  "campaign",
  "company_id",
  "conversational_transcript",
  "custom",
  "fbclid",
  "gclid",
  "keywords",
  "landing_page_url",
  "lead_explanation",
  "lead_score",
  "lead_status",
  "medium",
  "msclkid",
  "note",
  "person_id",
  "referrer_domain",
  "referring_url",
  "sentiment",
  "source",
  "source_name",
  "tags",
  "transcription",
  "utm_campaign",
  "utm_content",
  "utm_medium",
  "utm_source",
  "utm_term",
  "value",
  "voice_assist_message",
];

/** Known to the answer for one call only; in a list they would be an unknown name. */
const singleOnly: ReadonlySet<string> = new Set(["conversational_transcript", "integration_data"]);

/** The names of a list of fields that calls can be listed with. */
export const listedFields = (fields: readonly string[]): readonly string[] =>
  fields.filter((name) => !singleOnly.has(name));

/** What stands for another field where that is empty, so that alone it says too little. */
const substitutes: { readonly [name: string]: string } = {
  source_name: "source",
  utm_source: "source",
  utm_medium: "medium",
  utm_campaign: "campaign",
  utm_term: "keywords",
  referrer_domain: "referring_url",
};

/** The fields that an app wants, with those without which they, or a call that is under way, would be misread. */
export const completeFields = (fields: readonly string[]): readonly string[] => [
  ...new Set([...fields, "call_type", ...fields.flatMap((name) => substitutes[name] ?? [])]),
];
