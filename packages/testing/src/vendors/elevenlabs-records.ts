import type { SampleContext } from "../sample.ts";
import { agentId, agentName, conversation } from "../samples/elevenlabs-payloads.ts";
import { membersOf, type Members } from "./request-body.ts";

/** Records as ElevenLabs' API writes them. A conversation is the one that the webhook tells. */

/** https://elevenlabs.io/docs/api-reference/conversations/get */
export const conversationRecord = (context: SampleContext): Members => ({
  ...conversation(context),
  has_auxiliary_audio: false,
});

/** https://elevenlabs.io/docs/api-reference/conversations/list */
export function summaryRecord(context: SampleContext, withSummary: boolean): Members {
  const whole = conversation(context);
  const metadata = membersOf(whole["metadata"]);
  const analysis = membersOf(whole["analysis"]);
  const { transcript } = whole;
  return {
    agent_id: whole["agent_id"],
    agent_name: whole["agent_name"],
    branch_id: whole["branch_id"],
    version_id: whole["version_id"],
    conversation_id: whole["conversation_id"],
    start_time_unix_secs: metadata["start_time_unix_secs"],
    call_duration_secs: metadata["call_duration_secs"],
    message_count: Array.isArray(transcript) ? transcript.length : 0,
    status: whole["status"],
    termination_reason: metadata["termination_reason"],
    call_successful: analysis["call_successful"],
    call_success_score: analysis["call_success_score"],
    transcript_summary: withSummary ? analysis["transcript_summary"] : null,
    call_summary_title: analysis["call_summary_title"],
    main_language: metadata["main_language"],
    conversation_initiation_source: metadata["conversation_initiation_source"],
    tool_names: ["end_call"],
    direction: membersOf(metadata["phone_call"])["direction"],
    rating: null,
    sentiment_analysis: null,
    tag_ids: [],
  };
}

/** https://elevenlabs.io/docs/api-reference/agents/list */
export const agentRecord: Members = {
  agent_id: agentId,
  name: agentName,
  tags: [],
  created_at_unix_secs: 1_780_000_000,
  access_info: { is_creator: true, creator_name: "Acme", creator_email: "owner@example.com", role: "admin" },
  last_call_time_unix_secs: null,
  archived: false,
};
