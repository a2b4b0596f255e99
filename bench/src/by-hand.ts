import type { Call, Phone } from "@offhook/core";
import type { CallRailBody, ConvosoBody } from "./bodies.ts";

/**
 * The same Calls as Offhook makes of the benchmark's requests, written by hand for exactly these: no schemas, no
 * events, no rules, no provenance, the field names fixed. What a good engineer would write who knows what arrives.
 */

const e164 = /^\+[1-9]\d{6,14}$/;
const phone = (raw: string): Phone => ({ e164: e164.test(raw) ? raw : null, raw });
const national = (raw: string): Phone => {
  const digits = raw.replace(/\D/g, "");
  return { e164: digits.length === 10 ? `+1${digits}` : null, raw };
};

const nothing = {
  tenantId: "default",
  endReason: null,
  trackingNumber: null,
  answeredAt: null,
  talkSeconds: null,
  ringSeconds: null,
  agent: null,
  campaign: null,
  lead: null,
  source: null,
  recordings: [],
  transcript: null,
  analysis: null,
  answeredBy: "unknown",
  disposition: null,
  cost: null,
  costs: [],
  tags: [],
  note: null,
  value: null,
  conversion: null,
  attribution: null,
  parentCallId: null,
  test: false,
  version: 1,
} as const;

type ByHand = Omit<Call, "provenance">;

export function twilioCall(fields: { readonly [name: string]: string }): ByHand {
  const id = fields["CallSid"] ?? "";
  const endedMs = Date.parse(fields["Timestamp"] ?? "");
  const durationSeconds = Number(fields["CallDuration"]);
  const startedAt = new Date(endedMs - durationSeconds * 1000).toISOString();
  const endedAt = new Date(endedMs).toISOString();
  return {
    ...nothing,
    id: `call_twilio_${id}`,
    references: [{ provider: "twilio", id, kind: "leg" }],
    direction: fields["Direction"] === "inbound" ? "inbound" : "outbound",
    status: fields["CallStatus"] === "completed" ? "completed" : "failed",
    outcome: fields["CallStatus"] === "completed" ? "answered" : "unknown",
    from: phone(fields["From"] ?? ""),
    to: phone(fields["To"] ?? ""),
    startedAt,
    endedAt,
    durationSeconds,
    lead: {
      id: null,
      name: fields["CallerName"] || null,
      email: null,
      city: fields["FromCity"] || null,
      region: fields["FromState"] || null,
      country: fields["FromCountry"] || null,
    },
    recordings: [
      {
        provider: "twilio",
        id: fields["RecordingSid"] ?? "",
        state: "available",
        url: fields["RecordingUrl"] ?? null,
        channels: null,
        durationSeconds: null,
        expiresAt: null,
      },
    ],
    metadata: { twilio: { accountSid: fields["AccountSid"] ?? "" } },
    createdAt: startedAt,
    updatedAt: endedAt,
  };
}

export function callrailCall(p: CallRailBody): ByHand {
  const id = p.resource_id;
  const startedMs = Date.parse(p.start_time);
  const durationSeconds = Number(p.duration);
  const startedAt = new Date(startedMs).toISOString();
  const endedAt = new Date(startedMs + durationSeconds * 1000).toISOString();
  return {
    ...nothing,
    id: `call_callrail_${id}`,
    references: [{ provider: "callrail", id, kind: "session" }],
    direction: p.direction,
    status: p.answered || p.voicemail ? "completed" : "no_answer",
    outcome: p.voicemail ? "voicemail" : p.answered ? "answered" : "missed",
    from: phone(p.customer_phone_number),
    to: phone(p.tracking_phone_number),
    trackingNumber: phone(p.tracking_phone_number),
    startedAt,
    endedAt,
    durationSeconds,
    lead: {
      id: p.person_resource_id || null,
      name: p.customer_name || null,
      email: null,
      city: p.customer_city || null,
      region: p.customer_state || null,
      country: p.customer_country || null,
    },
    source: {
      name: p.source || null,
      medium: p.medium || p.utm_medium || null,
      campaign: p.campaign || p.utm_campaign || null,
      term: p.keywords || p.utm_term || null,
      content: p.utm_content || null,
      referrer: p.referring_url || null,
      landingPage: p.landing_page_url || null,
      gclid: p.gclid || null,
      fbclid: p.fbclid || null,
      msclkid: p.msclkid || null,
    },
    recordings: p.recording
      ? [
          {
            provider: "callrail",
            id,
            state: "available",
            url: p.recording,
            channels: null,
            durationSeconds: p.recording_duration,
            expiresAt: null,
          },
        ]
      : [],
    transcript: p.transcription ? { text: p.transcription, turns: [] } : null,
    disposition: p.lead_status || null,
    tags: p.tags.map((tag) => (typeof tag === "string" ? tag : tag.name)),
    note: p.note || null,
    value: p.value ? { amount: String(p.value), currency: "USD" } : null,
    metadata: { callrail: { companyId: p.company_resource_id, legacyId: String(p.id) } },
    createdAt: startedAt,
    updatedAt: endedAt,
  };
}

