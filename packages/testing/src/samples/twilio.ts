import { hexDigits, sampleContext, type SampleContext, type SampleOptions, type SampleRequest } from "../sample.ts";

type Fields = { readonly [name: string]: string };

const form = (name: string, fields: Fields, mapped = true): SampleRequest => ({
  provider: "twilio",
  name,
  path: "twilio",
  method: "POST",
  query: "",
  contentType: "application/x-www-form-urlencoded; charset=UTF-8",
  body: new URLSearchParams(fields).toString(),
  mapped,
});

const json = (name: string, value: unknown, mapped = true): SampleRequest => ({
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
const rfc2822 = (ms: number): string => new Date(ms).toUTCString().replace("GMT", "+0000");

const account = (context: SampleContext): Fields => ({
  AccountSid: `AC${hexDigits("5a3c", 32)}`,
  ApiVersion: "2010-04-01",
  CallSid: context.callSid,
});

/** The fields of every call request, with the geographic guesses that may be empty. */
const call = (context: SampleContext, callStatus: string): Fields => ({
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

const progress = (
  context: SampleContext,
  callStatus: string,
  sequence: number,
  afterMs: number,
  extra: Fields = {},
): SampleRequest =>
  form(`status.${callStatus}`, {
    ...call(context, callStatus),
    CallbackSource: "call-progress-events",
    SequenceNumber: String(sequence),
    Timestamp: rfc2822(context.startMs + afterMs),
    ...extra,
  });

const recording = (context: SampleContext): SampleRequest => {
  const sid = `RE${hexDigits(context.key, 32)}`;
  const { AccountSid = "" } = account(context);
  return form("recording.completed", {
    AccountSid,
    CallSid: context.callSid,
    RecordingSid: sid,
    RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${AccountSid}/Recordings/${sid}`,
    RecordingStatus: "completed",
    RecordingDuration: "58",
    RecordingChannels: "2",
    RecordingStartTime: rfc2822(context.startMs + 4_000),
    RecordingSource: "StartCallRecordingAPI",
    RecordingTrack: "both",
    ErrorCode: "0",
  });
};

/** One answered and recorded call, in the order in which Twilio tells of it. */
export function twilioLife(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    progress(context, "initiated", 0, 0),
    progress(context, "ringing", 1, 1_000),
    progress(context, "in-progress", 2, 4_000),
    form("amd", { ...account(context), AnsweredBy: "human", MachineDetectionDuration: "2730" }),
    progress(context, "completed", 3, 65_000, { CallDuration: "61", Duration: "2", SipResponseCode: "200" }),
    recording(context),
  ];
}

/** Every kind of request that Twilio is known to send to a voice webhook. */
export function twilioSamples(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  const inbound = (callStatus: string): Fields => call(context, callStatus);
  const transcriptionSid = `GT${hexDigits(context.key, 32)}`;
  return [
    ...twilioLife(options),
    progress(context, "busy", 3, 9_000, { CallDuration: "0", SipResponseCode: "486" }),
    progress(context, "no-answer", 3, 31_000, { CallDuration: "0", SipResponseCode: "487" }),
    progress(context, "failed", 3, 2_000, { CallDuration: "0", ErrorCode: "32009", ErrorMessage: "Not registered" }),
    progress(context, "canceled", 3, 3_000, { CallDuration: "0" }),
    form("status.completed from a number", { ...inbound("completed"), CallDuration: "61", Duration: "2" }),
    {
      ...form("status.completed by GET", {}),
      method: "GET",
      contentType: null,
      body: "",
      query: new URLSearchParams({ ...inbound("completed"), CallDuration: "61", Duration: "2" }).toString(),
    },
    form("voice.ringing", { ...inbound("ringing"), CallerName: "ANA NUÑEZ", StirVerstat: "TN-Validation-Passed-A" }),
    form("voice.in-progress", { ...inbound("in-progress"), AnsweredBy: "machine_start" }),
    form("dial.in-progress", {
      ...inbound("in-progress"),
      DialCallStatus: "no-answer",
      DialCallSid: `CA${hexDigits(`${context.key}d`, 32)}`,
      DialBridged: "false",
    }),
    form("gather.in-progress", { ...inbound("in-progress"), Digits: "1" }),
    form("record.in-progress", {
      ...inbound("in-progress"),
      RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE${hexDigits(context.key, 32)}`,
      RecordingSid: `RE${hexDigits(context.key, 32)}`,
      RecordingDuration: "12",
    }),
    form("transcription", {
      ...inbound("completed"),
      TranscriptionSid: `TR${hexDigits(context.key, 32)}`,
      TranscriptionStatus: "completed",
      TranscriptionText: "Please call me back.",
      TranscriptionType: "fast",
    }),
    form(
      "realtime-transcription",
      {
        ...account(context),
        TranscriptionSid: transcriptionSid,
        TranscriptionEvent: "transcription-content",
        Timestamp: new Date(context.startMs + 9_000).toISOString(),
        SequenceId: "2",
        Track: "inbound_track",
        TranscriptionData: JSON.stringify({ transcript: "hello", confidence: 0.99 }),
        Final: "true",
      },
      false,
    ),
    json(
      "intelligence-transcript",
      {
        account_sid: `AC${hexDigits("5a3c", 32)}`,
        service_sid: `GA${hexDigits("7", 32)}`,
        transcript_sid: transcriptionSid,
        customer_key: context.callSid,
        event_type: "voice_intelligence_transcript_available",
      },
      false,
    ),
    json(
      "intelligence-result",
      {
        accountId: `AC${hexDigits("5a3c", 32)}`,
        conversationId: `conv_conversation_${context.key}`,
        intelligenceConfiguration: { id: "intelligence_configuration_1", displayName: "Support", version: 1 },
        operatorResults: [
          { id: "result_1", outputFormat: "TEXT", result: "A question about billing", referenceIds: [] },
        ],
      },
      false,
    ),
    json("event-streams", [
      {
        specversion: "1.0",
        id: `EZ${hexDigits(context.key, 32)}`,
        type: "com.twilio.voice.status-callback.call.answered",
        source: "/2010-04-01/Accounts/AC0/Calls/CA0.json",
        time: new Date(context.startMs + 4_000).toISOString(),
        datacontenttype: "application/json",
        data: {
          sid: context.callSid,
          eventSid: `VW${hexDigits(context.key, 32)}`,
          request: {
            method: "POST",
            url: "https://app.example.com/api/webhooks/twilio",
            parameters: {
              ...inbound("in-progress"),
              CallbackSource: "call-progress-events",
              SequenceNumber: "2",
              Timestamp: rfc2822(context.startMs + 4_000),
            },
          },
        },
      },
    ]),
    form("unknown", { ...account(context), SomethingNew: "1" }, false),
  ];
}
