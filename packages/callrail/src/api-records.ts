import { isRecord } from "@offhook/core";
import { readCallFields } from "./call-fields.ts";
import { flagOf, known } from "./values.ts";

/**
 * A call as CallRail's API has it. What was not asked for, or is not of the documented type, is missing; null is what
 * CallRail does not know. https://apidocs.callrail.com/#retrieving-a-single-call
 */
export interface CallRailCall {
  /** `CAL…` */
  readonly id: string;
  /** Null for an outbound call that was just placed. */
  readonly answered?: boolean | null | undefined;
  readonly voicemail?: boolean | null | undefined;
  /** `inbound`, `outbound` */
  readonly direction?: string | null | undefined;
  /** `abandoned`, `answered`, `in_progress`, `missed`, `outbound`, `voicemail`, `voicemail_transcription` */
  readonly call_type?: string | null | undefined;
  /** Seconds; null while the call runs. */
  readonly duration?: string | number | null | undefined;
  /** ISO-8601, with the offset of the key's user. */
  readonly start_time?: string | null | undefined;
  /** E.164, as are the next two. */
  readonly customer_phone_number?: string | null | undefined;
  readonly tracking_phone_number?: string | null | undefined;
  /** Who was rung, or answered. */
  readonly business_phone_number?: string | null | undefined;
  readonly customer_name?: string | null | undefined;
  readonly customer_city?: string | null | undefined;
  readonly customer_state?: string | null | undefined;
  readonly customer_country?: string | null | undefined;
  readonly agent_email?: string | null | undefined;
  /** `COM…` */
  readonly company_id?: string | number | null | undefined;
  /** `PER…` */
  readonly person_id?: string | number | null | undefined;
  /** An address of the API, not of audio: see `recordings` of the client. */
  readonly recording?: string | null | undefined;
  /** Seconds, as text. */
  readonly recording_duration?: string | number | null | undefined;
  readonly transcription?: string | null | undefined;
  /** Only of a single call. */
  readonly conversational_transcript?: (CallRailPhrase | null | undefined)[] | null | undefined;
  /** Text in lists, paragraphs for a single call. */
  readonly call_summary?: string | unknown[] | null | undefined;
  readonly sentiment?: string | null | undefined;
  /** `very poor` to `very good` */
  readonly lead_score?: string | null | undefined;
  readonly lead_explanation?: string | null | undefined;
  /** Answers that the voice assistant was given, by question. */
  readonly voice_assist_message?:
    { readonly contents?: { readonly [question: string]: unknown } | null | undefined } | null | undefined;
  /** Names, or objects with a name. */
  readonly tags?: string | unknown[] | null | undefined;
  readonly note?: string | null | undefined;
  /** US dollars. */
  readonly value?: string | number | null | undefined;
  /** `good_lead`, `not_a_lead`, `previously_marked_good_lead` */
  readonly lead_status?: string | null | undefined;
  /** Cookies of the website, by name. */
  readonly custom?: { readonly [cookie: string]: unknown } | null | undefined;
  readonly source?: string | null | undefined;
  /** The name of the tracking number. */
  readonly source_name?: string | null | undefined;
  readonly medium?: string | null | undefined;
  readonly campaign?: string | null | undefined;
  readonly keywords?: string | null | undefined;
  readonly referring_url?: string | null | undefined;
  readonly referrer_domain?: string | null | undefined;
  readonly landing_page_url?: string | null | undefined;
  readonly utm_source?: string | null | undefined;
  readonly utm_medium?: string | null | undefined;
  readonly utm_campaign?: string | null | undefined;
  readonly utm_term?: string | null | undefined;
  readonly utm_content?: string | null | undefined;
  readonly gclid?: string | null | undefined;
  readonly fbclid?: string | null | undefined;
  readonly msclkid?: string | null | undefined;
  // What Offhook does not read; as CallRail sends it, if it was asked for.
  readonly recording_player?: unknown;
  readonly created_at?: unknown;
  readonly company_name?: unknown;
  readonly company_time_zone?: unknown;
  readonly tracker_id?: unknown;
  readonly first_call?: unknown;
  readonly prior_calls?: unknown;
  readonly total_calls?: unknown;
  readonly device_type?: unknown;
  readonly ga?: unknown;
  readonly session_uuid?: unknown;
  readonly last_requested_url?: unknown;
  readonly milestones?: unknown;
  readonly timeline_url?: unknown;
  readonly keypad_entries?: unknown;
  readonly zip_code?: unknown;
  readonly call_highlights?: unknown;
  readonly keywords_spotted?: unknown;
  readonly speaker_percent?: unknown;
  readonly waveforms?: unknown;
  readonly good_lead_call_id?: unknown;
  readonly good_lead_call_time?: unknown;
  readonly integration_data?: unknown;
}

export interface CallRailPhrase {
  /** `caller`, `agent` */
  readonly speaker?: string | null | undefined;
  readonly phrase?: string | null | undefined;
  /** Seconds into the call. */
  readonly start?: string | number | null | undefined;
}

export interface CallRailAccount {
  /** `ACC…` */
  readonly id: string;
  readonly name: string | null;
}

/** An integration of a company, such as its webhooks. */
export interface CallRailIntegration {
  readonly id: number | string;
  readonly type: string;
  /** `active`, `disabled`, `pending`, `failed` */
  readonly state: string;
  readonly config: { readonly [name: string]: unknown };
  readonly signingKey: string | null;
}

/** What the API takes for a call's id: the masked one, and the number that it replaced. */
export const callId = /^(?:CAL\w{1,61}|\d{1,19})$/;

// Readers of the API's answers give undefined for what is not such a record.

export function readCall(json: unknown): CallRailCall | undefined {
  if (!isRecord(json)) return undefined;
  const id = typeof json["id"] === "number" ? String(json["id"]) : json["id"];
  if (typeof id !== "string" || !callId.test(id)) return undefined;
  const fields = readCallFields({ ...json });
  return { ...fields, id, answered: flagOf(fields.answered), voicemail: flagOf(fields.voicemail) };
}

export function readAccount(json: unknown): CallRailAccount | undefined {
  if (!isRecord(json)) return undefined;
  const { id, name } = json;
  if (typeof id !== "string" && typeof id !== "number") return undefined;
  return { id: String(id), name: typeof name === "string" ? known(name) : null };
}

export function readIntegration(json: unknown): CallRailIntegration | undefined {
  if (!isRecord(json)) return undefined;
  const { id, type, state, config = null, signing_key: signingKey } = json;
  if ((typeof id !== "number" && typeof id !== "string") || typeof type !== "string") return undefined;
  // Writing a configuration replaces it, so none is ever made up for one that cannot be read.
  if (config !== null && !isRecord(config)) return undefined;
  return {
    id,
    type,
    state: typeof state === "string" ? state : "",
    config: config ?? {},
    signingKey: typeof signingKey === "string" ? known(signingKey) : null,
  };
}
