import { ConfigurationError } from "@offhook/core";

/**
 * The names under which a fact may arrive, in the order in which they are tried. Convoso has no fixed names: each
 * Adaptor maps them. https://help.convoso.com/hc/en-us/articles/25225861752091
 */
const defaultKeys = {
  callId: ["call_id", "call_log_id", "convoso_call_id", "CallID", "uniqueid"],
  leadId: ["lead_id", "LeadID", "lead.id"],
  agentId: ["agent_id", "UserID", "user_id", "originating_agent_id", "agent.id"],
  agentName: ["agent_name", "agent_full_name", "user_name", "user", "agent.name"],
  phone: ["phone_number", "number_dialed", "customer_phone", "primary_phone", "phone", "PhoneNumber"],
  phoneCode: ["phone_code"],
  numberDialed: ["number_dialed"],
  callerId: ["caller_id", "caller_id_displayed"],
  inboundNumber: ["inbound_number"],
  campaign: ["campaign", "campaign_name"],
  campaignId: ["campaign_id"],
  disposition: ["disposition", "call_disposition"],
  dispositionName: ["status_name", "disposition_name"],
  direction: ["direction", "call_direction", "call_type"],
  duration: ["duration", "duration_sec", "length_in_sec", "call_length", "call_duration", "talk_time"],
  recording: [
    "recording_url",
    "recording",
    "call_recording",
    "RecordingURL",
    "recording[0].public_url",
    "recording[0].src",
  ],
  start: ["started_at", "start_time", "call_start", "call_date", "StartTime"],
  end: ["ended_at", "end_time", "call_end", "EndTime"],
  modified: ["modified_at", "updated_at", "last_modified_at"],
  notes: ["notes", "call_notes", "agent_comment"],
  termReason: ["term_reason"],
  /** Of the account's making: a custom field that carries the CallSid of the leg below the call. */
  twilioCallSid: ["twilio_call_sid", "CallSid", "call_sid"],
  firstName: ["first_name"],
  lastName: ["last_name"],
  email: ["email"],
  address: ["address", "address1"],
  city: ["city"],
  region: ["state", "province"],
  postalCode: ["zip", "postal_code"],
  country: ["country"],
  /** Leads have a status as well as calls, which therefore proves no call. */
  leadStatus: ["status"],
  test: ["is_test", "test"],
} as const satisfies { readonly [name: string]: readonly string[] };

/** A fact that the provider looks for. */
export type ConvosoField = keyof typeof defaultKeys;

/**
 * The keys of your Adaptor, by fact, tried before the usual ones. Case does not matter; `lead.id` and
 * `recording[0].src` reach into JSON.
 */
export type ConvosoFields = { readonly [Name in ConvosoField]?: readonly string[] };

/** A record as received: what an Adaptor or a relay wrote. */
export type FieldRecord = { readonly [name: string]: unknown };

/** Gives a fact as text; null where no key has it. */
export type FieldReader = (name: ConvosoField | OtherKey) => string | null;

/** Keys that are read as they are: `id` may name a call or a lead. */
const otherKeys = ["id", "session_id", "uniqueid"] as const;
type OtherKey = (typeof otherKeys)[number];

interface KeyPath {
  readonly key: string;
  /** More than one for a path into JSON. */
  readonly segments: readonly string[];
}

/**
 * Prepares the lookup of every fact.
 * @throws ConfigurationError `option_invalid` for a fact that does not exist or keys that are no list of texts.
 */
export function compileFields(fields: ConvosoFields = {}): (layers: readonly FieldRecord[]) => FieldReader {
  const paths = new Map<string, readonly KeyPath[]>();
  for (const key of otherKeys) paths.set(key, [toPath(key)]);
  for (const [name, keys] of Object.entries(defaultKeys)) paths.set(name, keys.map(toPath));
  for (const [name, keys] of Object.entries(fields) as [string, unknown][]) {
    if (!Object.hasOwn(defaultKeys, name)) {
      throw new ConfigurationError(
        "option_invalid",
        `convoso({ fields }): expected names such as ${Object.keys(defaultKeys).slice(0, 5).join(", ")}, got "${name}"`,
      );
    }
    if (keys === undefined) continue;
    if (!Array.isArray(keys) || !keys.every((key): key is string => typeof key === "string" && key.trim() !== "")) {
      throw new ConfigurationError("option_invalid", `convoso({ fields: { ${name} } }): expected a list of keys`);
    }
    paths.set(name, [...keys.map(toPath), ...(paths.get(name) ?? [])]);
  }

  return (layers) => {
    const values = flatten(layers);
    return (name) => {
      for (const { key, segments } of paths.get(name) ?? []) {
        const value = textOf(values.get(key)) ?? (segments.length > 1 ? textOf(valueAt(values, segments)) : null);
        if (value !== null) return value;
      }
      return null;
    };
  };
}

const toPath = (text: string): KeyPath => {
  const key = text.trim().toLowerCase();
  return { key, segments: key.split(/[.[\]]+/).filter((segment) => segment !== "") };
};

/** One table by lower-case key; a later record only fills what the earlier ones leave open. */
function flatten(layers: readonly FieldRecord[]): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const layer of layers) {
    for (const name of Object.keys(layer)) {
      const key = name.trim().toLowerCase();
      if (isAbsent(values.get(key))) values.set(key, layer[name]);
    }
  }
  return values;
}

function valueAt(values: ReadonlyMap<string, unknown>, [first = "", ...rest]: readonly string[]): unknown {
  let value = values.get(first);
  for (const segment of rest) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) {
      value = (value as readonly unknown[])[Number(segment)];
      continue;
    }
    const name = Object.keys(value).find((each) => each.toLowerCase() === segment);
    // An own key of an object, which TypeScript cannot index by text.
    value = name === undefined ? undefined : (value as FieldRecord)[name];
  }
  return value;
}

/** What Adaptors and relays write for nothing. */
const absent = new Set(["", "null", "NULL", "undefined", "N/A"]);
const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && absent.has(value.trim()));

/** Texts, numbers and booleans as text; everything else, and what stands for nothing, is null. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") {
    const text = value.trim();
    return absent.has(text) ? null : text;
  }
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
