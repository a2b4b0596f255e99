import type { SampleContext } from "../sample.ts";
import { agentId, agentName, agentVersion, analysis, ended } from "../samples/retell-payloads.ts";
import type { Members } from "./request-body.ts";

/** Records as Retell's API writes them. A call is the one that webhooks tell. */

/** https://docs.retellai.com/api-references/get-call */
export const callRecord = (context: SampleContext): Members => ({ ...ended(context, 6), call_analysis: analysis });

/** Without what was said. https://docs.retellai.com/api-references/list-calls */
export function listedCall(context: SampleContext): Members {
  const {
    transcript: _transcript,
    transcript_object: _object,
    transcript_with_tool_calls: _tools,
    ...listed
  } = ended(context, 0);
  return { ...listed, call_analysis: analysis };
}

/** https://docs.retellai.com/api-references/get-agent */
export const agentRecord: Members = {
  agent_id: agentId,
  agent_name: agentName,
  version: agentVersion,
  is_published: false,
  webhook_url: null,
  response_engine: { type: "retell-llm", llm_id: "llm_1" },
  voice_id: "retell-Cimo",
  last_modification_timestamp: 1_780_000_000_000,
};

/** https://docs.retellai.com/api-references/list-agents */
export const listedAgent: Members = {
  agent_id: agentId,
  agent_name: agentName,
  channel: "voice",
  tags: {},
  user_modified_timestamp: 1_780_000_000_000,
};