const losAngeles = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  timeZoneName: "longOffset",
});
const offsets = new Map<string, number>();

/** A wall clock's time in the account's zone; the offset is looked up once for each hour. */
function fromWallClock(text: string): number {
  const hour = text.slice(0, 13);
  const utc = Date.parse(`${text.replace(" ", "T")}Z`);
  let offsetMs = offsets.get(hour);
  if (offsetMs === undefined) {
    const name = losAngeles.formatToParts(utc).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    const [, sign = "+", hours = "0", minutes = "0"] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
    offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
    offsets.set(hour, offsetMs);
  }
  return utc - offsetMs;
}

export function convosoCall(p: ConvosoBody): ByHand {
  const id = p.call_log_id;
  const startedMs = fromWallClock(p.call_date);
  const durationSeconds = Number(p.call_length);
  const startedAt = new Date(startedMs).toISOString();
  const endedAt = new Date(startedMs + durationSeconds * 1000).toISOString();
  const converted = p.status === "SALE";
  return {
    ...nothing,
    id: `call_convoso_${id}`,
    references: [{ provider: "convoso", id, kind: "session" }],
    direction: p.call_type === "INBOUND" ? "inbound" : "outbound",
    status: "completed",
    outcome: "answered",
    endReason: { code: p.term_reason.toLowerCase(), raw: p.term_reason },
    from: national(p.caller_id_displayed),
    to: national(p.phone_number),
    startedAt,
    endedAt,
    durationSeconds,
    agent: { id: p.user_id, name: p.agent_name, kind: "human" },
    campaign: { id: p.campaign_id, name: p.campaign_name },
    lead: {
      id: p.lead_id,
      name: `${p.first_name} ${p.last_name}`,
      email: p.email || null,
      city: p.city || null,
      region: p.state || null,
      country: p.country || null,
    },
    recordings: [
      {
        provider: "convoso",
        id,
        state: "available",
        url: p.recording_url,
        channels: null,
        durationSeconds: null,
        expiresAt: null,
      },
    ],
    disposition: p.status,
    note: p.agent_comment,
    conversion: { converted, reason: `disposition ${p.status}` },
    metadata: { convoso: { dispositionName: p.status_name } },
    createdAt: startedAt,
    updatedAt: endedAt,
  };
}

/** A call as Twilio's API lists it: what is read of it. */
export interface TwilioApiCall {
  readonly sid: string;
  readonly account_sid: string;
  readonly status: string;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly caller_name: string | null;
  readonly start_time: string;
  readonly end_time: string;
  readonly duration: string;
  readonly price: string | null;
  readonly price_unit: string;
}

export function twilioRecord(call: TwilioApiCall): ByHand {
  const startedAt = new Date(call.start_time).toISOString();
  const endedAt = new Date(call.end_time).toISOString();
  const cost = call.price === null ? null : { amount: call.price.replace("-", ""), currency: call.price_unit };
  return {
    ...nothing,
    id: `call_twilio_${call.sid}`,
    references: [{ provider: "twilio", id: call.sid, kind: "leg" }],
    direction: call.direction === "inbound" ? "inbound" : "outbound",
    status: call.status === "completed" ? "completed" : "failed",
    outcome: call.status === "completed" ? "answered" : "unknown",
    from: phone(call.from),
    to: phone(call.to),
    startedAt,
    endedAt,
    durationSeconds: Number(call.duration),
    lead: { id: null, name: call.caller_name, email: null, city: null, region: null, country: null },
    cost,
    costs: cost === null ? [] : [{ provider: "twilio", ...cost }],
    metadata: { twilio: { accountSid: call.account_sid } },
    createdAt: startedAt,
    updatedAt: endedAt,
  };
}
