import * as z from "zod/mini";

// A member of the wrong type counts as missing: only what names a record can cost the record.
const lenient = <Schema extends z.ZodMiniType>(schema: Schema) =>
  // oxlint-disable-next-line promise/valid-params -- zod's catch, not a promise's
  z.catch(z.nullish(schema), null);
const text = lenient(z.string());
const number = lenient(z.number());
const sid = z.string().check(z.refine((value) => /^[A-Z]{2}\w{1,62}$/.test(value)));

// https://www.twilio.com/docs/voice/api/call-resource#call-properties
const callSchema = z.object({
  sid,
  account_sid: text,
  parent_call_sid: text,
  /** E.164, `client:name`, `name@host` or `sim:SID`. */
  from: text,
  to: text,
  caller_name: text,
  forwarded_from: text,
  status: text,
  direction: text,
  /** RFC 2822, as are all times. What there is none of may be null or empty. */
  date_created: text,
  start_time: text,
  end_time: text,
  /** Seconds, as text. */
  duration: text,
  /** Negative; null until it is rated. */
  price: text,
  price_unit: text,
  answered_by: text,
});

// https://www.twilio.com/docs/voice/api/recording#recording-properties
const recordingSchema = z.object({
  sid,
  /** The leg that was recorded; of a `<Dial>` the parent. */
  call_sid: text,
  status: text,
  source: text,
  channels: number,
  /** Seconds, as text. */
  duration: text,
  date_created: text,
  start_time: text,
  /** Of the account's own bucket, where recordings are stored outside of Twilio. */
  media_url: text,
  /** Only the account's own key can decrypt it. https://www.twilio.com/docs/voice/tutorials/voice-recording-encryption */
  encryption_details: lenient(z.object({ encryption_public_key_sid: text, encryption_cek: text, encryption_iv: text })),
});

// https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
const phoneNumberSchema = z.object({
  sid,
  phone_number: text,
  capabilities: lenient(z.object({ voice: lenient(z.boolean()) })),
  status_callback: text,
  status_callback_method: text,
  voice_application_sid: text,
  trunk_sid: text,
});

// https://www.twilio.com/docs/usage/api/applications
const applicationSchema = z.object({
  sid,
  friendly_name: text,
  status_callback: text,
  status_callback_method: text,
});

// An account's record holds its auth token as well, which goes no further than here.
const accountSchema = z.object({ sid, friendly_name: text });

/** A call as Twilio's API has it. */
export type TwilioCall = z.infer<typeof callSchema>;
export type TwilioRecording = z.infer<typeof recordingSchema>;
export type TwilioPhoneNumber = z.infer<typeof phoneNumberSchema>;
export type TwilioAccount = z.infer<typeof accountSchema>;

/** Undefined for what is not such a record. */
function reader<Schema extends z.ZodMiniType>(schema: Schema): (json: unknown) => z.infer<Schema> | undefined {
  return (json) => {
    const parsed = schema.safeParse(json);
    return parsed.success ? parsed.data : undefined;
  };
}

export const readCall = reader(callSchema);
export const readRecording = reader(recordingSchema);
export const readPhoneNumber = reader(phoneNumberSchema);
export const readApplication = reader(applicationSchema);
export const readAccount = reader(accountSchema);
