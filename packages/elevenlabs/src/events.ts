import {
  isoFromText,
  phoneFromE164,
  type AnsweredBy,
  type CallEventDraft,
  type EndReason,
  type Phone,
  type Translation,
} from "@offhook/core";
import { conversationEvents, flatEvent, type ConversionOption } from "./conversation.ts";
import { agentOf, recordingOf, requireReferences } from "./facts.ts";
import type { Audio, ElevenLabsPayload, InitiationFailure, MachineDetection } from "./payload.ts";
import { referencesOf } from "./references.ts";
import { statusOfFailure } from "./statuses.ts";

/** What a delivery to the post-call webhook means. */
export function toTranslation(payloads: readonly ElevenLabsPayload[], conversion?: ConversionOption): Translation {
  const events: CallEventDraft[] = [];
  for (const payload of payloads) {
    events.push(...eventsOf(payload, conversion));
  }
  return { kind: payloads[0]?.kind ?? "empty", events };
}

function eventsOf(payload: ElevenLabsPayload, conversion: ConversionOption): readonly CallEventDraft[] {
  switch (payload.shape) {
    case "conversation":
      return conversationEvents(payload.data, payload, conversion);
    case "flat":
      return [flatEvent(payload.data, payload, conversion)];
    case "audio":
      return audioEvents(payload.data, payload);
    case "failure":
      return [failureEvent(payload.data, payload)];
    case "machine-detection": {
      const event = machineDetectionEvent(payload.data, payload);
      return event === undefined ? [] : [event];
    }
    case "kept":
      return [];
  }
}

type Head = Pick<ElevenLabsPayload, "kind" | "at">;

/** The sound itself stays in the journal; the API has it as well. */
function audioEvents({ conversation_id, agent_id }: Audio, { kind, at }: Head): readonly CallEventDraft[] {
  const references = requireReferences(kind, referencesOf({ conversationId: conversation_id }));
  return [
    {
      // It is sent after the call, of calls that were connected. Whoever says how the call went knows better, also where
      // that gives way to a carrier.
      type: "call.queued",
      occurredAt: at,
      references,
      facts: { status: "completed" },
    },
    {
      type: "call.recorded",
      occurredAt: at,
      references,
      facts: { agent: agentOf(agent_id), recordings: [recordingOf(conversation_id ?? "", "available")] },
    },
  ];
}

/** Only outbound calls fail to be initiated, and only before anybody or anything picked up. */
function failureEvent(failure: InitiationFailure, { kind, at }: Head): CallEventDraft {
  const { conversation_id: conversationId, agent_id: agentId, failure_reason: reason } = failure;
  const body = failure.metadata?.body;
  const sipCode = textOf(body?.sip_status_code);
  const hungUpAt = isoFromText(body?.Timestamp);
  return {
    type: "call.ended",
    occurredAt: at ?? hungUpAt,
    references: requireReferences(
      kind,
      referencesOf({ conversationId, twilioCallSid: body?.CallSid, maybeTwilio: [body?.call_sid] }),
    ),
    facts: {
      status: statusOfFailure({ reason, twilioStatus: body?.CallStatus, sipCode }),
      direction: "outbound",
      from: phoneOf(body?.From ?? body?.from_number),
      to: phoneOf(body?.To ?? body?.to_number),
      endedAt: hungUpAt ?? at,
      durationSeconds: 0,
      endReason: failureReason(reason, sipCode, body?.error_reason),
      agent: agentOf(agentId),
    },
  };
}

function failureReason(
  reason: string | null | undefined,
  sipCode: string | null,
  sipReason: string | null | undefined,
): EndReason | null {
  if (reason === null || reason === undefined || reason === "") return null;
  if (reason === "unknown" && sipCode !== null) return { code: `sip_${sipCode}`, raw: sipReason ?? sipCode };
  return { code: reason.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_"), raw: reason };
}

/** Undocumented, so nothing of it is required: without a name of the call it is only kept. */
function machineDetectionEvent(detection: MachineDetection, { at }: Head): CallEventDraft | undefined {
  const references = referencesOf({
    conversationId: detection.conversation_id,
    maybeTwilio: [detection.call_sid, detection.CallSid],
  });
  const verdict = detection.answered_by ?? detection.AnsweredBy ?? detection.result ?? detection.verdict;
  if (references.length === 0 || verdict === null || verdict === undefined) return undefined;
  return {
    // It may come after the call has ended, and is older than what the conversation says then.
    type: "call.progressed",
    occurredAt: at,
    references,
    facts: {
      status: "in_progress",
      agent: agentOf(detection.agent_id),
      answeredBy: answeredBy(verdict),
      // Only the end of a greeting proves a mailbox: `machine_start` is also what a hesitant person gets.
      // https://www.twilio.com/docs/voice/answering-machine-detection
      outcome: verdict.startsWith("machine_end") ? "voicemail" : null,
    },
  };
}

function answeredBy(verdict: string): AnsweredBy {
  if (verdict.startsWith("machine")) return "machine";
  return verdict === "human" || verdict === "fax" ? verdict : "unknown";
}

function textOf(value: number | string | null | undefined): string | null {
  return value === null || value === undefined || value === "" ? null : String(value);
}

/** Numbers on a SIP trunk may be JSON numbers, which have lost their plus: what they were is not known. */
function phoneOf(value: number | string | null | undefined): Phone | null {
  return phoneFromE164(textOf(value));
}
