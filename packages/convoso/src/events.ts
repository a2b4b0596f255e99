import {
  addSeconds,
  createReference,
  PayloadError,
  type Agent,
  type CallDirection,
  type CallEventDraft,
  type CallFacts,
  type EndReason,
  type JsonValue,
  type LeadEventDraft,
  type Phone,
  type Recording,
  type Reference,
  type Translation,
} from "@offhook/core";
import { derivedId } from "./derived-id.ts";
import type { Disposition, IsConversion, MeaningOf } from "./dispositions.ts";
import type { FieldReader, FieldRecord } from "./fields.ts";
import { contactOf, leadEvent, testFlag, type LeadRules } from "./leads.ts";
import type { ConvosoRecord } from "./payload.ts";
import { webAddress } from "./web-address.ts";

/** How one account writes and means things. */
export interface AccountRules extends LeadRules {
  /** As the options name it. */
  readonly timeZone: string;
  readonly fieldsOf: (layers: readonly FieldRecord[]) => FieldReader;
  readonly meaningOf: MeaningOf;
  readonly isConversion: IsConversion;
  /** For calls that do not say. */
  readonly defaultDirection: CallDirection;
}

/** What an address is for: `leads` takes a record for a lead unless it has the id of a call. */
export type RouteKind = "" | "leads";

/**
 * What a request from Convoso means.
 * @throws PayloadError `payload_invalid` where no record says which call or lead it is about.
 */
export function toTranslation(records: readonly ConvosoRecord[], kind: RouteKind, rules: AccountRules): Translation {
  const events: CallEventDraft[] = [];
  const leads: LeadEventDraft[] = [];
  let unreadable: PayloadError | undefined;
  for (const record of records) {
    const read = rules.fieldsOf(record);
    try {
      if (isCall(read, kind)) events.push(callEvent(read, rules));
      else leads.push(leadEvent(read, rules));
    } catch (error) {
      // One record that names nobody must not take the others of its list with it.
      if (!(error instanceof PayloadError)) throw error;
      unreadable ??= error;
    }
  }
  if (unreadable !== undefined && events.length + leads.length === 0) throw unreadable;
  return { kind: events.length > 0 ? "call" : leads.length > 0 ? "lead" : "empty", events, leads };
}

/** Leads have a `status` and an `id` as well, so these prove nothing. */
function isCall(read: FieldReader, kind: RouteKind): boolean {
  if (read("callId") !== null) return true;
  if (kind === "leads") return false;
  return (
    (read("disposition") ?? read("dispositionName") ?? read("duration") ?? read("recording") ?? read("direction")) !==
    null
  );
}

/**
 * What one record says of a call, whether it was pushed or asked for.
 * @throws PayloadError `payload_invalid` where it does not say which call it is about.
 */
export function callEvent(read: FieldReader, rules: AccountRules): CallEventDraft {
  const phone = rules.phone(read("phone"), read("phoneCode"));
  const startedAt = rules.time(read("start"));
  const statedEnd = rules.time(read("end"));
  const durationSeconds = durationOf(read("duration"));
  const id = read("callId") ?? read("id") ?? idByContent(read, phone, startedAt, statedEnd);
  const disposition = dispositionOf(read);
  const recordings = recordingsOf(read("recording"), id);
  const known = resultOf({ disposition, durationSeconds, hasEnded: statedEnd !== null, recordings }, rules);
  const { status } = known.facts;
  const hasEnded = status !== undefined && status !== "in_progress";
  return {
    type: known.type,
    // Else the time of arrival counts, so that the newest disposition of a call stands.
    occurredAt: rules.time(read("modified")),
    references: referencesOf(id, read("twilioCallSid")),
    facts: {
      ...partyFacts(read, phone, rules),
      ...known.facts,
      endReason: endReasonOf(read("termReason")),
      startedAt,
      endedAt: statedEnd ?? (hasEnded ? addSeconds(startedAt, durationSeconds) : null),
      // Of a call that goes on, it says how long that has been going on so far.
      durationSeconds: status === "in_progress" ? null : durationSeconds,
      agent: agentOf(read),
      campaign: campaignOf(read),
      lead: contactOf(read),
      recordings,
      disposition: disposition?.code ?? null,
      note: read("notes"),
      metadata: metadataOf(read, disposition, recordings),
    },
    ...testFlag(read),
  };
}

/**
 * An id for a call whose push has none. The result and the recording stay out of it, because they change while the
 * call stays the same; without a start, what else is constant must tell a lead's calls apart.
 */
function idByContent(read: FieldReader, phone: Phone | null, startedAt: string | null, endedAt: string | null): string {
  const leadId = read("leadId");
  const number = phone?.e164 ?? phone?.raw ?? null;
  if (leadId === null && number === null) {
    throw new PayloadError(
      "payload_invalid",
      "Convoso call: expected a call id, or a lead id or phone number, got none: map call_log_id in the Adaptor, or name your key in convoso({ fields: { callId } })",
    );
  }
  if (startedAt !== null) return derivedId(["call", leadId, startedAt, number]);
  if (endedAt !== null) return derivedId(["call", leadId, endedAt, number, "end"]);
  return derivedId(["call", leadId, read("start"), number, read("duration"), read("agentId")]);
}

const callSid = /^CA[0-9a-f]{32}$/;

function referencesOf(id: string, twilioCallSid: string | null): readonly Reference[] {
  const own = createReference("convoso", id, "session");
  return twilioCallSid !== null && callSid.test(twilioCallSid)
    ? [own, createReference("twilio", twilioCallSid, "leg")]
    : [own];
}

