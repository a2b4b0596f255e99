import { createReference, isTerminal, type ApiRecord, type Call, type CallEventDraft } from "@offhook/core";
import type { ElevenLabsCall, ElevenLabsCallSummary } from "./api-records.ts";
import { conversationEvent, flatEvent, type ConversionOption } from "./conversation.ts";

const unfinished: ReadonlySet<string> = new Set(["initiated", "in-progress", "processing"]);
const running: ReadonlySet<string> = new Set(["initiated", "in-progress"]);

/** Nothing more is to come: neither turns nor the analysis. */
export const isSettled = ({ status }: { readonly status?: string | null | undefined }): boolean =>
  !unfinished.has(status ?? "");

/** An item of the list. */
export function summaryRecord(summary: ElevenLabsCallSummary, conversion: ConversionOption): ApiRecord {
  const event = flatEvent(
    summary,
    { kind: "conversation_summary", at: null, afterCall: false },
    // A rule may ask for what the list does not have.
    conversion === undefined ? undefined : false,
  );
  return {
    ...headOf(summary.conversation_id, event),
    events: [withTime(event)],
    lacksDetails: (call) => lacksDetails(summary, call),
  };
}

/** A whole conversation, told as the webhook tells it. */
export function callRecord(conversation: ElevenLabsCall, conversion: ConversionOption): ApiRecord {
  const event = conversationEvent(
    isSettled(conversation) ? conversation : withoutWhatComes(conversation),
    { kind: "conversation", at: null, afterCall: false },
    conversion,
  );
  return { ...headOf(conversation.conversation_id, event), events: [withTime(event)] };
}

/** The recording of a conversation; undefined where there is none, and never was. */
export function recordingEvent(conversation: ElevenLabsCall): CallEventDraft | undefined {
  const [event] = callRecord(conversation, false).events;
  const recordings = event?.facts.recordings;
  if (event === undefined || recordings == null || recordings.length === 0) return undefined;
  const { occurredAt, references } = event;
  return { type: "call.recorded", occurredAt, references, facts: { recordings } };
}

/** The CallSid of Twilio's leg, as the webhook's translation finds it. */
export function twilioCallSidOf(record: ApiRecord): string | undefined {
  return record.events.flatMap(({ references }) => references).find(({ provider }) => provider === "twilio")?.id;
}

function headOf(id: string, { facts }: CallEventDraft): Pick<ApiRecord, "subject" | "reference" | "startedAt"> {
  return {
    subject: "call",
    reference: createReference("elevenlabs", id, "session"),
    startedAt: facts.startedAt ?? null,
  };
}

/** While it runs, the start is the one time that is the same whenever it is asked. */
function withTime(event: CallEventDraft): CallEventDraft {
  return { ...event, occurredAt: event.occurredAt ?? event.facts.startedAt ?? null };
}

/** What grows, or is redacted, until the conversation is done: an earlier state of it must not stay. */
function withoutWhatComes(conversation: ElevenLabsCall): ElevenLabsCall {
  return {
    ...conversation,
    transcript: null,
    analysis: null,
    has_audio: null,
    metadata: conversation.metadata == null ? null : { ...conversation.metadata, cost: null, cost_fiat: null },
  };
}

/** Whether the whole conversation says more than the call, as it is stored, has. */
function lacksDetails(summary: ElevenLabsCallSummary, call: Call | undefined): boolean {
  if (call === undefined) return true;
  const hasNumbers = call.from !== null || call.to !== null;
  if (!isTerminal(call.status)) return !running.has(summary.status ?? "") || !hasNumbers;
  // Conversations that no phone carried have no direction.
  if (!hasNumbers && summary.direction != null) return true;
  // What gets neither is asked for only as long as its end is near.
  return isSettled(summary) && (call.transcript === null || call.analysis === null);
}
