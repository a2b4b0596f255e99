import * as z from "zod/mini";

/** A member of an unexpected type says nothing and never costs the rest of the payload. */
function lenient<Schema extends z.ZodMiniType>(schema: Schema) {
  // oxlint-disable-next-line promise/valid-params -- zod's catch, not a promise's
  return z.catch(z.optional(z.nullable(schema)), undefined);
}

const textSchema = lenient(z.string());
const textOrNumberSchema = lenient(z.union([z.string(), z.number()]));

/**
 * Reads one member; undefined where its type is unexpected. A schema of all members of a call would cost twice what
 * parsing its JSON does, nearly always to find nothing wrong.
 */
type Reader<Value> = (value: unknown) => Value | null | undefined;

const text: Reader<string> = (value) => (typeof value === "string" || value === null ? value : undefined);
// JSON writes numbers of any size; those too large are parsed as infinite.
const textOrNumber: Reader<string | number> = (value) =>
  typeof value === "number" && Number.isFinite(value) ? value : text(value);
const flag: Reader<boolean | string> = (value) => (typeof value === "boolean" ? value : text(value));
const listOrText: Reader<unknown[] | string> = (value) => (Array.isArray(value) ? value : text(value));

/** A list or an object. CallRail mostly writes `""` in its place. */
function nested<Schema extends z.ZodMiniType>(schema: Schema): Reader<z.infer<Schema>> {
  const readable = lenient(schema);
  return (value) => (typeof value === "object" ? readable.parse(value) : undefined);
}

const object = z.record(z.string(), z.unknown());
const turn = z.object({ speaker: textSchema, phrase: textSchema, start: textOrNumberSchema });

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
  conversational_transcript: nested(z.array(lenient(turn))),
  call_summary: listOrText,
  sentiment: text,
  lead_score: text,
  lead_explanation: text,
  voice_assist_message: nested(z.object({ contents: lenient(object) })),

  tags: listOrText,
  note: text,
  value: textOrNumber,
  lead_status: text,
  custom: nested(object),
};

export type CallFields = {
  readonly [Name in keyof typeof callReaders]?: ReturnType<(typeof callReaders)[Name]>;
};

const readers: ReadonlyMap<string, Reader<unknown>> = new Map(Object.entries(callReaders));

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
export const convertAssistSchema = z.object({
  person_resource_id: textSchema,
  last_interaction_resource_id: textSchema,
  last_interaction_type: textSchema,
  answers: lenient(z.array(lenient(z.object({ answer_key: textSchema, answer_text: textSchema })))),
  timestamp: textSchema,
});

export type ConvertAssistFields = z.infer<typeof convertAssistSchema>;

/** What little Voice Assist says when it picks up. */
export const voiceAssistSchema = z.object({
  call_id: textSchema,
  person_id: textSchema,
  tracking_number: textSchema,
  timestamp: textSchema,
});

export type VoiceAssistFields = z.infer<typeof voiceAssistSchema>;
