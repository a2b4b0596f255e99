import * as z from "zod/mini";

/** A member of an unexpected type says nothing and never costs the rest of the payload. */
function lenient<Schema extends z.ZodMiniType>(schema: Schema) {
  // oxlint-disable-next-line promise/valid-params -- zod's catch, not a promise's
  return z.catch(z.optional(z.nullable(schema)), undefined);
}

const text = lenient(z.string());
const textOrNumber = lenient(z.union([z.string(), z.number()]));
const flag = lenient(z.union([z.boolean(), z.string()]));
const listOrText = lenient(z.union([z.string(), z.array(z.unknown())]));
const object = lenient(z.record(z.string(), z.unknown()));

/** The call object of the webhooks: the API's fields, and the older names that come beside or instead of them. */
export const callSchema = z.object({
  id: textOrNumber,
  resource_id: text,
  company_id: textOrNumber,
  company_resource_id: text,
  person_id: textOrNumber,
  person_resource_id: text,

  answered: flag,
  voicemail: flag,
  direction: text,
  call_type: text,
  duration: textOrNumber,
  start_time: text,
  timestamp: text,
  datetime: text,
  changes: listOrText,

  customer_phone_number: text,
  callernum: text,
  tracking_phone_number: text,
  trackingnum: text,
  business_phone_number: text,
  destinationnum: text,
  customer_name: text,
  callername: text,
  customer_city: text,
  callercity: text,
  customer_state: text,
  callerstate: text,
  customer_country: text,
  callercountry: text,
  agent_email: text,

  source: text,
  source_name: text,
  callsource: text,
  medium: text,
  referrermedium: text,
  campaign: text,
  keywords: text,
  referring_url: text,
  referrer_domain: text,
  referrer: text,
  landing_page_url: text,
  landingpage: text,
  utm_source: text,
  utm_medium: text,
  utm_campaign: text,
  utm_term: text,
  utm_content: text,
  gclid: text,
  fbclid: text,
  msclkid: text,

  recording: text,
  recording_duration: textOrNumber,
  transcription: text,
  conversational_transcript: lenient(z.array(lenient(z.object({ speaker: text, phrase: text, start: textOrNumber })))),
  call_summary: listOrText,
  sentiment: text,
  lead_score: text,
  lead_explanation: text,
  voice_assist_message: lenient(z.object({ contents: object })),

  tags: listOrText,
  note: text,
  value: textOrNumber,
  lead_status: text,
  custom: object,
});

export type CallFields = z.infer<typeof callSchema>;

/** What Convert Assist says when its answers are ready. */
export const convertAssistSchema = z.object({
  person_resource_id: text,
  last_interaction_resource_id: text,
  last_interaction_type: text,
  answers: lenient(z.array(lenient(z.object({ answer_key: text, answer_text: text })))),
  timestamp: text,
});

export type ConvertAssistFields = z.infer<typeof convertAssistSchema>;

/** What little Voice Assist says when it picks up. */
export const voiceAssistSchema = z.object({
  call_id: text,
  person_id: text,
  tracking_number: text,
  timestamp: text,
});

export type VoiceAssistFields = z.infer<typeof voiceAssistSchema>;
