import type { SampleContext } from "../sample.ts";

/** What the pushes of Convoso's Adaptors say. */

export type Fields = { readonly [name: string]: string };

const accountClock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "America/New_York",
  dateStyle: "short",
  timeStyle: "medium",
});

/** `2026-11-20 05:00:00`: the account's clock, without its zone. */
export const naive = (ms: number): string => accountClock.format(ms);

/** Ten digits, as Convoso keeps numbers of country code 1. */
export const national = (e164: string): string => e164.replace(/^\+1?/, "");

export const callId = (context: SampleContext): string => String(2_073_617n + BigInt(`0x${context.key}`));
export const leadId = (context: SampleContext): string => String(408_159n + BigInt(`0x${context.key}`));

/** The call log fields of an Adaptor under their own names, with those that are empty for most calls. */
export const callLog = (context: SampleContext, status: string, extra: Fields = {}): Fields => ({
  call_log_id: callId(context),
  lead_id: leadId(context),
  first_name: "Ana",
  last_name: "Núñez",
  email: "ana@example.test",
  city: "Reno",
  state: "NV",
  list_id: "10855",
  list_name: "Spring leads",
  campaign_id: "3475",
  campaign_name: "Spring",
  user_id: "1201",
  agent_full_name: "Pat Doe",
  agent_email: "pat@example.test",
  queue_id: "",
  queue_name: "null",
  queue_seconds: "0",
  queue_position: "1",
  phone_number: national(context.from),
  phone_code: "1",
  caller_id: national(context.to),
  inbound_number: "",
  status,
  call_type: "OUTBOUND",
  call_date: naive(context.startMs),
  ...extra,
});

export const ended = (context: SampleContext, status: string, seconds: number, modifiedMs: number): Fields =>
  callLog(context, status, {
    length_in_sec: String(seconds),
    term_reason: "AGENT",
    recording: "",
    agent_comment: "",
    modified_at: naive(context.startMs + modifiedMs),
  });

/** How long a call takes. */
export const callSeconds = 125;

/** Where the recordings lie. Convoso does not say where its own do. */
export const recordingHost = "example.test";
export const recordingUrl = (context: SampleContext): string => `https://${recordingHost}/r/${callId(context)}.mp3`;

/** A call as it was disposed of in the end. */
export const disposed = (context: SampleContext): Fields => ({
  ...ended(context, "SALE", callSeconds, 300_000),
  status_name: "Sale",
  agent_comment: "Wants the green one",
});

/** The seed shape of a call, which no Adaptor makes by itself. */
export const seedCall = (context: SampleContext, extra: { readonly [name: string]: unknown } = {}) => ({
  call_id: callId(context),
  lead_id: leadId(context),
  agent_id: "a-5",
  agent_name: "Pat Doe",
  phone_number: context.from,
  campaign: "Spring",
  disposition: "SALE",
  direction: "outbound",
  duration: callSeconds,
  recording_url: recordingUrl(context),
  started_at: new Date(context.startMs).toISOString(),
  ended_at: new Date(context.startMs + callSeconds * 1000).toISOString(),
  ...extra,
});

export const seedLead = (context: SampleContext) => ({
  lead_id: leadId(context),
  first_name: "Ana",
  last_name: "Núñez",
  phone_number: "555-0123",
  email: "ana@example.test",
  address: "1 Main St",
  city: "Reno",
  state: "NV",
  zip: "89501",
  campaign: "Spring",
});
