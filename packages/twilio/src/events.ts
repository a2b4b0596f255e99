import {
  addSeconds,
  createReference,
  isoFromText,
  type AnsweredBy,
  type CallEventDraft,
  type CallEventType,
  type CallFacts,
  type CallOutcome,
  type CallStatus,
  type Recording,
  type RecordingState,
  type Translation,
} from "@offhook/core";
import { directionOf, partyFacts } from "./parties.ts";
import { nonEmpty, type FormKind, type TwilioFields, type TwilioForm, type TwilioPayload } from "./payload.ts";
import { emptyTwiml, questionOf } from "./twiml.ts";

/** What a request from Twilio means. */
export function toTranslation(payload: TwilioPayload): Translation {
  if (payload.kind === "event-streams") return { kind: payload.kind, events: payload.events.flatMap(eventsOf) };
  // Intelligence callbacks hold only ids; what they stand for is fetched by the API client.
  if (!("fields" in payload)) return { kind: payload.kind, events: [] };
  const { kind, fields } = payload;
  const told = nonEmpty(fields[tellingFields[kind] ?? ""]);
  const translation = { kind: told === null ? kind : `${kind}.${told}`, events: eventsOf(payload) };
  if (kind === "voice") return { ...translation, question: questionOf(fields) };
  if (kind === "dial" || kind === "gather" || kind === "record") return { ...translation, reply: emptyTwiml };
  return translation;
}

/** The field that completes the name of an event in the journal: `status.completed`, `recording.absent`. */
const tellingFields: { readonly [Kind in FormKind]?: string } = {
  status: "CallStatus",
  voice: "CallStatus",
  gather: "CallStatus",
  record: "CallStatus",
  dial: "DialCallStatus",
  amd: "AnsweredBy",
  recording: "RecordingStatus",
  transcription: "TranscriptionStatus",
  "realtime-transcription": "TranscriptionEvent",
};

/** What one form says; nothing where it names no call. */
export function eventsOf(form: TwilioForm): CallEventDraft[] {
  const { fields } = form;
  const sid = nonEmpty(fields["CallSid"]);
  const event = sid === null ? undefined : eventOf(form);
  if (sid === null || event === undefined) return [];
  const { type, occurredAt, facts } = event;
  const references = [createReference("twilio", sid, "leg")];
  return [{ type, occurredAt, sequence: integer(fields["SequenceNumber"]), references, facts }];
}

type Event = Pick<CallEventDraft, "type" | "occurredAt" | "facts">;

function eventOf({ kind, fields }: TwilioForm): Event | undefined {
  switch (kind) {
    case "status":
    case "voice":
    case "gather":
      return statusEvent(fields);
    case "dial":
      return dialEvent(fields);
    case "record":
      return recordEvent(fields);
    case "amd":
      return amdEvent(fields);
    case "recording":
      return recordingEvent(fields);
    case "transcription":
      return transcriptionEvent(fields);
    // Single utterances: the whole transcript comes from the API.
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
  const occurredAt = timestampOf(fields);
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
  const outcome = dialOutcomeOf(fields);
  return {
    type: "call.dialed",
    occurredAt: timestampOf(fields),
    facts: {
      ...partyFacts(fields),
      status: statusOf(fields)?.[0],
      outcome,
      talkSeconds: outcome === "missed" ? null : integer(fields["DialCallDuration"]),
      recordings: recordingsOf(fields, "available"),
    },
  };
}

function dialOutcomeOf(fields: TwilioFields): CallOutcome | null {
  const status = fields["DialCallStatus"] ?? "";
  const outcome = Object.hasOwn(dialOutcomes, status) ? dialOutcomes[status] : undefined;
  // Of an API call's own leg we know that it was answered, whoever it was connected to afterwards.
  if (outcome === undefined || fields["Direction"]?.startsWith("outbound") === true) return null;
  // Picked up, but never connected: the whisper was refused.
  return outcome === "answered" && fields["DialBridged"] === "false" ? "missed" : outcome;
}

function amdEvent(fields: TwilioFields): Event {
  return {
    type: "call.progressed",
    occurredAt: timestampOf(fields),
    facts: { status: "in_progress", ...answeredByFacts(fields) },
  };
}

/** https://www.twilio.com/docs/voice/answering-machine-detection */
function answeredByFacts(fields: TwilioFields): Pick<CallFacts, "answeredBy" | "outcome"> {
  const value = nonEmpty(fields["AnsweredBy"]);
  if (value === null) return {};
  const answeredBy: AnsweredBy = value.startsWith("machine")
    ? "machine"
    : value === "human" || value === "fax"
      ? value
      : "unknown";
  // Only the end of a greeting proves a mailbox: `machine_start` is also what a hesitant person gets.
  return value.startsWith("machine_end") ? { answeredBy, outcome: "voicemail" } : { answeredBy };
}

/** A `<Record>` verb is how callers leave a message. */
function recordEvent(fields: TwilioFields): Event {
  return {
    type: "call.recorded",
    occurredAt: timestampOf(fields),
    facts: {
      ...partyFacts(fields),
      status: statusOf(fields)?.[0] ?? "in_progress",
      outcome: directionOf(fields) === "inbound" ? "voicemail" : null,
      recordings: recordingsOf(fields, "available"),
    },
  };
}

// https://www.twilio.com/docs/voice/api/recording
const recordingStates: { readonly [status: string]: RecordingState } = {
  "in-progress": "pending",
  completed: "available",
  absent: "empty",
  failed: "failed",
  deleted: "expired",
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
      outcome: fields["RecordingSource"] === "RecordVerb" && state === "available" ? "voicemail" : null,
    },
  };
}

function recordingsOf(fields: TwilioFields, state: RecordingState): readonly Recording[] | null {
  const url = nonEmpty(fields["RecordingUrl"]);
  const id = nonEmpty(fields["RecordingSid"]) ?? recordingSidIn(url);
  if (id === null) return null;
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

/** `<Dial>` and `<Record>` may give only the address, which ends in the SID. */
function recordingSidIn(url: string | null): string | null {
  return url === null ? null : (/\/(RE[0-9a-zA-Z]+)(?:\.\w+)?$/.exec(url)?.[1] ?? null);
}

function transcriptionEvent(fields: TwilioFields): Event {
  const text = nonEmpty(fields["TranscriptionText"]);
  return {
    type: "call.analyzed",
    occurredAt: timestampOf(fields),
    facts: {
      ...partyFacts(fields),
      status: statusOf(fields)?.[0] ?? "in_progress",
      transcript: text === null ? null : { text, turns: [] },
      recordings: recordingsOf(fields, "available"),
    },
  };
}

function endReasonOf(fields: TwilioFields): CallFacts["endReason"] {
  const errorCode = nonEmpty(fields["ErrorCode"]);
  if (errorCode !== null && errorCode !== "0") {
    return { code: `error_${errorCode}`, raw: nonEmpty(fields["ErrorMessage"]) ?? errorCode };
  }
  const sipCode = nonEmpty(fields["SipResponseCode"]);
  return sipCode === null || sipCode === "200" ? null : { code: `sip_${sipCode}`, raw: sipCode };
}

/** RFC 2822 in callbacks, ISO 8601 in Event Streams; both name their zone. */
const timestampOf = (fields: TwilioFields): string | null => isoFromText(fields["Timestamp"]);

const wholeNumber = /^\d{1,9}$/;

function integer(value: string | undefined): number | null {
  return value !== undefined && wholeNumber.test(value) ? Number(value) : null;
}
