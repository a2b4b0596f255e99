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

/**
 * Prepares the lookup of every fact.
 * @throws ConfigurationError `option_invalid` for a fact that does not exist or keys that are no list of texts.
 */
export function compileFields(fields: ConvosoFields = {}): (layers: readonly FieldRecord[]) => FieldReader {
  const layout = createLayout();
  const slotsOf = new Map<string, readonly number[]>();
  for (const key of otherKeys) slotsOf.set(key, [layout.slotOf(key)]);
  for (const [name, keys] of Object.entries(defaultKeys)) slotsOf.set(name, keys.map(layout.slotOf));
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
    slotsOf.set(name, [...keys.map(layout.slotOf), ...(slotsOf.get(name) ?? [])]);
  }

  const fill = compileFill(layout);
  return (layers) => {
    const values = fill(layers);
    return (name) => {
      for (const slot of slotsOf.get(name) ?? []) {
        const value = values[slot];
        if (typeof value === "string") return value;
      }
      return null;
    };
  };
}

/** What a slot holds: text, what paths may reach into, or nothing. */
type Value = string | object | undefined;

/** Every key that somebody looks for has a slot; all others are passed over. */
interface Layout {
  /** By key in lower case. */
  readonly slots: ReadonlyMap<string, number>;
  /** The slots of paths into JSON, such as `lead.id`: from which slot they start, and by which members they go. */
  readonly paths: readonly { readonly slot: number; readonly start: number; readonly segments: readonly string[] }[];
  readonly slotOf: (text: string) => number;
}

function createLayout(): Layout {
  const slots = new Map<string, number>();
  const paths: Layout["paths"][number][] = [];
  const slotOf = (text: string): number => {
    const key = text.trim().toLowerCase();
    const known = slots.get(key);
    if (known !== undefined) return known;
    const slot = slots.size;
    slots.set(key, slot);
    const [first = "", ...segments] = key.split(/[.[\]]+/).filter((segment) => segment !== "");
    if (segments.length > 0) paths.push({ slot, start: slotOf(first), segments });
    return slot;
  };
  return { slots, paths, slotOf };
}

/** Gives the values by slot; a later layer only fills what the earlier ones leave open. */
function compileFill({ slots, paths }: Layout): (layers: readonly FieldRecord[]) => readonly Value[] {
  const slotOfName = rememberSlots(slots);
  // Copying it is many times faster than making one of this length.
  const empty = Array.from<Value>({ length: slots.size });
  return (layers) => {
    const values = empty.slice();
    for (const layer of layers) {
      for (const name of Object.keys(layer)) {
        const slot = slotOfName(name);
        if (slot !== null) values[slot] ??= valueOf(layer[name]);
      }
    }
    for (const { slot, start, segments } of paths) {
      const value = values[start];
      // A form may spell the path out.
      if (typeof value === "object" && typeof values[slot] !== "string") values[slot] = valueAt(value, segments);
    }
    return values;
  };
}

/** More names, and longer ones, than an account has. Senders choose names, so that memory must not grow with them. */
const maxRemembered = 1000;
const maxRememberedLength = 64;

/** The slot of a name as an Adaptor writes it; null where nobody looks for it. An account repeats its names. */
function rememberSlots(slots: ReadonlyMap<string, number>): (name: string) => number | null {
  const remembered = new Map<string, number | null>();
  return (name) => {
    let slot = remembered.get(name);
    if (slot === undefined) {
      slot = slots.get(name.trim().toLowerCase()) ?? null;
      if (remembered.size >= maxRemembered) remembered.clear();
      if (name.length <= maxRememberedLength) remembered.set(name, slot);
    }
    return slot;
  };
}

function valueAt(start: object, segments: readonly string[]): Value {
  let value: unknown = start;
  for (const segment of segments) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) {
      value = (value as readonly unknown[])[Number(segment)];
      continue;
    }
    const name = Object.keys(value).find((each) => each.toLowerCase() === segment);
    // An own key of an object, which TypeScript cannot index by text.
    value = name === undefined ? undefined : (value as FieldRecord)[name];
  }
  return valueOf(value);
}

/** What Adaptors and relays write for nothing. */
const absent = new Set(["", "null", "NULL", "undefined", "N/A"]);
const longestAbsent = 9;

/** Texts, numbers and booleans as text; undefined where it stands for nothing. */
function valueOf(value: unknown): Value {
  if (typeof value === "string") {
    const text = value.trim();
    // A long text would be hashed to be looked up.
    return text.length <= longestAbsent && absent.has(text) ? undefined : text;
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "object" && value !== null ? value : undefined;
}
