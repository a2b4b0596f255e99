import {
  addSeconds,
  createReference,
  isoFromText,
  isTerminal,
  type CallEventDraft,
  type CallEventType,
  type CallFacts,
  type JsonValue,
  type Translation,
} from "@offhook/core";
import type { CallFields, ConvertAssistFields, VoiceAssistFields } from "./call-fields.ts";
import { analysisOf, recordingsOf, transcriptOf } from "./conversation.ts";
import { isProvisional, type Occasion } from "./kinds.ts";
import { partyFacts, phoneOf } from "./parties.ts";
import type { CallRailPayload } from "./payload.ts";
import { stateOf, type AbandonedStatus } from "./statuses.ts";
import { dollarsOf, idOf, known, plainValuesOf, startOf, wholeSecondsOf } from "./values.ts";

export interface MappingOptions {
  readonly abandonedAs: AbandonedStatus;
  readonly defaultCountry: string;
}

/** What a request from CallRail means. Texts and forms are kept without one. */
export function toTranslation(payload: CallRailPayload, options: MappingOptions): Translation {
  const { kind } = payload;
  if (!("fields" in payload)) return { kind, events: [] };
  if (payload.kind === "analysis.ready") return { kind, events: convertAssistEvents(payload.fields) };
  if (payload.kind === "voice-assist-answered") return { kind, events: voiceAssistEvents(payload.fields, options) };
  return { kind, events: [callEvent(payload, options)] };
}

/** What CallRail says of a call. */
export interface CallReport {
  readonly kind: Occasion;
  readonly guessed: boolean;
  readonly callId: string;
  readonly fields: CallFields;
}

export function callEvent({ kind, guessed, callId, fields }: CallReport, options: MappingOptions): CallEventDraft {
  const { status, outcome } = stateOf(kind, fields, options.abandonedAs);
  const hasEnded = isTerminal(status);
  const startedAt = startOf(fields);
  const changes = changesOf(fields);
  // Empty says nothing, unless emptying it was the change. After the call Post-Call and the API say how all of it is, and
  // what is empty there is empty: it takes away what was read before Post-Call, or a change of which no webhook came.
  const isWhole = hasEnded && (kind === "record" || kind === "post-call" || kind === "outbound-post-call");
  const isNews = (...names: readonly string[]): boolean =>
    isWhole || names.some((name) => changes?.includes(name) === true);
  const tags = tagsOf(fields, isNews("tags"));
  const facts: CallFacts = {
    ...partyFacts(kind, fields, options.defaultCountry),
    status,
    startedAt,
    // Post-Call may still bring those that are not there yet.
    tags: isProvisional(kind) && tags?.length === 0 ? null : tags,
    metadata: metadataOf(fields),
  };
  const references = [createReference("callrail", callId, "session")];
  if (kind === "pre-call") return { type: "call.ringing", occurredAt: startedAt, references, facts };
  // A call that was routed and not picked up yet is further than one that came in.
  const runningType = kind === "routing-complete" && status === "in_progress" ? "call.answered" : "call.progressed";
  // The only time in any of these events is the start of the call, so when it was routed or modified is not known.
  if (kind === "routing-complete") return { type: runningType, occurredAt: null, references, facts };

  const durationSeconds = hasEnded ? wholeSecondsOf(fields.duration) : null;
  const endedAt = addSeconds(startedAt, durationSeconds);
  const isModification = kind === "call-modified" || kind === "outbound-call-modified";
  // A call that was read too early is told as far as it had come, so that each Post-Call outranks it.
  const isEnd = hasEnded && !isProvisional(kind);
  const type: CallEventType = isModification ? "call.updated" : isEnd ? "call.ended" : runningType;
  // Of calls that were never measured a Post-Call may know more, and then outranks the API.
  const happenedAt = kind === "record" ? (endedAt ?? startedAt) : endedAt;
  return {
    type,
    // Without a kind in the address an outbound call's changes look like its first report: the latest to arrive wins.
    occurredAt: type !== "call.ended" || (guessed && kind === "outbound-post-call") ? null : happenedAt,
    references,
    ...(changes === null ? {} : { changedFields: changes }),
    facts: {
      ...facts,
      outcome,
      durationSeconds,
      endedAt,
      recordings: recordingsOf(fields, callId),
      transcript: transcriptOf(fields),
      analysis: analysisOf(fields),
      disposition: editedText(fields.lead_status, isNews("manual_score", "auto_score")),
      note: editedText(fields.note, isNews("note")),
      value: dollarsOf(fields.value),
    },
  };
}

