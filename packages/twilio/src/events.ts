import {
  addSeconds,
  createReference,
  isoFromText,
  phoneFromE164,
  type AnsweredBy,
  type CallDirection,
  type CallEventDraft,
  type CallEventType,
  type CallFacts,
  type CallOutcome,
  type CallStatus,
  type InboundQuestion,
  type Recording,
  type RecordingState,
  type Reference,
  type Translation,
  type VendorReply,
} from "@offhook/core";
import type { FormKind, TwilioFields, TwilioPayload } from "./payload.ts";

/** What a request from Twilio means. */
export function toTranslation(payload: TwilioPayload): Translation {
  if (payload.kind === "event-streams") {
    return { kind: payload.kind, events: payload.events.flatMap(({ fields }) => eventsOf("status", fields)) };
  }
  // Intelligence callbacks hold only ids; what they stand for is fetched by the API client.
  if (!("fields" in payload)) return { kind: payload.kind, events: [] };
  const { kind, fields } = payload;
  const translation = {
    kind: fields["CallStatus"] ? `${kind}.${fields["CallStatus"]}` : kind,
    events: eventsOf(kind, fields),
  };
  if (kind === "voice") return { ...translation, question: questionOf(fields) };
  if (kind === "dial" || kind === "gather" || kind === "record") return { ...translation, reply: emptyTwiml };
  return translation;
}

/** Ends the TwiML that asked: valid, says nothing, plays nothing. */
const emptyTwiml: VendorReply = twiml('<?xml version="1.0" encoding="UTF-8"?><Response/>');

function twiml(body: string): VendorReply {
  return { contentType: "text/xml; charset=utf-8", body };
}

function questionOf(fields: TwilioFields): InboundQuestion {
  const sid = fields["CallSid"];
  return {
    from: phoneFromE164(fields["From"]),
    to: phoneFromE164(fields["To"]),
    agentId: null,
    references: sid === undefined || sid === "" ? [] : [leg(sid)],
    reply: (answer) =>
      answer?.reject === true
        ? twiml('<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>')
        : answer?.twiml === undefined
          ? emptyTwiml
          : twiml(answer.twiml),
  };
}

function eventsOf(kind: FormKind, fields: TwilioFields): CallEventDraft[] {
  const sid = fields["CallSid"];
  if (sid === undefined || sid === "") return [];
  const event = eventOf(kind, fields);
  if (event === undefined) return [];
  const { type, occurredAt, facts } = event;
  return [{ type, occurredAt, sequence: integer(fields["SequenceNumber"]), references: [leg(sid)], facts }];
}

type Event = Pick<CallEventDraft, "type" | "occurredAt" | "facts">;

function eventOf(kind: FormKind, fields: TwilioFields): Event | undefined {
  switch (kind) {
    case "status":
    case "voice":
    case "gather":
    case "record":
      return statusEvent(fields);
    case "dial":
      return dialEvent(fields);
    case "amd":
      return amdEvent(fields);
    case "recording":
      return recordingEvent(fields);
    case "transcription":
      return transcriptionEvent(fields);
    case "realtime-transcription":
    case "unknown-form":
      return undefined;
  }
}

// Every CallStatus of a callback. https://www.twilio.com/docs/voice/api/call-resource
const statuses: { readonly [status: string]: readonly [CallStatus, CallEventType] } = {
  queued: ["queued", "call.queued"],
  initiated: ["queued", "call.queued"],
  ringing: ["ringing", "call.ringing"],
  "in-progress": ["in_progress", "call.answered"],
  completed: ["completed", "call.ended"],
  busy: ["busy", "call.ended"],
  "no-answer": ["no_answer", "call.ended"],
  failed: ["failed", "call.ended"],
  canceled: ["canceled", "call.ended"],
};

function statusEvent(fields: TwilioFields): Event | undefined {
  const known = statusOf(fields);
  if (known === undefined) return undefined;
  const [status, type] = known;
  // RFC 2822, UTC.
  const occurredAt = isoFromText(fields["Timestamp"]);
  const facts: CallFacts = { ...partyFacts(fields), status, ...answeredByFacts(fields) };
  if (type !== "call.ended") {
    const moment = type === "call.answered" ? { answeredAt: occurredAt } : { startedAt: occurredAt };
    return { type, occurredAt, facts: { ...facts, ...moment } };
  }
  // CallDuration is seconds; Duration is minutes, for billing.
  const durationSeconds = integer(fields["CallDuration"]);
  return {
    type,
    occurredAt,
    facts: {
      ...facts,
      durationSeconds,
      endedAt: occurredAt,
      startedAt: durationSeconds === null ? null : addSeconds(occurredAt, -durationSeconds),
      endReason: endReasonOf(fields),
      recordings: recordingsOf(fields, "available"),
    },
  };
}

function statusOf(fields: TwilioFields): readonly [CallStatus, CallEventType] | undefined {
  const status = fields["CallStatus"];
  return status !== undefined && Object.hasOwn(statuses, status) ? statuses[status] : undefined;
}

// Whether anybody picked up the dialled leg: the parent leg "completes" either way.
// https://www.twilio.com/docs/voice/twiml/dial
const dialOutcomes: { readonly [status: string]: CallOutcome } = {
  completed: "answered",
  answered: "answered",
  "no-answer": "missed",
  busy: "missed",
  failed: "missed",
  canceled: "abandoned",
};

