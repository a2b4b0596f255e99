import { hexDigits, sampleContext, type SampleContext, type SampleOptions, type SampleRequest } from "../sample.ts";
import {
  account,
  accountSid,
  call,
  cloudEvent,
  endedFields,
  form,
  humanFields,
  json,
  moments,
  progress,
  recording,
  recordingFields,
  rfc2822,
  transcriptSid,
  type Fields,
} from "./twilio-requests.ts";

/** One answered and recorded call, in the order in which Twilio tells of it. */
export function twilioLife(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    progress(context, "initiated", 0, 0),
    progress(context, "ringing", 1, 1_000),
    progress(context, "in-progress", 2, moments.answered),
    form("amd.human", { ...account(context), ...humanFields }),
    progress(context, "completed", 3, moments.ended, endedFields),
    recording(context),
  ];
}

/** Every kind of request that Twilio is known to send to a voice webhook, and the odd shapes it sends them in. */
export function twilioSamples(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    ...twilioLife(options),
    ...statusSamples(context),
    ...webhookSamples(context),
    ...recordingSamples(context),
    ...transcriptionSamples(context),
    ...jsonSamples(context),
    form("amd.machine_end_beep", {
      ...account(context),
      AnsweredBy: "machine_end_beep",
      MachineDetectionDuration: "4590",
    }),
    form("unknown", { ...account(context), SomethingNew: "1" }, false),
    form("unknown without a call", { AccountSid: accountSid, CallStatus: "completed", CallSid: "" }, false),
  ];
}

function statusSamples(context: SampleContext): SampleRequest[] {
  const ended = { ...call(context, "completed"), CallDuration: "61", Duration: "2" };
  const childSid = `CA${hexDigits(`${context.key}d`, 32)}`;
  return [
    progress(context, "busy", 3, 9_000, { CallDuration: "0", SipResponseCode: "486" }),
    progress(context, "no-answer", 3, 31_000, { CallDuration: "0", SipResponseCode: "487" }),
    progress(context, "failed", 3, 2_000, { CallDuration: "0", ErrorCode: "32009", ErrorMessage: "Not registered" }),
    progress(context, "canceled", 3, 3_000, { CallDuration: "0" }),
    progress(context, "a status of the future", 3, 3_000, {}, false),
    progress(context, "completed", 3, 65_000, { CallDuration: "", Duration: "", RecordingUrl: "" }),
    {
      ...progress(context, "no-answer", 3, 20_000, {
        CallSid: childSid,
        ParentCallSid: context.callSid,
        Direction: "outbound-dial",
        CallDuration: "0",
      }),
      name: "status.no-answer of a dialled leg",
    },
    form("status.completed from a number", ended),
    form("status.completed with four fields", {
      CallSid: context.callSid,
      CallStatus: "completed",
      To: context.to,
      CallDuration: "61",
    }),
    {
      ...form("status.completed by GET", {}),
      method: "GET",
      contentType: null,
      body: "",
      query: new URLSearchParams(ended).toString(),
    },
    { ...form("status.completed with a query of the app's own", ended), query: "tenant=acme&note=it's%20here" },
    {
      ...form("status.completed with a repeated field and fields without a value", {}),
      body: `${new URLSearchParams(ended).toString()}&Extra=b&Extra=a&Extra=b&__proto__=x&=nameless&bare`,
    },
  ];
}

/** Requests for TwiML. */
function webhookSamples(context: SampleContext): SampleRequest[] {
  const ringing = call(context, "ringing");
  const running = call(context, "in-progress");
  return [
    form("voice.ringing", {
      ...ringing,
      CallerName: "ANA NUÑEZ",
      StirVerstat: "TN-Validation-Passed-A",
      CallToken: JSON.stringify({ parentCallInfoToken: "x", identityHeaderTokens: [] }),
    }),
    form("voice.ringing from a withheld number", {
      ...ringing,
      From: "+266696687",
      Caller: "+266696687",
      FromCity: "",
      FromState: "",
      FromCountry: "",
      FromZip: "",
    }),
    form("voice.ringing from a browser", { ...ringing, From: "client:ana", Caller: "client:ana" }),
    form("voice.in-progress", { ...running, AnsweredBy: "machine_start" }),
    form("dial.no-answer", {
      ...running,
      DialCallStatus: "no-answer",
      DialCallSid: `CA${hexDigits(`${context.key}d`, 32)}`,
      DialBridged: "false",
    }),
    form("dial.completed", { ...running, DialCallStatus: "completed", DialCallDuration: "52", DialBridged: "true" }),
    form("dial.answered after a conference", { ...running, DialCallStatus: "answered" }),
    form("gather.in-progress", { ...running, Digits: "1" }),
    form("gather.in-progress by speech", { ...running, SpeechResult: "Sales, please.", Confidence: "0.91" }),
    form("record.in-progress", {
      ...running,
      ...recordingFields(context),
      RecordingDuration: "12",
      Digits: "#",
    }),
    form("record.completed", {
      ...call(context, "completed"),
      ...recordingFields(context),
      RecordingDuration: "12",
      Digits: "hangup",
    }),
  ];
}

