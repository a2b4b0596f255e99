import { hexDigits, type SampleContext } from "../sample.ts";

/** The bodies that CallRail sends, as objects. */

export type Fields = { readonly [name: string]: unknown };

/** With the account's offset, which need not be the company's. */
export const stamp = (ms: number): string => new Date(ms - 5 * 3_600_000).toISOString().replace("Z", "-05:00");

export const callId = ({ key }: SampleContext): string => `CAL${hexDigits(key, 32)}`;
export const personId = ({ key }: SampleContext): string => `PER${hexDigits(`${key}9e`, 32)}`;
export const companyId = `COM${hexDigits("c0", 32)}`;
/** The key of the address that webhooks tell: whoever has it can listen. */
export const recordingKey = "aaaaccccddddeeee";
export const recordingSeconds = 58;
const legacyId = ({ key }: SampleContext): number => 100_000_000 + Number.parseInt(hexDigits(key, 6), 16);

/** As CallRail writes numbers for people: 415-555-0199. */
export const display = (number: string): string => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "$1-$2-$3");

const known = (context: SampleContext): Fields => ({
  id: legacyId(context),
  resource_id: callId(context),
  company_id: 155920786,
  company_resource_id: companyId,
  company_name: "Acme Plumbing",
  company_time_zone: "America/Los_Angeles",
  tracker_id: 354024023,
  tracker_resource_id: `TRK${hexDigits("77", 32)}`,
  person_resource_id: personId(context),
  direction: "inbound",
  start_time: stamp(context.startMs),
  created_at: stamp(context.startMs + 140),
  customer_name: "JOSÉ NUÑEZ",
  customer_phone_number: context.from,
  customer_city: "San Francisco",
  customer_state: "CA",
  customer_country: "US",
  tracking_phone_number: context.to,
  source_name: "Website",
  first_call: true,
  prior_calls: 0,
  total_calls: 1,
  timestamp: stamp(context.startMs),
});

export const preCall = (context: SampleContext): Fields => ({
  ...known(context),
  answered: false,
  call_type: "missed",
  duration: 0,
  voicemail: false,
});

export const routed = (context: SampleContext): Fields => ({
  ...preCall(context),
  answered: true,
  call_type: "in_progress",
  business_phone_number: "+14155550000",
  tags: [],
});

const milestone = (context: SampleContext): Fields => ({
  event_date: stamp(context.startMs),
  ad_position: null,
  campaign: "Emergency repairs",
  device: "desktop",
  keywords: "plumber near me",
  landing: "https://www.example.com/repairs",
  landing_page_url_params: { gclid: "Cj0KCQiA" },
  match_type: null,
  medium: "CPC",
  referrer: "https://www.google.com/",
  referrer_url_params: {},
  session_browser: "Chrome",
  url_utm_params: { utm_source: "google", utm_medium: "cpc" },
  source: "Google Ads",
});

/** After the call: the fields of the API in the webhook's own types, with the older names beside them. */
export const ended = (context: SampleContext): Fields => ({
  ...known(context),
  answered: true,
  voicemail: false,
  call_type: "answered",
  duration: "61",
  business_phone_number: "+14155550000",
  agent_email: "dispatch@example.com",
  device_type: "desktop",
  formatted_call_type: "Answered Call",
  formatted_customer_location: "San Francisco, CA",
  formatted_business_phone_number: "415-555-0000",
  formatted_customer_name: "José Nuñez",
  formatted_customer_phone_number: display(context.from),
  formatted_duration: "1m 1s",
  formatted_tracking_phone_number: display(context.to),
  formatted_tracking_source: "Google Ads",
  formatted_value: "--",
  good_lead_call_id: null,
  good_lead_call_time: null,
  lead_status: null,
  note: "",
  recording: `https://app.callrail.com/calls/${callId(context)}/recording/redirect?access_key=${recordingKey}`,
  recording_duration: recordingSeconds,
  recording_player: `https://app.callrail.com/calls/${callId(context)}/recording?access_key=aaaabbbbccccdddd`,
  tags: [],
  transcription: "",
  value: "",
  source: "Google Ads",
  keywords: "plumber near me",
  medium: "CPC",
  campaign: "Emergency repairs",
  referring_url: "https://www.google.com/",
  referrer_domain: "www.google.com",
  landing_page_url: "https://www.example.com/repairs?gclid=Cj0KCQiA",
  last_requested_url: "https://www.example.com/repairs/contact",
  utm_source: "google",
  utm_medium: "cpc",
  utm_term: "",
  utm_content: "ad-7",
  utm_campaign: "emergency",
  utma: "",
  utmb: "",
  utmc: "",
  utmv: "",
  utmz: "",
  ga: "GA1.2.1234567890.1234567890",
  gclid: "Cj0KCQiA",
  fbclid: null,
  msclkid: null,
  session_uuid: "7f9619ff-8b86-d011-b42d-00cf4fc964ff",
  integration_data: [{ integration: "Webhooks", data: null }],
  keypad_entries: [],
  zip_code: [],
  milestones: {
    first_touch: milestone(context),
    lead_created: milestone(context),
    qualified: null,
    last_touch: milestone(context),
  },
  timeline_url: `https://app.callrail.com/a/1/calls/${callId(context)}/timeline`,
  keywords_spotted: "",
  conversational_transcript: "",
  call_summary: null,
  call_highlights: [],
  speaker_percent: "",
  sentiment: null,
  custom: "",
  callercity: "San Francisco",
  callercountry: "US",
  callername: "JOSÉ NUÑEZ",
  callernum: context.from,
  callerstate: "CA",
  callsource: "google_paid",
  datetime: new Date(context.startMs).toISOString().slice(0, 19).replace("T", " "),
  destinationnum: "+14155550000",
  ip: "203.0.113.7",
  kissmetrics_id: "",
  landingpage: "https://www.example.com/repairs?gclid=Cj0KCQiA",
  referrer: "https://www.google.com/",
  referrermedium: "cpc",
  score: 1,
  tag: "",
  trackingnum: context.to,
});

