import { isRecord, payloadReaders, type PayloadReader } from "@offhook/core";

/** A member of an unexpected type says nothing and never costs the rest of the payload. */
const { text, textOrNumber, list, object, members } = payloadReaders(undefined);

const flag: PayloadReader<boolean | string | null | undefined> = (value) =>
  typeof value === "boolean" ? value : text(value);
const listOrText: PayloadReader<unknown[] | string | null | undefined> = (value) =>
  Array.isArray(value) ? value : text(value);
const record: PayloadReader<{ readonly [name: string]: unknown } | null | undefined> = (value) =>
  isRecord(value) || value === null ? value : undefined;

/** The call object of the webhooks: the API's fields, and the older names that come beside or instead of them. */
const callReaders = {
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
  conversational_transcript: list(object({ speaker: text, phrase: text, start: textOrNumber })),
  call_summary: listOrText,
  sentiment: text,
  lead_score: text,
  lead_explanation: text,
  voice_assist_message: object({ contents: record }),

  tags: listOrText,
  note: text,
  value: textOrNumber,
  lead_status: text,
  custom: record,
};

export type CallFields = {
  readonly [Name in keyof typeof callReaders]?: ReturnType<(typeof callReaders)[Name]>;
};

const readers: ReadonlyMap<string, PayloadReader<unknown>> = new Map(Object.entries(callReaders));

/** Reads a call in place: members of an unexpected type are replaced by undefined, all others stay as they are. */
export function readCallFields(fields: { [name: string]: unknown }): CallFields {
  for (const name in fields) {
    const read = readers.get(name);
    if (read === undefined) continue;
    const value = fields[name];
    const readable = read(value);
    if (readable !== value) fields[name] = readable;
  }
  return fields;
}

/** What Convert Assist says when its answers are ready. */
export const readConvertAssist = members({
  person_resource_id: text,
  last_interaction_resource_id: text,
  last_interaction_type: text,
  answers: list(object({ answer_key: text, answer_text: text })),
  timestamp: text,
});

export type ConvertAssistFields = ReturnType<typeof readConvertAssist>;

/** What little Voice Assist says when it picks up. */
export const readVoiceAssist = members({
  call_id: text,
  person_id: text,
  tracking_number: text,
  timestamp: text,
});

export type VoiceAssistFields = ReturnType<typeof readVoiceAssist>;
