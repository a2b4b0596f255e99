import {
  createReference,
  isoFromMs,
  phoneFromE164,
  yieldingEnd,
  type Analysis,
  type CallDirection,
  type CallEventDraft,
  type CallFacts,
  type JsonValue,
  type Reference,
  type Translation,
} from "@offhook/core";
import { dollarsFromCents } from "./cost.ts";
import { emptyReply, inboundTranslation } from "./inbound.ts";
import { isJsonObject, type CallEventName, type RetellCall, type RetellPayload } from "./payload.ts";
import { recordingsOf } from "./recordings.ts";
import { endingOf, type Ending } from "./statuses.ts";
import { transcriptOf } from "./transcript.ts";

/** What a webhook of Retell means. */
export function toTranslation(payload: RetellPayload): Translation {
  const { event } = payload;
  switch (payload.kind) {
    case "call":
      return { kind: event, events: eventsOf(payload.event, payload.call, payload.sentAt) };
    case "call-inbound":
      return inboundTranslation(event, payload.inbound, payload.sentAt);
    case "other":
      // An SMS waits for an answer like a call does.
      return event === "chat_inbound"
        ? { kind: event, events: [], reply: emptyReply("chat_inbound") }
        : { kind: event, events: [] };
  }
}

function eventsOf(event: CallEventName, call: RetellCall, sentAt: string | null): CallEventDraft[] {
  const references = referencesOf(call);
  switch (event) {
    case "call_started":
      return [startedEvent(call, references, sentAt)];
    case "call_ended":
      return endedEvents(call, references, sentAt);
    case "call_analyzed":
      return finalEvents("call.analyzed", call, references, sentAt);
    case "transcript_updated":
      // Comes after each turn with all turns so far; the whole transcript comes with the end.
      return [{ type: "call.progressed", occurredAt: sentAt, references, facts: { status: "in_progress" } }];
    case "transfer_started":
    case "transfer_bridged":
    case "transfer_cancelled":
      return [progressedEvent(call, references, sentAt)];
    case "transfer_ended":
      return [progressedEvent(call, references, isoFromMs(call.transfer_end_timestamp) ?? sentAt)];
  }
}

const twilioCallSid = /^CA[0-9a-fA-F]{32}$/;

/** A call on a number that Twilio carries has the leg's name as well, so that both vendors' events meet. */
export function referencesOf({ call_id: id, telephony_identifier: telephony }: RetellCall): Reference[] {
  const references = [createReference("retell", id, "session")];
  const sid = telephony?.twilio_call_sid;
  if (sid != null && twilioCallSid.test(sid)) references.push(createReference("twilio", sid, "leg"));
  return references;
}

/** Never sent for a call that does not connect, so its start is the moment of the answer. */
export function startedEvent(
  call: RetellCall,
  references: readonly Reference[],
  sentAt: string | null,
): CallEventDraft {
  const startedAt = isoFromMs(call.start_timestamp);
  return {
    type: "call.answered",
    occurredAt: startedAt ?? sentAt,
    references,
    facts: { ...partyFacts(call), status: "in_progress", startedAt, answeredAt: startedAt },
  };
}

function progressedEvent(
  call: RetellCall,
  references: readonly Reference[],
  occurredAt: string | null,
): CallEventDraft {
  return {
    type: "call.progressed",
    occurredAt,
    references,
    facts: { ...partyFacts(call), status: "in_progress" },
  };
}

function endedEvents(call: RetellCall, references: readonly Reference[], sentAt: string | null): CallEventDraft[] {
  const ending = endingIn(call);
  const occurredAt = isoFromMs(call.end_timestamp) ?? sentAt;
  const facts: CallFacts = { ...finalFacts(call, ending), status: ending.status };
  const event: CallEventDraft = { type: "call.ended", occurredAt, references, facts };
  return yields(references, ending) ? yieldingEnd(event) : [event];
}

