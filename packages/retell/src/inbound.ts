import {
  createReference,
  phoneFromE164,
  type CallEventDraft,
  type InboundAnswer,
  type JsonValue,
  type Translation,
  type VendorReply,
} from "@offhook/core";
import type { RetellInbound } from "./payload.ts";

/** Retell asks before an inbound call, and waits ten seconds. https://docs.retellai.com/features/inbound-call-webhook */
export function inboundTranslation(kind: string, inbound: RetellInbound, sentAt: string | null): Translation {
  const { call_id: callId, agent_id: agentId } = inbound;
  const from = phoneFromE164(inbound.from_number);
  const to = phoneFromE164(inbound.to_number);
  const references = callId == null || callId === "" ? [] : [createReference("retell", callId, "session")];
  const agent = agentId == null || agentId === "" ? null : { id: agentId, kind: "ai" as const };
  const ringing: CallEventDraft = {
    type: "call.ringing",
    occurredAt: sentAt,
    references,
    facts: { status: "ringing", direction: "inbound", from, to, agent },
  };
  return {
    kind,
    // Older requests have no call id; their call is known from its first event on.
    events: references.length === 0 ? [] : [ringing],
    question: { from, to, agentId: agent?.id ?? null, references, reply: replyTo },
  };
}

/** Leaves the agent of the phone number in force. */
export const emptyReply = (member: "call_inbound" | "chat_inbound"): VendorReply => json({ [member]: {} });

function replyTo(answer: InboundAnswer | undefined): VendorReply {
  if (answer === undefined) return emptyReply("call_inbound");
  const { agentId, variables, metadata, overrides, reject } = answer;
  const taken: { [member: string]: JsonValue } = {};
  if (reject === true) taken["reject"] = true;
  else {
    // Not beside a rejection: where Retell does not know `reject` yet, no agent is what drops the call.
    if (agentId !== undefined) taken["override_agent_id"] = agentId;
    if (overrides !== undefined) taken["agent_override"] = overrides;
  }
  // Only texts are documented as values.
  if (variables !== undefined) {
    taken["dynamic_variables"] = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, String(value)]),
    );
  }
  if (metadata !== undefined) taken["metadata"] = metadata;
  return json({ call_inbound: taken });
}

const json = (value: JsonValue): VendorReply => ({ contentType: "application/json", body: JSON.stringify(value) });
