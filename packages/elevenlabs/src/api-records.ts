import { anything, flag, identified, list, number, text } from "./lenient.ts";
import { conversationMembers, flatMembers } from "./payload.ts";

/** What ElevenLabs left out, or wrote in another type than documented, is null or missing. @inline */
type Lenient<Members> = { readonly [Name in keyof Members]?: Members[Name] | null | undefined };

/** A conversation as the list has it: without numbers, and without the carrier's name of the call. */
export interface ElevenLabsCallSummary extends Lenient<{
  agent_id: string;
  agent_name: string;
  /** `initiated`, `in-progress`, `processing`, `done` or `failed`. */
  status: string;
  /** `inbound` or `outbound`; null where no phone was used. */
  direction: string;
  /** Seconds since 1970. */
  start_time_unix_secs: number;
  call_duration_secs: number;
  message_count: number;
  termination_reason: string;
  /** `success`, `failure` or `unknown`: whether it reached its goal. */
  call_successful: string;
  transcript_summary: string;
  call_summary_title: string;
  /** `twilio`, `sip_trunk`, `widget` and others. */
  conversation_initiation_source: string;
}> {
  readonly conversation_id: string;
}

/** A conversation, with what Offhook reads of it. */
export interface ElevenLabsCall extends Lenient<{
  agent_id: string;
  agent_name: string;
  user_id: string;
  /** `initiated`, `in-progress`, `processing`, `done` or `failed`. */
  status: string;
  metadata: ElevenLabsCallMetadata;
  analysis: ElevenLabsCallAnalysis;
  conversation_initiation_client_data: Lenient<{ user_id: string }> & { readonly dynamic_variables?: unknown };
  has_audio: boolean;
}> {
  readonly conversation_id: string;
  /** The turns, as they were sent. */
  readonly transcript?: unknown;
}

export interface ElevenLabsCallMetadata extends Lenient<{
  /** Seconds since 1970. */
  start_time_unix_secs: number;
  accepted_time_unix_secs: number;
  call_duration_secs: number;
  /** Credits. */
  cost: number;
  /** Dollars. */
  cost_fiat: number;
  termination_reason: string;
  error: Lenient<{ code: number; reason: string }>;
  phone_call: ElevenLabsPhoneCall;
  sms: Lenient<{ direction: string; agent_phone_number: string; sms_user_phone_number: string }>;
  whatsapp: Lenient<{ direction: string }>;
  batch_call: Lenient<{ batch_call_id: string; batch_call_recipient_id: string }>;
  features_usage: Lenient<{
    voicemail_detection: Lenient<{ used: boolean }>;
    transfer_to_number: Lenient<{ used: boolean }>;
  }>;
  deletion_settings: Lenient<{
    /** Seconds since 1970. */
    deletion_time_unix_secs: number;
    deleted_audio_at_time_unix_secs: number;
    delete_audio: boolean;
  }>;
}> {}

export interface ElevenLabsPhoneCall extends Lenient<{
  /** `twilio`, `sip_trunking` or `exotel`. */
  type: string;
  direction: string;
  /** Ours. */
  agent_number: string;
  external_number: string;
  call_result: string;
  /** The carrier's. */
  call_sid: string;
  /** The Call-ID of the SIP dialog. */
  call_id: string;
}> {}

export interface ElevenLabsCallAnalysis extends Lenient<{
  call_successful: string;
  transcript_summary: string;
  call_summary_title: string;
}> {
  readonly evaluation_criteria_results?: unknown;
  readonly evaluation_criteria_results_list?: unknown;
  readonly data_collection_results?: unknown;
  readonly data_collection_results_list?: unknown;
}

export interface ElevenLabsAgent extends Lenient<{
  name: string;
  archived: boolean;
  /** Seconds since 1970. */
  created_at_unix_secs: number;
  last_call_time_unix_secs: number;
}> {
  readonly agent_id: string;
}

/** A webhook of the workspace, and how its deliveries fare. */
export interface ElevenLabsWebhook extends Lenient<{
  name: string;
  webhook_url: string;
  auth_type: string;
  /** By a person. */
  is_disabled: boolean;
  /** By ElevenLabs, after ten failures in a row and no success for a week. */
  is_auto_disabled: boolean;
  /** Not among what the list is documented to have. */
  retry_enabled: boolean;
  /** Seconds since 1970. */
  created_at_unix: number;
  /** The HTTP status that was not 200. */
  most_recent_failure_error_code: number;
  /** Seconds since 1970. */
  most_recent_failure_timestamp: number;
}> {
  readonly webhook_id: string;
}

/** As it is told to admins who ask for it. */
export interface UsedWebhook extends ElevenLabsWebhook, Lenient<{ usage: readonly unknown[] }> {}

export interface CreatedWebhook extends Lenient<{ webhook_secret: string }> {
  readonly webhook_id: string;
}

type Read<Item> = (json: unknown) => Item | undefined;

// What names a record can cost the record, and nothing else.
const isId = (id: string): boolean => /^[\x21-\x7e]{1,255}$/.test(id);

/** https://elevenlabs.io/docs/api-reference/conversations/list */
export const readSummary: Read<ElevenLabsCallSummary> = identified("conversation_id", isId, {
  ...flatMembers,
  message_count: number,
  conversation_initiation_source: text,
});

/** https://elevenlabs.io/docs/api-reference/conversations/get */
export const readCall: Read<ElevenLabsCall> = identified("conversation_id", isId, conversationMembers);

/** https://elevenlabs.io/docs/api-reference/agents/list */
export const readAgent: Read<ElevenLabsAgent> = identified("agent_id", isId, {
  name: text,
  archived: flag,
  created_at_unix_secs: number,
  last_call_time_unix_secs: number,
});

const webhookMembers = {
  name: text,
  webhook_url: text,
  auth_type: text,
  is_disabled: flag,
  is_auto_disabled: flag,
  retry_enabled: flag,
  created_at_unix: number,
  most_recent_failure_error_code: number,
  most_recent_failure_timestamp: number,
};

/** https://elevenlabs.io/docs/api-reference/webhooks/list */
export const readWebhook: Read<ElevenLabsWebhook> = identified("webhook_id", isId, webhookMembers);
export const readUsedWebhook: Read<UsedWebhook> = identified("webhook_id", isId, {
  ...webhookMembers,
  usage: list(anything),
});

/** https://elevenlabs.io/docs/api-reference/webhooks/create */
export const readCreatedWebhook: Read<CreatedWebhook> = identified("webhook_id", isId, { webhook_secret: text });
