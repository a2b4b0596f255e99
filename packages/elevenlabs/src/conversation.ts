import {
  addSeconds,
  isoFromSeconds,
  phoneFromE164,
  toMoney,
  yieldingEnd,
  type Analysis,
  type CallEventType,
  type CallDirection,
  type CallEventDraft,
  type CallFacts,
  type EndReason,
  type JsonValue,
  type Recording,
} from "@offhook/core";
import { analysisFacts, readAnalysis, type ElevenLabsConversionRule } from "./analysis.ts";
import { agentOf, recordingOf, requireReferences } from "./facts.ts";
import { isRecord, type Conversation, type ElevenLabsPayload, type FlatConversation } from "./payload.ts";
import { referencesOf } from "./references.ts";
import { stateOfConversation, type ConversationState } from "./statuses.ts";
import { readTranscript } from "./transcript.ts";

export type ConversionOption = false | ElevenLabsConversionRule | undefined;

type Head = Pick<ElevenLabsPayload, "kind" | "at"> & { readonly afterCall: boolean };
type Metadata = NonNullable<Conversation["metadata"]>;
type DynamicVariables = { readonly [name: string]: unknown };

/** A conversation as the webhook and the API give it. */
export function conversationEvents(
  conversation: Conversation,
  { kind, at, afterCall }: Head,
  conversion: ConversionOption,
): CallEventDraft[] {
  const { conversation_id: conversationId, conversation_initiation_client_data: clientData } = conversation;
  const metadata = conversation.metadata ?? {};
  const phoneCall = metadata.phone_call;
  const features = metadata.features_usage;
  const variables = isRecord(clientData?.dynamic_variables) ? clientData.dynamic_variables : {};
  const { transcript, voicemail, handedOver } = readTranscript(conversation.transcript);
  const { termination_reason: ending, error, call_duration_secs: duration } = metadata;
  const state = stateOfConversation({
    status: conversation.status,
    result: phoneCall?.call_result,
    afterCall,
    voicemail: voicemail || features?.voicemail_detection?.used === true || namesVoicemail(ending),
    broken: error != null && duration === 0,
  });
  const span = spanOf(metadata.start_time_unix_secs, duration, state);
  const analysis = conversation.analysis == null ? null : readAnalysis(conversation.analysis);
  const references = requireReferences(
    kind,
    referencesOf({
      conversationId,
      twilioCallSid: phoneCall?.type === "twilio" ? phoneCall.call_sid : null,
      maybeTwilio: [phoneCall?.call_sid, stringOf(variables["system__call_sid"])],
      sipCallId: phoneCall?.call_id,
    }),
  );
  const hasLeg = references.some((reference) => reference.kind === "leg");
  const hasFailed = conversation.status === "failed" || state.status === "failed";
  // A person goes on with the caller, or TwiML that is kept for failures: the carrier alone knows when that is over.
  const legMayGoOn = state.over && hasLeg && (hasFailed || (handedOver ?? features?.transfer_to_number?.used === true));
  const wasConnected = (duration ?? 0) > 0 || conversation.has_audio === true;
  // The last word comes when the analysis is through, even if there was nothing to analyze. But why a call was not
  // connected is told by `call_initiation_failure`.
  const isLastWord =
    conversation.status !== "processing" && (legMayGoOn || state.status === "completed" || (wasConnected && !hasLeg));
  const event: CallEventDraft = {
    type: typeOf(state, isLastWord ? "call.analyzed" : "call.progressed"),
    occurredAt: at ?? span.endedAt ?? null,
    references,
    facts: {
      status: state.status,
      outcome: state.outcome,
      ...partyFacts(metadata, variables),
      ...span,
      answeredAt: timeOf(metadata.accepted_time_unix_secs),
      endReason: state.over ? endReasonOf(ending, error) : null,
      agent: agentOf(conversation.agent_id, conversation.agent_name),
      recordings: recordingsOf(conversation),
      transcript,
      ...(analysis === null ? undefined : analysisFacts(conversation, analysis, conversion)),
      // `cost` is credits, which are no money.
      cost: toMoney(metadata.cost_fiat, "USD"),
      metadata: metadataOf(conversation, metadata, variables),
    },
  };
  return legMayGoOn ? yieldingEnd(event) : [event];
}

/** A conversation on one level: an item of the API's list, and the legacy `conversation.ended`. */
export function flatEvent(
  conversation: FlatConversation,
  { kind, at, afterCall }: Head,
  conversion: ConversionOption,
): CallEventDraft {
  const { termination_reason: ending } = conversation;
  const state = stateOfConversation({
    status: conversation.status,
    result: null,
    afterCall,
    voicemail: namesVoicemail(ending),
    broken: false,
  });
  const span = spanOf(conversation.start_time_unix_secs, conversation.call_duration_secs, state);
  const read = readAnalysis(conversation);
  // The list has a verdict for every conversation, also where there is no analysis.
  const analysis = saysNothing(read) ? null : read;
  return {
    // An item of the list says less than the whole conversation, and nothing of a leg: whoever knows these outranks it.
    type: typeOf(state, afterCall ? "call.ended" : "call.queued"),
    occurredAt: at ?? span.endedAt ?? null,
    references: requireReferences(kind, referencesOf({ conversationId: conversation.conversation_id })),
    facts: {
      status: state.status,
      outcome: state.outcome,
      direction: directionOf(conversation.direction),
      from: phoneFromE164(conversation.caller_phone),
      to: phoneFromE164(conversation.phone_number),
      ...span,
      endReason: state.over ? endReasonOf(ending, null) : null,
      agent: agentOf(conversation.agent_id, conversation.agent_name),
      ...(analysis === null ? undefined : analysisFacts(conversation, analysis, conversion)),
    },
  };
}