const phrases: readonly (readonly ["agent" | "caller", string])[] = [
  ["agent", "Acme Plumbing, how can I help you?"],
  ["caller", "Hi, our kitchen drain is blocked and the water is coming up."],
  ["agent", "I am sorry to hear that. Is there a time today that suits you?"],
  ["caller", "Any time after two would be fine."],
  ["agent", "Then somebody will be there between two and four. Thank you for calling."],
];

export const analyzed = (context: SampleContext): Fields => ({
  ...tagged(context),
  transcription: phrases.map(([, phrase]) => phrase).join(" "),
  conversational_transcript: phrases.map(([speaker, phrase], index) => ({ speaker, phrase, start: 1.5 + index * 9 })),
  call_summary: "The caller has a blocked drain and was given an appointment.",
  call_highlights: ["blocked drain", "appointment"],
  keywords_spotted: [{ keyword: "drain", locations: [{ speaker: "caller", start: 12.4 }] }],
  speaker_percent: { agent: 58, customer: 42 },
  sentiment: "positive",
  lead_score: "very good",
  lead_explanation: "Asked for an appointment and took it.",
  changes: ["transcription_text", "call_summary"],
});

export const tagged = (context: SampleContext): Fields => ({
  ...ended(context),
  tags: [{ id: 4711, name: "Emergency", color: "red1" }, "Booked"],
  note: "Comes between two and four.",
  value: "$1,250.00",
  lead_status: "good_lead",
  changes: ["tags", "note", "value", "manual_score"],
});

export const convertAssist = (context: SampleContext, more: Fields = {}): Fields => ({
  person_resource_id: personId(context),
  last_interaction_resource_id: callId(context),
  last_interaction_type: "Call",
  answers: [
    { answer_key: "service_needed", answer_text: "Drain cleaning" },
    { answer_key: "urgency", answer_text: "Today" },
  ],
  interaction_count: 1,
  timestamp: stamp(context.startMs + 300_000),
  ...more,
});

export const text = (context: SampleContext, more: Fields = {}): Fields => ({
  id: legacyId(context),
  resource_id: `SCI${hexDigits(context.key, 32)}`,
  source_number: display(context.from),
  destination_number: display(context.to),
  content: "Can you come an hour later?",
  message_type: "sms",
  media_urls: [],
  timestamp: stamp(context.startMs + 600_000),
  lead_status: null,
  conversation_id: "d8e5f",
  company_resource_id: companyId,
  person_resource_id: personId(context),
  ...more,
});

export const submission = (context: SampleContext): Fields => ({
  id: legacyId(context),
  company_id: 155920786,
  form_data: { your_name: "José Nuñez", message: "The drain is blocked" },
  form_url: "https://www.example.com/contact",
  landing_page_url: "https://www.example.com/",
  referrer: "direct",
  referring_url: "",
  submitted_at: stamp(context.startMs - 600_000),
  first_form: true,
  source: "Direct",
  keywords: "",
  campaign: "",
  medium: "direct",
});

export const legacyForm = (context: SampleContext): { readonly [name: string]: string } => ({
  resource_id: callId(context),
  callernum: context.from,
  callername: "JOSE NUNEZ",
  trackingnum: context.to,
  destinationnum: "+14155550000",
  callsource: "google_paid",
  landingpage: "https://www.example.com/repairs",
  answered: "true",
  voicemail: "false",
  duration: "49",
  direction: "inbound",
  recording: `https://app.callrail.com/calls/${callId(context)}/recording?access_key=aaaaccccddddeeee`,
  "voice_assist_message: contents": "",
  start_time: stamp(context.startMs),
});

/** The query that CallRail still appends to an address, unsigned. */
export const legacyQuery = (context: SampleContext): string =>
  new URLSearchParams({
    datetime: new Date(context.startMs).toISOString().slice(0, 19).replace("T", " "),
    trackingnum: context.to,
    callernum: context.from,
    destinationnum: "+14155550000",
  }).toString();
