import { createReference, isTerminal, type ApiRecord, type Call, type CallEventDraft } from "@offhook/core";
import type { ElevenLabsCall, ElevenLabsCallSummary } from "./api-records.ts";
import { conversationEvents, flatEvent, type ConversionOption } from "./conversation.ts";
import { isRecord } from "./payload.ts";

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
    ...headOf(summary.conversation_id, [event]),
    events: [withTime(event)],
    lacksDetails: (call) => lacksDetails(summary, call),
  };
}

/** A whole conversation, told as the webhook tells it. */
export function callRecord(conversation: ElevenLabsCall, conversion: ConversionOption): ApiRecord {
  const events = eventsOf(conversation, conversion);
  const settled = isSettled(conversation);
  return {
    ...headOf(conversation.conversation_id, events),
    // Costs are corrected, and analyses made again, at times that nobody tells, and the webhook's time is later than
    // the end: of what it sent and of what is read the newest counts.
    events: events.map((event) => (settled ? { ...event, occurredAt: null } : withTime(event))),
    isSettled: settled,
  };
}

/** The recording of a conversation; undefined where there is none, and never was. */
export function recordingEvent(conversation: ElevenLabsCall): CallEventDraft | undefined {
  const event = eventsOf(conversation, false).at(-1);
  const recordings = event?.facts.recordings;
  if (event === undefined || recordings == null || recordings.length === 0) return undefined;
  const { occurredAt, references } = withTime(event);
  return { type: "call.recorded", occurredAt, references, facts: { recordings } };
}

function eventsOf(conversation: ElevenLabsCall, conversion: ConversionOption): readonly CallEventDraft[] {
  return conversationEvents(
    isSettled(conversation) ? conversation : withoutWhatComes(conversation),
    { kind: "conversation", at: null, afterCall: false },
    conversion,
  );
}

/** The CallSid of Twilio's leg, as the webhook's translation finds it. */
export function twilioCallSidOf(record: ApiRecord): string | undefined {
  return record.events.flatMap(({ references }) => references).find(({ provider }) => provider === "twilio")?.id;
}

function headOf(id: string, events: readonly CallEventDraft[]): Pick<ApiRecord, "subject" | "reference" | "startedAt"> {
  return {
    subject: "call",
    reference: createReference("elevenlabs", id, "session"),
    startedAt: events.at(-1)?.facts.startedAt ?? null,
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
    transcript: toolsIn(conversation.transcript),
    analysis: null,
    has_audio: null,
    metadata: conversation.metadata == null ? null : { ...conversation.metadata, cost: null, cost_fiat: null },
  };
}

/** The turns without their words: that the caller was passed on is true from then on. */
const toolsIn = (transcript: unknown): unknown =>
  Array.isArray(transcript)
    ? transcript.map((turn: unknown) => (isRecord(turn) ? { tool_results: turn["tool_results"] } : null))
    : null;

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