function dialEvent(fields: TwilioFields): Event {
  const dialStatus = fields["DialCallStatus"] ?? "";
  // Picked up, but never connected: the whisper was refused.
  const outcome =
    fields["DialBridged"] === "false"
      ? "missed"
      : Object.hasOwn(dialOutcomes, dialStatus)
        ? dialOutcomes[dialStatus]
        : null;
  return {
    type: "call.dialed",
    occurredAt: isoFromText(fields["Timestamp"]),
    facts: {
      ...partyFacts(fields),
      status: statusOf(fields)?.[0],
      outcome,
      talkSeconds: integer(fields["DialCallDuration"]),
      recordings: recordingsOf(fields, "available"),
    },
  };
}

function amdEvent(fields: TwilioFields): Event {
  return { type: "call.progressed", occurredAt: null, facts: { status: "in_progress", ...answeredByFacts(fields) } };
}

/** https://www.twilio.com/docs/voice/answering-machine-detection */
function answeredByFacts(fields: TwilioFields): Pick<CallFacts, "answeredBy" | "outcome"> {
  const value = fields["AnsweredBy"];
  if (value === undefined || value === "") return {};
  const answeredBy: AnsweredBy = value.startsWith("machine")
    ? "machine"
    : value === "human" || value === "fax"
      ? value
      : "unknown";
  // Only the end of a greeting proves a mailbox: `machine_start` is also what a hesitant person gets.
  return value.startsWith("machine_end") ? { answeredBy, outcome: "voicemail" } : { answeredBy };
}

const recordingStates: { readonly [status: string]: RecordingState } = {
  "in-progress": "pending",
  completed: "available",
  absent: "empty",
  failed: "failed",
};

function recordingEvent(fields: TwilioFields): Event {
  const status = fields["RecordingStatus"] ?? "";
  const state = (Object.hasOwn(recordingStates, status) ? recordingStates[status] : undefined) ?? "pending";
  const startedAt = isoFromText(fields["RecordingStartTime"]);
  return {
    type: "call.recorded",
    occurredAt: addSeconds(startedAt, integer(fields["RecordingDuration"])) ?? startedAt,
    facts: {
      status: "in_progress",
      recordings: recordingsOf(fields, state),
      // A <Record> verb is how callers leave a message.
      outcome: fields["RecordingSource"] === "RecordVerb" && state === "available" ? "voicemail" : null,
    },
  };
}

function recordingsOf(fields: TwilioFields, state: RecordingState): readonly Recording[] | null {
  const url = nonEmpty(fields["RecordingUrl"]);
  // The address ends in the SID.
  const id = nonEmpty(fields["RecordingSid"]) ?? url?.split("/").at(-1);
  if (id === undefined || id === null) return null;
  return [
    {
      provider: "twilio",
      id,
      state,
      url,
      channels: integer(fields["RecordingChannels"]),
      durationSeconds: integer(fields["RecordingDuration"]),
      expiresAt: null,
    },
  ];
}

function transcriptionEvent(fields: TwilioFields): Event {
  const text = nonEmpty(fields["TranscriptionText"]);
  return {
    type: "call.analyzed",
    occurredAt: isoFromText(fields["Timestamp"]),
    facts: {
      ...partyFacts(fields),
      status: statusOf(fields)?.[0] ?? "in_progress",
      transcript: text === null ? null : { text, turns: [] },
    },
  };
}

/** Who is on the call, as far as the request says. */
function partyFacts(fields: TwilioFields): CallFacts {
  const direction = directionOf(fields);
  // The other side's name and place, which Twilio gives by caller and called.
  const side = direction === "outbound" ? "To" : "From";
  const lead = {
    name: direction === "outbound" ? null : nonEmpty(fields["CallerName"]),
    city: nonEmpty(fields[`${side}City`]),
    region: nonEmpty(fields[`${side}State`]),
    country: nonEmpty(fields[`${side}Country`]),
  };
  const parentSid = nonEmpty(fields["ParentCallSid"]);
  const accountSid = nonEmpty(fields["AccountSid"]);
  return {
    direction,
    from: phoneFromE164(fields["From"]),
    to: phoneFromE164(fields["To"]),
    lead: (lead.name ?? lead.city ?? lead.region ?? lead.country) ? lead : null,
    parent: parentSid === null ? null : leg(parentSid),
    metadata: accountSid === null ? null : { accountSid },
  };
}

function directionOf(fields: TwilioFields): CallDirection | null {
  const direction = fields["Direction"];
  if (direction === undefined || direction === "") return null;
  // A call placed in the browser reaches Twilio as inbound; for its user it goes out.
  if (direction === "inbound") return fields["From"]?.startsWith("client:") === true ? "outbound" : "inbound";
  if (direction === "trunking-originating") return "inbound";
  return direction.startsWith("outbound") || direction === "trunking-terminating" ? "outbound" : "unknown";
}

function endReasonOf(fields: TwilioFields): CallFacts["endReason"] {
  const errorCode = nonEmpty(fields["ErrorCode"]);
  if (errorCode !== null && errorCode !== "0") {
    return { code: `error_${errorCode}`, raw: nonEmpty(fields["ErrorMessage"]) ?? errorCode };
  }
  const sipCode = nonEmpty(fields["SipResponseCode"]);
  return sipCode === null || sipCode === "200" ? null : { code: `sip_${sipCode}`, raw: sipCode };
}

const leg = (sid: string): Reference => createReference("twilio", sid, "leg");
const nonEmpty = (value: string | undefined): string | null => (value === undefined || value === "" ? null : value);

function integer(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}
