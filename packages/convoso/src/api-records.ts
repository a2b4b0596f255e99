import { isRecord } from "@offhook/core";

type Texts<Names extends readonly string[]> = { readonly [Name in Names[number]]: string | null };

// https://help.convoso.com/hc/en-us/articles/37842066660891-Call-Log-Retrieve-Search-API
const callFields = [
  "lead_id",
  "list_id",
  "campaign_id",
  "campaign",
  /** The agent's name. */
  "user",
  /** 666666, 666667 and 666671 are Convoso itself. */
  "user_id",
  /** National digits. */
  "phone_number",
  /** With the country code. */
  "number_dialed",
  "first_name",
  "last_name",
  /** The disposition's abbreviation. */
  "status",
  "status_name",
  /** Seconds. */
  "call_length",
  /** `2026-11-20 10:00:00`, by the account's clock. */
  "call_date",
  "agent_comment",
  "queue_id",
  "queue",
  "called_count",
  "caller_id_displayed",
  "inbound_number",
  "term_reason",
  /** OUTBOUND, INBOUND, MANUAL or 3WAY. */
  "call_type",
  "queue_position",
  "queue_seconds",
  "originating_agent_id",
  /** Of SIP. */
  "session_id",
] as const;

/** A call as Convoso's call log has it. */
export interface ConvosoCall extends Texts<typeof callFields> {
  readonly id: string;
  /** Empty where there is none yet. */
  readonly recording: readonly ConvosoLogRecording[];
}

// Either of the last two may be a bare file name.
const logRecordingFields = ["recording_id", "type", "filename", "src", "public_url"] as const;

export interface ConvosoLogRecording extends Texts<typeof logRecordingFields> {}

// https://help.convoso.com/hc/en-us/articles/46774312268059-Lead-Search-API
const leadFields = [
  "list_id",
  "owner_id",
  "user_id",
  "status",
  "created_at",
  "modified_at",
  "phone_code",
  "phone_number",
  "alt_phone_1",
  "alt_phone_2",
  "first_name",
  "last_name",
  "email",
  "address1",
  "address2",
  "city",
  "state",
  "province",
  "postal_code",
  "country",
  "date_of_birth",
] as const;

export interface ConvosoLead extends Texts<typeof leadFields> {
  readonly id: string;
  /** The fields that only this account has, by their names. */
  readonly custom: { readonly [name: string]: string };
}

// https://help.convoso.com/hc/en-us/articles/37896898809883-Lead-Get-Recordings-API
const leadRecordingFields = [
  "recording_id",
  "lead_id",
  "start_time",
  /** Empty while it is being made. */
  "end_time",
  "seconds",
  /** May be a bare file name. */
  "url",
] as const;

export interface ConvosoLeadRecording extends Texts<typeof leadRecordingFields> {}

/** Undefined for what names no call. */
export function readCall(json: unknown): ConvosoCall | undefined {
  if (!isRecord(json)) return undefined;
  const id = idOf(json["id"]);
  if (id === undefined) return undefined;
  const { recording } = json;
  const items: readonly unknown[] = Array.isArray(recording) ? recording : [];
  return {
    id,
    ...textsOf(json, callFields),
    recording: items.filter(isRecord).map((item) => textsOf(item, logRecordingFields)),
  };
}

/** Undefined for what names no lead. */
export function readLead(json: unknown): ConvosoLead | undefined {
  if (!isRecord(json)) return undefined;
  const id = idOf(json["id"] ?? json["lead_id"]);
  if (id === undefined) return undefined;
  const known = new Set<string>([...leadFields, "id", "lead_id"]);
  const custom = Object.entries(json).flatMap(([name, value]) => {
    const text = textOf(value);
    return known.has(name) || text === null ? [] : [[name, text] as const];
  });
  return { id, ...textsOf(json, leadFields), custom: Object.fromEntries(custom) };
}

/** Undefined for what is no recording. */
export function readLeadRecording(json: unknown): ConvosoLeadRecording | undefined {
  if (!isRecord(json)) return undefined;
  const recording = textsOf(json, leadRecordingFields);
  return recording.recording_id === null && recording.url === null ? undefined : recording;
}

/** Ids come as texts and as numbers. */
export function idOf(value: unknown): string | undefined {
  const text = textOf(value)?.trim() ?? "";
  return /^[\x21-\x7e]{1,255}$/.test(text) ? text : undefined;
}

/** Counts come as texts and as numbers; null for what is none. */
export function countOf(value: unknown): number | null {
  const text = textOf(value) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function textsOf<const Names extends readonly string[]>(
  json: { readonly [name: string]: unknown },
  names: Names,
): Texts<Names> {
  // One entry for each name, which TypeScript does not see in a list of entries.
  return Object.fromEntries(names.map((name) => [name, textOf(json[name])])) as Texts<Names>;
}

/** A member of another type counts as missing. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : null;
}
