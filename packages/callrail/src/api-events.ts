import {
  createReference,
  isoFromText,
  type ApiRecord,
  type CallEventDraft,
  type CallFacts,
  type Recording,
} from "@offhook/core";
import type { CallRailCall } from "./api-records.ts";
import { callEvent, type MappingOptions } from "./events.ts";
import { recordOccasion } from "./record-occasion.ts";

/**
 * A call of the API, told by the same code as a webhook's.
 *
 * @param readAtMs when it was asked for; decides how far it is to be believed. Milliseconds since 1970.
 */
export function callRecord(call: CallRailCall, rules: MappingOptions, readAtMs: number): ApiRecord {
  return {
    subject: "call",
    reference: createReference("callrail", call.id, "session"),
    startedAt: isoFromText(call.start_time),
    events: withEditsApart(recordEvent(call, rules, readAtMs)),
  };
}

/**
 * How a call ended is told as of its end, as Post-Call tells it, and what people edit as of when it was read, as Call
 * Modified does: so the newest word of it wins, whoever said it. https://apidocs.callrail.com/#updating-a-call
 */
function withEditsApart(event: CallEventDraft): readonly CallEventDraft[] {
  if (event.type !== "call.ended") return [event];
  const { references } = event;
  const { tags, note, disposition, value, ...facts } = event.facts;
  const name = facts.lead?.name ?? null;
  const edited: CallFacts = { lead: name === null ? null : { name }, tags, note, disposition, value };
  const isSaid = Object.values(edited).some((each) => each !== null && each !== undefined);
  return [
    { ...event, facts },
    ...(isSaid ? [{ type: "call.updated", occurredAt: null, references, facts: edited } as const] : []),
  ];
}

function recordEvent(call: CallRailCall, rules: MappingOptions, readAtMs: number): CallEventDraft {
  const kind = recordOccasion(call, readAtMs);
  const event = callEvent({ kind, guessed: false, callId: call.id, fields: call }, rules);
  return { ...event, facts: { ...event.facts, recordings: withoutAddress(event.facts.recordings) } };
}

/**
 * The API names an endpoint of its own, where the webhook's address leads to the audio and is to stay. Where a recording
 * is, is asked of the API anew in any case. https://apidocs.callrail.com/#listing-all-calls
 */
function withoutAddress(recordings: readonly Recording[] | null | undefined): readonly Recording[] | null {
  return recordings?.map((recording) => ({ ...recording, url: null })) ?? null;
}

/** What a call says of its recording alone; undefined where it has none. */
export function recordingEvent(
  call: CallRailCall,
  rules: MappingOptions,
  readAtMs: number,
): CallEventDraft | undefined {
  const { references, facts } = recordEvent(call, rules, readAtMs);
  const { recordings, endedAt = null } = facts;
  if (recordings === null || recordings === undefined) return undefined;
  return { type: "call.recorded", occurredAt: endedAt, references, facts: { recordings } };
}