/** The names of the changed fields, an open set; null for events that are no modification. */
function changesOf({ changes }: CallFields): readonly string[] | null {
  if (Array.isArray(changes)) return changes.filter((name) => typeof name === "string");
  return typeof changes === "string" && changes !== "" ? [changes] : null;
}

/**
 * A text that people edit.
 * @param isNews whether it counts that it is empty.
 */
function editedText(text: string | null | undefined, isNews: boolean): string | null {
  if (text === undefined) return null;
  if (text !== null && text !== "") return text;
  return isNews ? "" : null;
}

/** All tags of the call, as names or as objects with a name. */
function tagsOf({ tags }: CallFields, isNews: boolean): readonly string[] | null {
  if (!Array.isArray(tags)) {
    // CallRail writes "" for an empty list.
    const isEmpty = tags === null || tags === "";
    return isEmpty && isNews ? [] : null;
  }
  const names: string[] = [];
  for (const tag of tags as readonly unknown[]) {
    const name = typeof tag === "object" && tag !== null && "name" in tag ? tag.name : tag;
    if (typeof name === "string" && name !== "") names.push(name);
  }
  return names;
}

/** The app's own cookies, and names of CallRail's that have no field of their own. */
function metadataOf(fields: CallFields): JsonValue {
  const metadata: { [name: string]: JsonValue } = {};
  const companyId = idOf(fields.company_resource_id, fields.company_id);
  if (companyId !== null) metadata["companyId"] = companyId;
  // Calls are known by their resource_id; older exports and links know them by this number.
  const legacyId = idOf(undefined, fields.id);
  if (legacyId !== null && !legacyId.startsWith("CAL")) metadata["legacyId"] = legacyId;
  const cookies = plainValuesOf(fields.custom);
  if (cookies !== null) metadata["custom"] = cookies;
  return Object.keys(metadata).length > 0 ? metadata : null;
}

const callResource = /^CAL[0-9a-f]{32}$/;

/** Answers that Convert Assist found. They enrich a call; after a text or a form there is none. */
function convertAssistEvents(fields: ConvertAssistFields): CallEventDraft[] {
  const callId = fields.last_interaction_resource_id ?? "";
  if (fields.last_interaction_type?.toLowerCase() !== "call" || !callResource.test(callId)) return [];
  const answers: [string, string][] = [];
  for (const answer of fields.answers ?? []) {
    const key = known(answer?.answer_key);
    const text = known(answer?.answer_text);
    if (key !== null && text !== null) answers.push([key, text]);
  }
  const personId = known(fields.person_resource_id);
  return [
    {
      type: "call.analyzed",
      occurredAt: isoFromText(fields.timestamp),
      references: [createReference("callrail", callId, "session")],
      facts: {
        status: "in_progress",
        lead: personId === null ? null : { id: personId },
        analysis: answers.length === 0 ? null : { data: Object.fromEntries(answers) },
      },
    },
  ];
}

/** CallRail's voice agent picked up. Undocumented: who calls is told by the call's other events. */
function voiceAssistEvents(fields: VoiceAssistFields, { defaultCountry }: MappingOptions): CallEventDraft[] {
  const callId = fields.call_id ?? "";
  if (!callResource.test(callId)) return [];
  const personId = known(fields.person_id);
  return [
    {
      type: "call.answered",
      occurredAt: isoFromText(fields.timestamp),
      references: [createReference("callrail", callId, "session")],
      facts: {
        status: "in_progress",
        agent: { kind: "ai" },
        trackingNumber: phoneOf(known(fields.tracking_number), defaultCountry),
        lead: personId === null ? null : { id: personId },
      },
    },
  ];
}
