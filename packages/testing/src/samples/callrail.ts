import { hexDigits, sampleContext, type SampleOptions, type SampleRequest } from "../sample.ts";
import {
  analyzed,
  callId,
  convertAssist,
  display,
  ended,
  legacyForm,
  legacyQuery,
  personId,
  preCall,
  routed,
  stamp,
  submission,
  tagged,
  text,
} from "./callrail-payloads.ts";

const request = (name: string, path: string, contentType: string, body: string, mapped = true): SampleRequest => ({
  provider: "callrail",
  name,
  path,
  method: "POST",
  query: "",
  contentType,
  body,
  mapped,
});

const json = (name: string, path: string, value: unknown, mapped = true): SampleRequest =>
  request(name, path, "application/json", JSON.stringify(value), mapped);

const form = (name: string, path: string, fields: { readonly [name: string]: string }, mapped = true): SampleRequest =>
  request(name, path, "application/x-www-form-urlencoded", new URLSearchParams(fields).toString(), mapped);

/** One answered call that was recorded, tagged and analyzed, in the order in which CallRail tells of it. */
export function callrailLife(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    json("pre-call", "callrail/pre-call", preCall(context)),
    json("routing-complete", "callrail/routing-complete", routed(context)),
    json("post-call", "callrail/post-call", ended(context)),
    json("call-modified.tags", "callrail/call-modified", tagged(context)),
    json("call-modified.transcript", "callrail/call-modified", analyzed(context)),
    json("convert-assist", "callrail/convert-assist", convertAssist(context)),
  ];
}

/** Every kind and shape of request that CallRail is known to send. */
export function callrailSamples(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  const unanswered = {
    answered: false,
    call_type: "missed",
    duration: "24",
    business_phone_number: "",
    recording: null,
  };
  const { resource_id: _resource, ...older } = ended(context);
  const outbound = { ...ended(context), direction: "outbound", call_type: "outbound" };
  return [
    ...callrailLife(options),
    json("routing-complete, not answered yet", "callrail/routing-complete", { ...routed(context), answered: false }),
    json("post-call.missed", "callrail/post-call", { ...ended(context), ...unanswered }),
    json("post-call.missed at once", "callrail/post-call", preCall(context)),
    json("post-call.voicemail", "callrail/post-call", {
      ...ended(context),
      ...unanswered,
      call_type: "voicemail",
      voicemail: true,
    }),
    json("post-call.voicemail_transcription", "callrail/post-call", {
      ...ended(context),
      ...unanswered,
      call_type: "voicemail_transcription",
      voicemail: true,
      transcription: "Please call me back.",
    }),
    json("post-call.abandoned", "callrail/post-call", { ...ended(context), ...unanswered, call_type: "abandoned" }),
    json("post-call.abandonded", "callrail/post-call", { ...ended(context), ...unanswered, call_type: "abandonded" }),
    json("post-call in the API's types", "callrail/post-call", {
      ...ended(context),
      id: callId(context),
      resource_id: undefined,
      duration: 61,
      recording_duration: "58",
      recording: `https://api.callrail.com/v3/a/1/calls/${callId(context)}/recording.json`,
      transcription: null,
      call_summary: ["A blocked drain.", "An appointment was made."],
      custom: { visitor: "7f9619ff" },
    }),
    json("post-call without resource_id", "callrail/post-call", older),
    json("post-call taken by the voice agent", "callrail/post-call", {
      ...ended(context),
      voice_assist_message: {
        contents: { "What do you need?": "A plumber" },
        overrides: null,
        recorded_at: stamp(context.startMs + 50_000),
        urgency: "high",
      },
    }),
    { ...json("post-call with the older query", "callrail/post-call", ended(context)), query: legacyQuery(context) },
    form("post-call as a form", "callrail/post-call", legacyForm(context)),
    request(
      "post-call, indented, after a byte order mark",
      "callrail/post-call",
      "application/json; charset=utf-8",
      `\ufeff${JSON.stringify(ended(context), null, 2)}\n`,
    ),
    request(
      "post-call as JSON that is called a form",
      "callrail/post-call",
      "application/x-www-form-urlencoded",
      JSON.stringify(ended(context)),
    ),
    json("call-modified, marked as spam", "callrail/call-modified", { ...ended(context), changes: [] }),
    json("outbound-post-call", "callrail/outbound-post-call", outbound),
    json("outbound-post-call, still running", "callrail/outbound-post-call", {
      ...outbound,
      answered: null,
      duration: null,
      recording: null,
    }),
    json("outbound-call-modified", "callrail/outbound-call-modified", { ...outbound, note: "Called back." }),

    json("any address: pre-call", "callrail", preCall(context)),
    json("any address: routing-complete", "callrail", routed(context)),
    json("any address: post-call", "callrail", ended(context)),
    json("any address: call-modified", "callrail", tagged(context)),
    json("any address: outbound", "callrail", outbound),
    form("any address: post-call as a form", "callrail", legacyForm(context)),
    json("any address: text received", "callrail", text(context), false),
    json("any address: text sent", "callrail", text(context, { agent: "dispatch@example.com" }), false),
    json("any address: form-submission", "callrail", submission(context), false),
    json("any address: convert-assist", "callrail", convertAssist(context)),
    json(
      "any address: a new kind",
      "callrail",
      { id: 1, resource_id: `NEW${hexDigits(context.key, 32)}`, direction: "up" },
      false,
    ),

    json("text-received", "callrail/text-received", text(context), false),
    form(
      "text-received as a form",
      "callrail/text-received",
      { resource_id: `SCI${hexDigits(context.key, 32)}`, source_number: display(context.from), content: "Hello" },
      false,
    ),
    json(
      "text-sent",
      "callrail/text-sent",
      text(context, { message_type: "mms", media_urls: ["https://app.callrail.com/media/1"] }),
      false,
    ),
    json("form-submission", "callrail/form-submission", submission(context), false),
    json(
      "convert-assist after a text",
      "callrail/convert-assist",
      convertAssist(context, {
        last_interaction_type: "Text Message",
        last_interaction_resource_id: `SCI${hexDigits(context.key, 32)}`,
      }),
      false,
    ),
    json("voice-assist", "callrail/voice-assist", {
      call_id: callId(context),
      person_id: personId(context),
      tracking_number: context.to,
      timestamp: stamp(context.startMs + 4_000),
    }),
  ];
}