// The result ---------------------------------------------------------------------------------------------------

/** Pushes of calls carry the abbreviation in `status`. */
function dispositionOf(read: FieldReader): Disposition | null {
  const name = read("dispositionName");
  const code = read("disposition") ?? read("leadStatus") ?? name;
  return code === null ? null : { code, name };
}

interface Signs {
  readonly disposition: Disposition | null;
  readonly durationSeconds: number | null;
  readonly hasEnded: boolean;
  readonly recordings: readonly Recording[] | null;
}

type Result = Pick<CallEventDraft, "type"> & { readonly facts: Pick<CallFacts, "status" | "outcome" | "conversion"> };

/**
 * A disposition ends a call. What only follows from a duration or a recording is said at an earlier stage, so that it
 * never overrides a disposition, whichever of the two workflows fires last.
 */
function resultOf({ disposition, durationSeconds, hasEnded, recordings }: Signs, rules: AccountRules): Result {
  if (disposition !== null) {
    const meaning = rules.meaningOf(disposition, durationSeconds);
    if (meaning.status === undefined || meaning.status === "in_progress") {
      return { type: "call.progressed", facts: meaning };
    }
    const converted = rules.isConversion(disposition);
    return {
      type: "call.ended",
      // Also when it is none: a call may be disposed of again.
      facts: { ...meaning, conversion: { converted, reason: `disposition ${disposition.code}` } },
    };
  }
  const type = "call.progressed";
  if (durationSeconds !== null && durationSeconds > 0) return { type, facts: { status: "completed" } };
  if (hasEnded) return { type, facts: { status: "completed", outcome: "unknown" } };
  return { type, facts: recordings === null ? {} : { status: "in_progress" } };
}

function endReasonOf(termReason: string | null): EndReason | null {
  if (termReason === null) return null;
  const code = termReason
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
  return { code: code === "" ? "other" : code, raw: termReason };
}

/** Whole seconds from a number of seconds, `MM:SS` or `HH:MM:SS`. */
function durationOf(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) return Math.round(Number(text));
  const match = /^(?:(\d{1,3}):)?(\d{1,4}):(\d{2})$/.exec(text);
  if (match === null) return null;
  const [, hours = "0", minutes, seconds] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

// The parties --------------------------------------------------------------------------------------------------

// 3WAY is another leg of a call, and says nothing of who called.
const directions: ReadonlyMap<string, CallDirection> = new Map([
  ["inbound", "inbound"],
  ["incoming", "inbound"],
  ["in", "inbound"],
  ["outbound", "outbound"],
  ["outgoing", "outbound"],
  ["out", "outbound"],
  ["manual", "outbound"],
]);

function partyFacts(
  read: FieldReader,
  phone: Phone | null,
  { phone: readPhone, defaultDirection }: AccountRules,
): Pick<CallFacts, "direction" | "from" | "to"> {
  const stated = read("direction");
  const direction = stated === null ? defaultDirection : (directions.get(stated.toLowerCase()) ?? "unknown");
  // The account's own numbers, which the lead's country code does not belong to.
  const callerId = readPhone(read("callerId"));
  const inboundNumber = readPhone(read("inboundNumber"));
  // Where nobody says, only a call that came in has a number it came in on; all others a dialer has dialled.
  const cameIn = direction === "inbound" || (direction === "unknown" && inboundNumber !== null);
  if (cameIn) return { direction, from: phone, to: inboundNumber };
  const dialed = readPhone(read("numberDialed"), read("phoneCode"));
  // One number in two writings: which of them a record holds shall make no difference.
  const isSame = dialed !== null && phone !== null && dialed.e164 !== null && dialed.e164 === phone.e164;
  return { direction, from: callerId, to: isSame ? phone : (dialed ?? phone) };
}

// The users as which Convoso itself handles calls.
const systemUsers = new Set(["666666", "666667", "666671"]);

function agentOf(read: FieldReader): Agent | null {
  const id = read("agentId");
  const name = read("agentName");
  if ((id === null && name === null) || (id !== null && systemUsers.has(id))) return null;
  return { id, name, kind: "human" };
}

function campaignOf(read: FieldReader): CallFacts["campaign"] {
  const id = read("campaignId");
  const name = read("campaign");
  return id === null && name === null ? null : { id, name };
}

// What comes with it -------------------------------------------------------------------------------------------

/**
 * One recording for each call, under the call's id: at first it is often only a file name, which the address replaces.
 * https://help.convoso.com/hc/en-us/articles/37896898809883
 */
function recordingsOf(recording: string | null, callId: string): readonly Recording[] | null {
  if (recording === null) return null;
  const url = webAddress(recording);
  const state = url === null ? "pending" : "available";
  return [{ provider: "convoso", id: callId, state, url, channels: null, durationSeconds: null, expiresAt: null }];
}

/** What has no field of its own and helps to find the call again. */
function metadataOf(
  read: FieldReader,
  disposition: Disposition | null,
  recordings: readonly Recording[] | null,
): JsonValue {
  const metadata: { [name: string]: string } = {};
  const name = disposition?.name ?? null;
  const sessionId = read("session_id");
  const uniqueId = read("uniqueid");
  const recordingFile = recordings?.[0]?.url === null ? read("recording") : null;
  if (name !== null) metadata["dispositionName"] = name;
  if (sessionId !== null) metadata["sessionId"] = sessionId;
  if (uniqueId !== null) metadata["uniqueId"] = uniqueId;
  if (recordingFile !== null) metadata["recordingFile"] = recordingFile;
  return (name ?? sessionId ?? uniqueId ?? recordingFile) === null ? null : metadata;
}