/** All that is known of a call that is over. */
export function finalEvents(
  type: CallEventDraft["type"],
  call: RetellCall,
  references: readonly Reference[],
  occurredAt: string | null,
): CallEventDraft[] {
  const ending = endingIn(call);
  const facts = finalFacts(call, ending);
  const event: CallEventDraft = { type, occurredAt, references, facts: { ...facts, status: ending.status } };
  if (yields(references, ending)) return yieldingEnd(event);
  if (ending.certain) return [event];
  // Without a reason the status is a guess. It counts when nothing else is known, but must not turn the "no answer" of
  // the end, which an analysis outranks, into "failed".
  return [
    { type, occurredAt, references, facts },
    { type: "call.progressed", occurredAt, references, facts: { status: ending.status } },
  ];
}

const yields = (references: readonly Reference[], { legMayGoOn }: Ending): boolean =>
  legMayGoOn && references.some(({ kind }) => kind === "leg");

export const endingIn = (call: RetellCall): Ending =>
  endingOf(call.disconnection_reason, call.call_status, call.call_analysis?.in_voicemail);

/** Who is on the call, and what the app gave to it. */
export function partyFacts(call: RetellCall): CallFacts {
  const { agent_id: id, agent_name: name } = call;
  // Calls in the browser have no numbers and no direction.
  const isWeb = call.call_type === "web_call";
  return {
    direction: isWeb ? "unknown" : directionOf(call.direction),
    from: isWeb ? null : phoneFromE164(call.from_number),
    to: isWeb ? null : phoneFromE164(call.to_number),
    agent: id == null && name == null ? null : { id, name, kind: "ai" },
    metadata: metadataOf(call),
  };
}

const directionOf = (direction: string | null | undefined): CallDirection | null =>
  direction === "inbound" || direction === "outbound" ? direction : null;

function metadataOf(call: RetellCall): JsonValue | null {
  const kept: { [name: string]: JsonValue } = {};
  for (const name of ["metadata", "retell_llm_dynamic_variables", "collected_dynamic_variables"] as const) {
    const value = call[name];
    if (isJsonObject(value)) kept[name] = value;
  }
  return Object.keys(kept).length === 0 ? null : kept;
}

/** What is true of a call that is over. */
function finalFacts(call: RetellCall, ending: Ending): CallFacts {
  const reason = call.disconnection_reason;
  return {
    ...partyFacts(call),
    outcome: ending.outcome,
    answeredBy: ending.answeredBy,
    endReason: reason == null || reason === "" ? null : { code: codeOf(reason), raw: reason },
    startedAt: isoFromMs(call.start_timestamp),
    endedAt: isoFromMs(call.end_timestamp),
    durationSeconds: durationOf(call, ending),
    recordings: recordingsOf(call),
    transcript: transcriptOf(call),
    analysis: analysisOf(call),
    cost: dollarsFromCents(call.call_cost?.combined_cost),
  };
}

const code = /^[a-z][a-z0-9_]*$/;

const codeOf = (reason: string): string =>
  code.test(reason) ? reason : reason.toLowerCase().replace(/[^a-z0-9]+/g, "_");

/** Of the talk; `total_duration_seconds` is what is billed. */
function durationOf(call: RetellCall, ending: Ending): number | null {
  const { duration_ms: durationMs, start_timestamp: start, end_timestamp: end } = call;
  const ms = durationMs ?? (start == null || end == null ? null : end - start);
  const seconds = ms === null ? null : Math.round(ms / 1000);
  if (seconds !== null && seconds >= 0 && Number.isSafeInteger(seconds)) return seconds;
  return ending.reached ? null : 0;
}

const sentiments: ReadonlyMap<string, Analysis["sentiment"]> = new Map([
  ["positive", "positive"],
  ["neutral", "neutral"],
  ["negative", "negative"],
  ["unknown", "unknown"],
]);

function analysisOf({ call_analysis: analysis }: RetellCall): CallFacts["analysis"] {
  if (analysis == null) return null;
  const { call_summary: summary, user_sentiment: sentiment, call_successful: successful } = analysis;
  const data = isJsonObject(analysis.custom_analysis_data) ? analysis.custom_analysis_data : null;
  return { summary, sentiment: sentiment == null ? null : sentiments.get(sentiment.toLowerCase()), successful, data };
}
