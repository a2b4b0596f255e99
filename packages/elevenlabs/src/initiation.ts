import {
  phoneFromE164,
  type CallFacts,
  type InboundAnswer,
  type InboundQuestion,
  type JsonValue,
  type Translation,
  type VendorReply,
} from "@offhook/core";
import { agentOf } from "./facts.ts";
import type { InitiationRequest } from "./payload.ts";
import { referencesOf } from "./references.ts";

/**
 * The question that ElevenLabs asks while a phone rings.
 * https://elevenlabs.io/docs/eleven-agents/customization/personalization/twilio-personalization
 */
export function toQuestion(request: InitiationRequest): Translation {
  const references = referencesOf({
    conversationId: request.conversation_id,
    maybeTwilio: [request.call_sid],
    sipCallId: request.call_id,
  });
  // On an outbound call the caller is our own number, so that this holds for both directions.
  const from = phoneFromE164(request.caller_id);
  const to = phoneFromE164(request.called_number);
  const agentId = request.agent_id ?? null;
  const question: InboundQuestion = { from, to, agentId, references, reply: replyToQuestion };
  // Messages ask as well, and name no call.
  if (references.length === 0) return { kind, events: [], question };
  const facts: CallFacts = { status: "ringing", from, to, agent: agentOf(agentId) };
  return {
    kind,
    events: [{ type: "call.ringing", occurredAt: null, references, facts }],
    question,
  };
}

const kind = "conversation_initiation";

// Members of the answer that stand beside the configuration.
const besideConfiguration = new Set(["user_id", "custom_llm_extra_body", "branch_id", "environment"]);

/** Dynamic variables come back with the conversation, so they carry the metadata as well. */
export function replyToQuestion(answer: InboundAnswer | undefined): VendorReply {
  const variables: [string, string | number | boolean][] = [];
  const reply: { [name: string]: JsonValue } = { type: "conversation_initiation_client_data", dynamic_variables: {} };
  for (const [name, value] of Object.entries(answer?.metadata ?? {})) {
    if (name === "user_id") reply["user_id"] = value;
    else if (isSimple(value)) variables.push([name, value]);
  }
  variables.push(...Object.entries(answer?.variables ?? {}));
  const configuration: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(answer?.overrides ?? {})) {
    if (besideConfiguration.has(name)) reply[name] = value;
    else configuration.push([name, value]);
  }
  // Names of the system cannot be set.
  reply["dynamic_variables"] = Object.fromEntries(variables.filter(([name]) => !name.startsWith("system__")));
  if (configuration.length > 0) reply["conversation_config_override"] = Object.fromEntries(configuration);
  return { contentType: "application/json; charset=utf-8", body: JSON.stringify(reply) };
}

function isSimple(value: JsonValue): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