function saysNothing({ title, summary, successful, criteria, data }: Analysis): boolean {
  const hasWords = title !== null || summary !== null || successful !== null;
  return !hasWords && criteria.length === 0 && Object.keys(data).length === 0;
}

/** How far the call has come. */
function typeOf({ over, status }: ConversationState, ofTheEnd: CallEventType): CallEventType {
  if (over) return ofTheEnd;
  return status === "queued" ? "call.queued" : "call.progressed";
}

type Span = Pick<CallFacts, "startedAt" | "endedAt" | "durationSeconds">;

/** The vendor states no end, only a start and a length. */
function spanOf(
  start: number | null | undefined,
  duration: number | null | undefined,
  { over }: ConversationState,
): Span {
  const startedAt = timeOf(start);
  // Adding zero turns a negative zero into the one that JSON can write.
  const durationSeconds = over && duration != null && duration >= 0 ? Math.round(duration) + 0 : null;
  return { startedAt, endedAt: addSeconds(startedAt, durationSeconds), durationSeconds };
}

/** Zero stands for a time that is not set. */
function timeOf(seconds: number | null | undefined): string | null {
  return seconds === 0 ? null : isoFromSeconds(seconds);
}

function partyFacts(metadata: Metadata, variables: DynamicVariables): Pick<CallFacts, "direction" | "from" | "to"> {
  const { phone_call: phoneCall, sms, whatsapp } = metadata;
  const direction = directionOf(phoneCall?.direction ?? sms?.direction ?? whatsapp?.direction);
  const ours = phoneCall?.agent_number ?? sms?.agent_phone_number;
  const theirs = phoneCall?.external_number ?? sms?.sms_user_phone_number;
  const [from, to] = direction === "inbound" ? [theirs, ours] : direction === "outbound" ? [ours, theirs] : [];
  return {
    direction,
    from: phoneFromE164(from) ?? phoneFromE164(stringOf(variables["system__caller_id"])),
    to: phoneFromE164(to) ?? phoneFromE164(stringOf(variables["system__called_number"])),
  };
}

function directionOf(direction: string | null | undefined): CallDirection | null {
  return direction === "inbound" || direction === "outbound" ? direction : null;
}

function recordingsOf(conversation: Conversation): readonly Recording[] | null {
  const { conversation_id: id, has_audio: hasAudio, metadata } = conversation;
  if (id == null || id === "") return null;
  const deletion = metadata?.deletion_settings;
  if (deletion?.deleted_audio_at_time_unix_secs != null) return [recordingOf(id, "expired")];
  if (hasAudio !== true) return null;
  const expiresAt = deletion?.delete_audio === true ? timeOf(deletion.deletion_time_unix_secs) : null;
  return [recordingOf(id, "available", expiresAt)];
}

// Free text, matched by parts that public captures have in common. The first that fits.
const endings: readonly (readonly [part: string, code: string])[] = [
  ["voicemail", "voicemail"],
  ["end_call", "agent_hangup"],
  ["remote party", "remote_hangup"],
  ["client disconnected", "client_disconnected"],
  ["dynamic variable", "missing_dynamic_variables"],
  ["max duration", "max_duration"],
  ["maximum duration", "max_duration"],
  ["quota", "quota_exceeded"],
  ["silence", "silence"],
];

function endReasonOf(ending: string | null | undefined, error: Metadata["error"]): EndReason | null {
  const raw = ending || error?.reason;
  if (error?.code != null) return { code: `error_${error.code}`, raw: raw ?? String(error.code) };
  if (raw == null || raw === "") return null;
  const lower = raw.toLowerCase();
  return { code: endings.find(([part]) => lower.includes(part))?.[1] ?? "other", raw };
}

const namesVoicemail = (ending: string | null | undefined): boolean =>
  ending != null && ending.toLowerCase().includes("voicemail");

/** What the app handed over, and what has no field: credits and the batch. */
function metadataOf(conversation: Conversation, metadata: Metadata, variables: DynamicVariables): JsonValue {
  const { cost, batch_call: batch } = metadata;
  const userId = conversation.user_id ?? conversation.conversation_initiation_client_data?.user_id;
  const own = ownVariables(variables);
  const kept: { [name: string]: JsonValue } = {};
  if (own !== null) kept["dynamicVariables"] = own;
  if (userId != null) kept["userId"] = userId;
  if (cost != null) kept["costCredits"] = cost + 0;
  if (batch?.batch_call_id != null) kept["batchCallId"] = batch.batch_call_id;
  if (batch?.batch_call_recipient_id != null) kept["batchCallRecipientId"] = batch.batch_call_recipient_id;
  return Object.keys(kept).length === 0 ? null : kept;
}

/**
 * Without those of the system, and without secrets, which are meant for the headers of tools alone.
 * https://elevenlabs.io/docs/eleven-agents/customization/personalization/dynamic-variables
 */
function ownVariables(variables: DynamicVariables): JsonValue {
  const own: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (name.startsWith("system__") || name.startsWith("secret__")) continue;
    if (typeof value === "string" || typeof value === "boolean") own.push([name, value]);
    else if (typeof value === "number" && Number.isFinite(value)) own.push([name, value + 0]);
  }
  // Unlike an assignment this takes `__proto__` for a name like any other.
  return own.length === 0 ? null : Object.fromEntries(own);
}

const stringOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
