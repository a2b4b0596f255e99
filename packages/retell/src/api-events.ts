import {
  createReference,
  isoFromMs,
  isTerminal,
  type ApiRecord,
  type Call,
  type CallEventDraft,
  type CallFacts,
  type Recording,
} from "@offhook/core";
import type { RetellCall } from "./api-records.ts";
import { endingIn, finalEvents, partyFacts, referencesOf, startedEvent } from "./events.ts";
import { recordingsOf } from "./recordings.ts";

/** A call as GET call has it, told as its webhooks would have told it. */
export function callRecord(call: RetellCall): ApiRecord {
  return {
    subject: "call",
    reference: createReference("retell", call.call_id, "session"),
    // Calls that never connected have no start; they are listed by their end.
    startedAt: isoFromMs(call.start_timestamp) ?? isoFromMs(call.end_timestamp),
    events: eventsOf(call),
  };
}

/** A call as the list has it: without what was said in it. */
export function listedRecord(call: RetellCall): ApiRecord {
  return { ...callRecord(call), lacksDetails: (stored) => lacksDetails(call, stored) };
}

/** What the recordings of a call are, as an event of their own. Undefined where there is none. */
export function recordedEvent(call: RetellCall): CallEventDraft | undefined {
  const recordings = statedRecordings(call);
  if (recordings === null) return undefined;
  return {
    type: "call.recorded",
    occurredAt: isoFromMs(call.end_timestamp),
    references: referencesOf(call),
    facts: { recordings },
  };
}

const over = new Set(["ended", "error", "not_connected"]);

/** `registered` alone says nothing: samples of ended calls have it as well. */
export const isOver = (call: RetellCall): boolean =>
  over.has(call.call_status ?? "") || call.end_timestamp != null || (call.disconnection_reason ?? "") !== "";

/** Whether somebody talked, or could have. */
function isConnected(call: RetellCall): boolean {
  const { start_timestamp: start, end_timestamp: end, duration_ms: durationMs } = call;
  return endingIn(call).reached && start != null && (durationMs ?? (end ?? start) - start) > 0;
}

function eventsOf(call: RetellCall): readonly CallEventDraft[] {
  const references = referencesOf(call);
  if (!isOver(call)) {
    if (call.call_status === "ongoing") return [startedEvent(call, references, null)];
    return [{ type: "call.queued", occurredAt: null, references, facts: { ...partyFacts(call), status: "queued" } }];
  }
  // Before the analysis it is the end that is told, after it both at once.
  const type = call.call_analysis == null ? "call.ended" : "call.analyzed";
  // Analyses are made again, and costs corrected, at times that nobody tells. Of what webhooks sent, what was read and
  // what is read now, the newest counts; an end is as old as it is.
  const occurredAt = type === "call.analyzed" ? null : isoFromMs(call.end_timestamp);
  return finalEvents(type, call, references, occurredAt).map((event) =>
    event.type === type ? { ...event, facts: { ...event.facts, ...apiFacts(call) } } : event,
  );
}

function apiFacts(call: RetellCall): CallFacts {
  return {
    // As call_started says, which is sent when a call connects.
    answeredAt: isConnected(call) ? isoFromMs(call.start_timestamp) : null,
    recordings: statedRecordings(call),
  };
}

/** Signed addresses are others with every answer: none is kept, and `locateRecording` asks for one when it is needed. */
function statedRecordings(call: RetellCall): readonly Recording[] | null {
  const recordings = recordingsOf(call);
  if (recordings === null || call.opt_in_signed_url !== true) return recordings;
  return recordings.map((recording) => ({ ...recording, url: null, expiresAt: null }));
}

/** Only the transcript is never in the list, and there is none of a call that nobody answered. */
function lacksDetails(listed: RetellCall, stored: Call | undefined): boolean {
  if (!isOver(listed) || !isConnected(listed)) return false;
  if (stored === undefined || !isTerminal(stored.status) || stored.transcript === null) return true;
  // One page of the documentation has them in the list, another has not.
  // https://docs.retellai.com/api-references/list-calls
  return (
    (stored.analysis === null && listed.call_analysis == null) ||
    (stored.recordings.length === 0 && recordingsOf(listed) === null)
  );
}
