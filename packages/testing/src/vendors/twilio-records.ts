import type { SampleContext } from "../sample.ts";
import {
  call as callFields,
  endedFields,
  humanFields,
  moments,
  recordedFields,
  recordingSid,
  rfc2822,
} from "../samples/twilio-requests.ts";
import type { Members } from "./request-body.ts";

/** Records as Twilio's API writes them. What callbacks say is taken from them. */

/** https://www.twilio.com/docs/voice/api/call-resource#call-properties */
export function callRecord(accountSid: string, context: SampleContext): Members {
  const { CallSid: sid, From: from, To: to, Direction: direction } = callFields(context, "completed");
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    parent_call_sid: null,
    from,
    from_formatted: formatted(from),
    to,
    to_formatted: formatted(to),
    forwarded_from: null,
    caller_name: null,
    phone_number_sid: numberSid,
    group_sid: null,
    trunk_sid: null,
    status: "completed",
    direction,
    date_created: rfc2822(context.startMs),
    date_updated: rfc2822(context.startMs + moments.ended + 2_000),
    // The answer, not the dialling: to the end it is as long as the duration.
    start_time: rfc2822(context.startMs + moments.answered),
    end_time: rfc2822(context.startMs + moments.ended),
    duration: endedFields.CallDuration,
    queue_time: "0",
    price: "-0.0170",
    price_unit: "USD",
    answered_by: humanFields.AnsweredBy,
    annotation: null,
    api_version: "2010-04-01",
    uri: `${uri}.json`,
    subresource_uris: { events: `${uri}/Events.json`, recordings: `${uri}/Recordings.json` },
  };
}

/** https://www.twilio.com/docs/voice/api/recording#recording-properties */
export function recordingRecord(accountSid: string, context: SampleContext): Members {
  const sid = recordingSid(context);
  const uri = `/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
  const startedAt = rfc2822(context.startMs + moments.answered);
  return {
    sid,
    account_sid: accountSid,
    call_sid: context.callSid,
    conference_sid: null,
    status: recordedFields.RecordingStatus,
    source: recordedFields.RecordingSource,
    track: recordedFields.RecordingTrack,
    channels: Number(recordedFields.RecordingChannels),
    duration: recordedFields.RecordingDuration,
    date_created: startedAt,
    date_updated: rfc2822(context.startMs + moments.ended + 2_000),
    start_time: startedAt,
    price: "-0.00250",
    price_unit: "USD",
    error_code: null,
    encryption_details: null,
    api_version: "2010-04-01",
    // Without TLS, which callbacks have. https://www.twilio.com/en-us/changelog
    media_url: `http://api.twilio.com${uri}`,
    uri: `${uri}.json`,
    subresource_uris: { transcriptions: `${uri}/Transcriptions.json` },
  };
}

export const numberSid = `PN${"1".padStart(32, "0")}`;

/** The account's number. https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource */
export const numberRecord = (accountSid: string, phoneNumber: string): Members => ({
  sid: numberSid,
  account_sid: accountSid,
  friendly_name: formatted(phoneNumber),
  phone_number: phoneNumber,
  capabilities: { voice: true, sms: true, mms: true, fax: false },
  status: "in-use",
  status_callback: "",
  status_callback_method: "POST",
  voice_application_sid: null,
  voice_url: "",
  voice_method: "POST",
  trunk_sid: null,
  api_version: "2010-04-01",
  uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${numberSid}.json`,
});

/** https://www.twilio.com/docs/iam/api/account */
export const accountRecord = (accountSid: string, authToken: string): Members => ({
  sid: accountSid,
  owner_account_sid: accountSid,
  friendly_name: "Acme Plumbing",
  auth_token: authToken,
  status: "active",
  type: "Full",
  uri: `/2010-04-01/Accounts/${accountSid}.json`,
});

/** (415) 555-0199 */
const formatted = (number = ""): string => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
