/** The pieces that Twilio's requests are made of. */

import { hexDigits, type SampleContext, type SampleRequest } from "../sample.ts";

export type Fields = { readonly [name: string]: string };

export const form = (name: string, fields: Fields, mapped = true): SampleRequest => ({
  provider: "twilio",
  name,
  path: "twilio",
  method: "POST",
  query: "",
  contentType: "application/x-www-form-urlencoded; charset=UTF-8",
  body: new URLSearchParams(fields).toString(),
  mapped,
});

export const json = (name: string, value: unknown, mapped = true): SampleRequest => ({
  provider: "twilio",
  name,
  path: "twilio",
  method: "POST",
  query: "",
  contentType: "application/json",
  body: JSON.stringify(value),
  mapped,
});

/** RFC 2822 in UTC, as Twilio's callbacks write times. */
export const rfc2822 = (ms: number): string => new Date(ms).toUTCString().replace("GMT", "+0000");

export const accountSid = `AC${hexDigits("5a3c", 32)}`;
export const transcriptSid = (context: SampleContext): string => `GT${hexDigits(context.key, 32)}`;

export const account = (context: SampleContext): Fields => ({
  AccountSid: accountSid,
  ApiVersion: "2010-04-01",
  CallSid: context.callSid,
});

/** The fields of every call request, with the geographic guesses that may be empty. */
export const call = (context: SampleContext, callStatus: string): Fields => ({
  ...account(context),
  CallStatus: callStatus,
  Called: context.to,
  CalledCity: "",
  CalledCountry: "US",
  CalledState: "CA",
  CalledZip: "",
  Caller: context.from,
  CallerCity: "SAN FRANCISCO",
  CallerCountry: "US",
  CallerState: "CA",
  CallerZip: "94105",
  Direction: "inbound",
  From: context.from,
  FromCity: "SAN FRANCISCO",
  FromCountry: "US",
  FromState: "CA",
  FromZip: "94105",
  To: context.to,
  ToCity: "",
  ToCountry: "US",
  ToState: "CA",
  ToZip: "",
});

export const progress = (
  context: SampleContext,
  callStatus: string,
  sequence: number,
  afterMs: number,
  extra: Fields = {},
  mapped = true,
): SampleRequest =>
  form(
    `status.${callStatus}`,
    {
      ...call(context, callStatus),
      CallbackSource: "call-progress-events",
      SequenceNumber: String(sequence),
      Timestamp: rfc2822(context.startMs + afterMs),
      ...extra,
    },
    mapped,
  );

/** When what happens in the life of a call. Milliseconds after it is dialled. */
export const moments = { answered: 4_000, ended: 65_000 } as const;

/** What is said at the end of a call that was answered. */
export const endedFields = { CallDuration: "61", Duration: "2", SipResponseCode: "200" } as const satisfies Fields;

export const humanFields = { AnsweredBy: "human", MachineDetectionDuration: "2730" } as const satisfies Fields;

export const recordingSid = ({ key }: SampleContext): string => `RE${hexDigits(key, 32)}`;

export function recordingFields(context: SampleContext): Fields {
  const sid = recordingSid(context);
  const url = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
  return { RecordingSid: sid, RecordingUrl: url };
}

/** What is said of the recording of an answered call. */
export const recordedFields = {
  RecordingStatus: "completed",
  RecordingDuration: "58",
  RecordingChannels: "2",
  RecordingSource: "StartCallRecordingAPI",
  RecordingTrack: "both",
  ErrorCode: "0",
} as const satisfies Fields;

export const recording = (context: SampleContext): SampleRequest =>
  form("recording.completed", {
    AccountSid: accountSid,
    CallSid: context.callSid,
    ...recordingFields(context),
    ...recordedFields,
    RecordingStartTime: rfc2822(context.startMs + moments.answered),
  });

export function cloudEvent(context: SampleContext, type: string, afterMs: number, parameters: Fields): unknown {
  return {
    specversion: "1.0",
    id: `EZ${hexDigits(`${context.key}${afterMs}`, 32)}`,
    type: `com.twilio.voice.${type}`,
    source: `/2010-04-01/Accounts/${accountSid}/Calls/${context.callSid}.json`,
    time: new Date(context.startMs + afterMs).toISOString(),
    datacontenttype: "application/json",
    data: {
      sid: context.callSid,
      eventSid: `VW${hexDigits(`${context.key}${afterMs}`, 32)}`,
      requestDateCreated: rfc2822(context.startMs + afterMs),
      timestamp: new Date(context.startMs + afterMs).toISOString(),
      request: { method: "POST", url: "https://app.example.com/api/webhooks/twilio", parameters },
      response: { responseCode: 204, requestDuration: 41, contentType: null, responseBody: "" },
    },
  };
}
