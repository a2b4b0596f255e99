import { payloadReaders } from "@offhook/core";

/** What Twilio left out, or wrote in another type than documented, is null or missing. Texts may be empty as well. @inline */
type Lenient<Members> = { readonly [Name in keyof Members]?: Members[Name] | null | undefined };

/** A call as Twilio's API has it. https://www.twilio.com/docs/voice/api/call-resource#call-properties */
export interface TwilioCall extends Lenient<{
  account_sid: string;
  /** Of the leg that this one was dialled from. */
  parent_call_sid: string;
  /** E.164, `client:name`, `name@host` or `sim:SID`. */
  from: string;
  to: string;
  caller_name: string;
  forwarded_from: string;
  /** `queued`, `ringing`, `in-progress`, `completed`, `busy`, `failed`, `no-answer` or `canceled`. */
  status: string;
  /** From Twilio's side: `inbound`, `outbound-api`, `outbound-dial` and others. */
  direction: string;
  /** RFC 2822, as are all times. */
  date_created: string;
  start_time: string;
  end_time: string;
  /** Seconds, as text. */
  duration: string;
  /** Negative, as text; null until it is rated. */
  price: string;
  /** ISO 4217, such as `USD`. */
  price_unit: string;
  /** What machine detection found. */
  answered_by: string;
}> {
  /** `CA…` */
  readonly sid: string;
}

/** https://www.twilio.com/docs/voice/api/recording#recording-properties */
export interface TwilioRecording extends Lenient<{
  /** The leg that was recorded; of a `<Dial>` the parent. */
  call_sid: string;
  /** `in-progress`, `paused`, `stopped`, `processing`, `completed`, `absent` or `deleted`. */
  status: string;
  /** What started it: `DialVerb`, `RecordVerb`, `StartCallRecordingAPI` and others. */
  source: string;
  /** 1 or 2; zero while it is not known. */
  channels: number;
  /** Seconds, as text. */
  duration: string;
  /** RFC 2822. */
  date_created: string;
  start_time: string;
  /** Of the account's own bucket, where recordings are stored outside of Twilio. */
  media_url: string;
  /** Only the account's own key can decrypt it. https://www.twilio.com/docs/voice/tutorials/voice-recording-encryption */
  encryption_details: Lenient<{
    encryption_public_key_sid: string;
    /** The key of the recording, encrypted with the account's; base64, as is the next. */
    encryption_cek: string;
    encryption_iv: string;
  }>;
}> {
  /** `RE…` */
  readonly sid: string;
}

/** A number of the account. https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource */
export interface TwilioPhoneNumber extends Lenient<{
  /** E.164. */
  phone_number: string;
  capabilities: Lenient<{ voice: boolean }>;
  /** Where its status callbacks go, unless an application or a trunk takes its place. */
  status_callback: string;
  /** `GET` or `POST`. */
  status_callback_method: string;
  voice_application_sid: string;
  trunk_sid: string;
}> {
  /** `PN…` */
  readonly sid: string;
}

/** Whose the credentials are. */
export interface TwilioAccount extends Lenient<{ friendly_name: string }> {
  /** `AC…` */
  readonly sid: string;
}

/** https://www.twilio.com/docs/usage/api/applications */
interface TwilioApplication extends Lenient<{
  friendly_name: string;
  status_callback: string;
  status_callback_method: string;
}> {
  readonly sid: string;
}

type Read<Item> = (json: unknown) => Item | undefined;

// A member of the wrong type counts as missing: only what names a record can cost the record.
const { text, number, flag, object, identified } = payloadReaders(null);
const isSid = (sid: string): boolean => /^[A-Z]{2}\w{1,62}$/.test(sid);

export const readCall: Read<TwilioCall> = identified("sid", isSid, {
  account_sid: text,
  parent_call_sid: text,
  from: text,
  to: text,
  caller_name: text,
  forwarded_from: text,
  status: text,
  direction: text,
  date_created: text,
  start_time: text,
  end_time: text,
  duration: text,
  price: text,
  price_unit: text,
  answered_by: text,
});

export const readRecording: Read<TwilioRecording> = identified("sid", isSid, {
  call_sid: text,
  status: text,
  source: text,
  channels: number,
  duration: text,
  date_created: text,
  start_time: text,
  media_url: text,
  encryption_details: object({ encryption_public_key_sid: text, encryption_cek: text, encryption_iv: text }),
});

export const readPhoneNumber: Read<TwilioPhoneNumber> = identified("sid", isSid, {
  phone_number: text,
  capabilities: object({ voice: flag }),
  status_callback: text,
  status_callback_method: text,
  voice_application_sid: text,
  trunk_sid: text,
});

export const readApplication: Read<TwilioApplication> = identified("sid", isSid, {
  friendly_name: text,
  status_callback: text,
  status_callback_method: text,
});

// An account's record holds its auth token as well, which goes no further than here.
export const readAccount: Read<TwilioAccount> = identified("sid", isSid, { friendly_name: text });