function recordingSamples(context: SampleContext): SampleRequest[] {
  const base = { AccountSid: accountSid, CallSid: context.callSid, ...recordingFields(context) };
  return [
    form("recording.in-progress", { ...base, RecordingStatus: "in-progress" }),
    form("recording.absent", { ...base, RecordingStatus: "absent", RecordingUrl: "", ErrorCode: "16101" }),
    form("recording.failed", { ...base, RecordingStatus: "failed" }),
    form("recording.completed as voicemail", {
      ...base,
      RecordingStatus: "completed",
      RecordingDuration: "12",
      RecordingSource: "RecordVerb",
    }),
  ];
}

function transcriptionSamples(context: SampleContext): SampleRequest[] {
  const legacy = {
    ...call(context, "completed"),
    TranscriptionSid: `TR${hexDigits(context.key, 32)}`,
    TranscriptionType: "fast",
  };
  const realtime = (event: string, sequence: number, extra: Fields): SampleRequest =>
    form(
      `realtime-transcription.${event}`,
      {
        AccountSid: accountSid,
        CallSid: context.callSid,
        TranscriptionSid: transcriptSid(context),
        TranscriptionEvent: event,
        Timestamp: new Date(context.startMs + 9_000).toISOString(),
        SequenceId: String(sequence),
        ...extra,
      },
      false,
    );
  return [
    form("transcription.completed", {
      ...legacy,
      TranscriptionStatus: "completed",
      TranscriptionText: "Please call me back.",
    }),
    form("transcription.failed", { ...legacy, TranscriptionStatus: "failed", TranscriptionText: "" }),
    realtime("transcription-started", 1, { LanguageCode: "en-US", PartialResults: "false" }),
    realtime("transcription-content", 2, {
      Track: "inbound_track",
      TranscriptionData: JSON.stringify({ transcript: "hello", confidence: 0.99 }),
      Final: "true",
    }),
    realtime("transcription-stopped", 3, {}),
    realtime("transcription-error", 3, { TranscriptionErrorCode: "32655", TranscriptionError: "Provider unavailable" }),
  ];
}

function jsonSamples(context: SampleContext): SampleRequest[] {
  return [
    json(
      "intelligence-transcript",
      {
        account_sid: accountSid,
        service_sid: `GA${hexDigits("7", 32)}`,
        transcript_sid: transcriptSid(context),
        customer_key: context.callSid,
        event_type: "voice_intelligence_transcript_available",
      },
      false,
    ),
    json(
      "intelligence-result",
      {
        accountId: accountSid,
        conversationId: `conv_conversation_${context.key}`,
        intelligenceConfiguration: { id: "intelligence_configuration_1", displayName: "Support", version: 1 },
        operatorResults: [
          { id: "result_1", outputFormat: "TEXT", result: "A question about billing", referenceIds: [] },
        ],
      },
      false,
    ),
    json("event-streams", [
      cloudEvent(context, "status-callback.call.answered", 4_000, {
        ...call(context, "in-progress"),
        CallbackSource: "call-progress-events",
        SequenceNumber: "2",
        Timestamp: rfc2822(context.startMs + 4_000),
      }),
      cloudEvent(context, "status-callback.amd.detected", 6_000, {
        ...account(context),
        ...humanFields,
      }),
      { specversion: "1.0", type: "com.twilio.voice.something.new", id: "EZ1", data: null },
    ]),
    json(
      "event-streams of another product",
      [{ specversion: "1.0", type: "com.twilio.messaging.x", id: "EZ2" }],
      false,
    ),
    json("an object of the future", { something: "new" }, false),
  ];
}
