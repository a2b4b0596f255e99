import {
  addSeconds,
  createReference,
  isoFromText,
  isTerminal,
  toMoney,
  type ApiRecord,
  type CallEventDraft,
  type CallFacts,
  type Money,
} from "@offhook/core";
import type { TwilioCall, TwilioRecording } from "./api-records.ts";
import { eventsOf } from "./events.ts";
import { nonEmpty, type TwilioFields } from "./payload.ts";

type Text = string | null | undefined;

/**
 * A call of the API, told as its last status callback would have told it, and what only the API knows.
 * Undefined for one whose status means nothing to us.
 */
export function callRecord(call: TwilioCall): ApiRecord | undefined {
  const events = eventsOf({ kind: "status", fields: statusFields(call) }).map((event) => withApiFacts(event, call));
  if (events.length === 0) return undefined;
  return {
    subject: "call",
    reference: createReference("twilio", call.sid, "leg"),
    startedAt: isoFromText(call.start_time) ?? isoFromText(call.date_created),
    events,
  };
}

/** A recording of the API, told as its callback would have told it. Undefined for one that is of no call. */
export function recordingRecord(recording: TwilioRecording): ApiRecord | undefined {
  const callSid = nonEmpty(recording.call_sid ?? undefined);
  if (callSid === null) return undefined;
  const encryption = encryptionFacts([recording]);
  return {
    subject: "recording",
    reference: createReference("twilio", callSid, "leg"),
    // When the call began is not said here.
    startedAt: null,
    events: eventsOf({ kind: "recording", fields: recordingFields(recording, callSid) }).map((event) => ({
      ...event,
      facts: { ...event.facts, ...encryption },
    })),
  };
}

/** One event that tells of all recordings of a call; undefined where there are none. */
export function uniteRecordings(recordings: readonly TwilioRecording[]): CallEventDraft | undefined {
  const events = recordings.flatMap((recording) => recordingRecord(recording)?.events ?? []);
  const [latest] = events.toSorted((left, right) => compareText(right.occurredAt ?? "", left.occurredAt ?? ""));
  if (latest === undefined) return undefined;
  return {
    ...latest,
    facts: {
      ...latest.facts,
      ...encryptionFacts(recordings),
      outcome: events.map(({ facts }) => facts.outcome).find((outcome) => outcome != null),
      recordings: events.flatMap(({ facts }) => facts.recordings ?? []),
    },
  };
}

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Callbacks do not say it: there a recording counts as available that nobody but the owner of a key can play. */
function encryptionFacts(recordings: readonly TwilioRecording[]): Pick<CallFacts, "metadata"> {
  const encrypted = recordings.filter(({ encryption_details: details }) => details != null);
  return encrypted.length === 0 ? {} : { metadata: Object.fromEntries(encrypted.map(({ sid }) => [sid, "encrypted"])) };
}

/** In the words of a callback, so that both are read by the same code and state the same. */
function statusFields(call: TwilioCall): TwilioFields {
  return fieldsOf({
    CallSid: call.sid,
    AccountSid: call.account_sid,
    ParentCallSid: call.parent_call_sid,
    From: addressOf(call.from),
    To: addressOf(call.to),
    CallerName: call.caller_name,
    Direction: call.direction,
    CallStatus: call.status,
    CallDuration: call.duration,
    AnsweredBy: call.answered_by,
    // Calls that nobody answered may have no end, and those that were never dialled no start. What changes later, such
    // as the date of an update, would make the same call another event each time.
    Timestamp: isoFromText(call.end_time) ?? isoFromText(call.start_time) ?? isoFromText(call.date_created),
  });
}

/** The API leaves out the scheme of SIP addresses, which callbacks write. */
function addressOf(address: Text): Text {
  return address != null && /^[^:@\s]+@[^@\s]+$/.test(address) ? `sip:${address}` : address;
}

/** A callback comes when its status begins; of a call that still runs the API only says when the call did. */
function withApiFacts(event: CallEventDraft, call: TwilioCall): CallEventDraft {
  const startedAt = isoFromText(call.start_time);
  const { status, durationSeconds } = event.facts;
  const hasEnded = status != null && isTerminal(status);
  const endedAt = hasEnded ? isoFromText(call.end_time) : null;
  const facts: CallFacts = {
    ...event.facts,
    startedAt: startedAt ?? addSeconds(endedAt, durationSeconds == null ? null : -durationSeconds),
    answeredAt: null,
    endedAt,
    cost: costOf(call),
  };
  return { ...event, facts };
}

/** What Twilio takes is written with a minus. */
function costOf({ price, price_unit: unit }: TwilioCall): Money | null {
  const amount = nonEmpty(price ?? undefined);
  const currency = nonEmpty(unit ?? undefined);
  if (amount === null || currency === null) return null;
  return toMoney(amount.startsWith("-") ? amount.slice(1) : /[1-9]/.test(amount) ? `-${amount}` : amount, currency);
}

function recordingFields(recording: TwilioRecording, callSid: string): TwilioFields {
  const { channels } = recording;
  return fieldsOf({
    CallSid: callSid,
    RecordingSid: recording.sid,
    RecordingStatus: recording.status,
    RecordingSource: recording.source,
    // Zero stands for a number that is not known yet.
    RecordingChannels: channels == null || channels === 0 ? null : String(channels),
    RecordingDuration: recording.duration,
    RecordingStartTime: isoFromText(recording.start_time) ?? isoFromText(recording.date_created),
    RecordingUrl: secureUrl(recording.media_url),
  });
}

/**
 * The API still writes plain HTTP, which was switched off; callbacks do not.
 * https://www.twilio.com/en-us/changelog
 */
export const secureUrl = (url: Text): string | null => nonEmpty(url ?? undefined)?.replace(/^http:/i, "https:") ?? null;

function fieldsOf(values: { readonly [name: string]: Text }): TwilioFields {
  const fields: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(values)) if (value != null) fields[name] = value;
  return fields;
}
