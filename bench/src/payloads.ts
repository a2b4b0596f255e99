/** Bodies of the sizes that the vendors send, the same in every run. Shapes follow the vendors' public documentation. */

const words =
  "hello thanks for calling how can I help you today I would like an appointment on tuesday around three please could you confirm the address let me check one moment does that work yes perfect is this the best number to reach you sounds good anything else no that is all goodbye".split(
    " ",
  );

const sentence = (seed: number, length: number): string =>
  Array.from({ length }, (_, index) => words[(seed * 7 + index * 13) % words.length]).join(" ");

const hex = (seed: number, length: number): string =>
  Array.from({ length }, (_, index) => ((seed * 31 + index * 7) % 16).toString(16)).join("");

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** The smallest body of at least the size, by number of turns. */
function grow(make: (turns: number) => unknown, size: number): Buffer {
  let turns = 1;
  while (bytes(make(turns)).length < size) turns += Math.max(1, Math.floor(turns / 20));
  return bytes(make(turns));
}

const startMs = Date.UTC(2026, 10, 20, 10);
const from = "+14155550119";
const to = "+15125550143";

const twilioFields: { readonly [name: string]: string } = {
  AccountSid: `AC${hex(1, 32)}`,
  ApiVersion: "2010-04-01",
  CallSid: `CA${hex(2, 32)}`,
  CallStatus: "completed",
  CallDuration: "187",
  Duration: "4",
  Called: to,
  CalledCity: "AUSTIN",
  CalledCountry: "US",
  CalledState: "TX",
  CalledZip: "78701",
  Caller: from,
  CallerCity: "SAN FRANCISCO",
  CallerCountry: "US",
  CallerState: "CA",
  CallerZip: "94105",
  Direction: "inbound",
  From: from,
  To: to,
  Timestamp: "Fri, 20 Nov 2026 10:03:11 +0000",
  SequenceNumber: "3",
  CallbackSource: "call-progress-events",
  RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/AC${hex(1, 32)}/Recordings/RE${hex(3, 32)}`,
  RecordingSid: `RE${hex(3, 32)}`,
  CallerName: "JORDAN O'NEIL",
};
export const twilioBody = Buffer.from(new URLSearchParams(twilioFields).toString());

/** About 3 KB. */
export const callrailBody = (id = `CAL${hex(4, 32)}`): Buffer =>
  bytes({
    id: 766_970_532,
    resource_id: id,
    answered: true,
    voicemail: false,
    business_phone_number: to,
    call_type: "answered",
    company_id: 155_920_786,
    company_resource_id: `COM${hex(5, 32)}`,
    company_name: "Acme Plumbing",
    company_time_zone: "America/Chicago",
    created_at: "2026-11-20T10:00:04.123Z",
    customer_city: "San Francisco",
    customer_country: "US",
    customer_name: "Jordan Oneil",
    customer_phone_number: from,
    customer_state: "CA",
    direction: "inbound",
    duration: "187",
    first_call: true,
    formatted_duration: "3m 7s",
    formatted_tracking_source: "Google Ads",
    gclid: hex(6, 60),
    keywords: "plumber near me",
    landing_page_url: `https://acme.example.com/?utm_source=google&gclid=${hex(6, 60)}`,
    last_requested_url: "https://acme.example.com/contact",
    lead_status: "good_lead",
    note: sentence(1, 20),
    prior_calls: 0,
    recording: `https://app.callrail.com/calls/${id}/recording/redirect?access_key=${hex(7, 20)}`,
    recording_duration: 180,
    recording_player: `https://app.callrail.com/calls/${id}/recording?access_key=${hex(7, 20)}`,
    referrer_domain: "www.google.com",
    referring_url: "https://www.google.com/",
    source: "google_paid",
    source_name: "Google Ads pool",
    start_time: "2026-11-20T10:00:04.123Z",
    tags: ["booked", "plumbing"],
    timestamp: "2026-11-20T10:00:04.123Z",
    tracker_resource_id: `TRK${hex(8, 32)}`,
    tracking_phone_number: "+15125550188",
    transcription: sentence(2, 190),
    utm_campaign: "spring",
    utm_medium: "cpc",
    utm_source: "google",
    utm_term: "plumber",
    value: "",
  });

/** About 1 KB. */
export const convosoBody = bytes({
  call_log_id: "90210775",
  lead_id: "48210077",
  list_id: "3312",
  campaign_id: "1187",
  campaign_name: "Solar outbound",
  user_id: "661203",
  agent_name: "Sam Rivera",
  queue: "solar-q1",
  phone_number: "4155550119",
  phone_code: "1",
  first_name: "Jordan",
  last_name: "Oneil",
  email: "jordan@example.com",
  address1: "22 Main St",
  city: "San Francisco",
  state: "CA",
  postal_code: "94105",
  source_id: "fb-33",
  call_type: "OUTBOUND",
  status: "SALE",
  status_name: "Sale made",
  term_reason: "AGENT",
  call_length: "187",
  queue_seconds: "2",
  called_count: "3",
  caller_id_displayed: "5125550143",
  recording_url: `https://admin.convoso.com/recordings/${hex(9, 40)}.mp3`,
  call_date: "2026-11-20 03:07:04",
  agent_comment: sentence(3, 22),
});

export const retellBody = (size: number): Buffer =>
  grow((turns) => {
    const transcript = Array.from({ length: turns }, (_, turn) => ({
      role: turn % 2 === 0 ? "agent" : "user",
      content: sentence(turn, 6 + (turn % 14)),
      words: sentence(turn, 6 + (turn % 14))
        .split(" ")
        .map((word, index) => ({ word, start: turn * 3 + index * 0.3, end: turn * 3 + index * 0.3 + 0.2 })),
    }));
    return {
      event: "call_analyzed",
      call: {
        call_type: "phone_call",
        from_number: from,
        to_number: to,
        direction: "inbound",
        telephony_identifier: { twilio_call_sid: `CA${hex(2, 32)}` },
        call_id: `call_${hex(10, 27)}`,
        agent_id: `agent_${hex(11, 24)}`,
        agent_version: 3,
        agent_name: "Front desk",
        call_status: "ended",
        metadata: { campaign: "spring" },
        retell_llm_dynamic_variables: { customer_name: "Jordan" },
        start_timestamp: startMs,
        end_timestamp: startMs + 187_333,
        duration_ms: 187_333,
        transcript: transcript
          .map(({ role, content }) => `${role === "agent" ? "Agent" : "User"}: ${content}\n`)
          .join(""),
        transcript_object: transcript,
        recording_url: `https://cdn.example.com/${hex(12, 40)}/recording.wav`,
        latency: { e2e: { p50: 800, p90: 1200, values: [800, 640, 910, 720] } },
        disconnection_reason: "user_hangup",
        call_analysis: {
          call_summary: sentence(4, 40),
          in_voicemail: false,
          user_sentiment: "Positive",
          call_successful: true,
          custom_analysis_data: { booked: true },
        },
        call_cost: {
          combined_cost: 40.6,
          total_duration_seconds: 187,
          product_costs: [{ product: "tts", cost: 21.9 }],
        },
      },
    };
  }, size);

export const elevenlabsBody = (size: number): Buffer =>
  grow(
    (turns) => ({
      type: "post_call_transcription",
      event_timestamp: startMs / 1000 + 200,
      data: {
        agent_id: `agent_${hex(13, 24)}`,
        agent_name: "Front desk",
        conversation_id: `conv_${hex(14, 24)}`,
        status: "done",
        user_id: null,
        transcript: Array.from({ length: turns }, (_, turn) => ({
          role: turn % 2 === 0 ? "agent" : "user",
          message: sentence(turn, 8 + (turn % 20)),
          time_in_call_secs: turn * 4,
          tool_calls: [],
          tool_results: [],
          interrupted: false,
          conversation_turn_metrics: { metrics: { convai_llm_service_ttfb: { elapsed_time: 0.41 } } },
          llm_usage: {
            model_usage: { "model-1": { input: { tokens: 900 + turn, price: 0.0002 }, output_total: { tokens: 20 } } },
          },
          agent_metadata: { agent_id: `agent_${hex(13, 24)}`, branch_id: null, workflow_node_id: null },
        })),
        metadata: {
          start_time_unix_secs: startMs / 1000,
          accepted_time_unix_secs: startMs / 1000 + 2,
          call_duration_secs: 187,
          cost: 120,
          cost_fiat: 0.09,
          termination_reason: "Call ended by remote party",
          main_language: "en",
          phone_call: {
            type: "twilio",
            direction: "inbound",
            phone_number_id: "phnum_1",
            agent_number: to,
            external_number: from,
            call_sid: `CA${hex(2, 32)}`,
            stream_sid: `MZ${hex(15, 32)}`,
          },
        },
        analysis: {
          call_successful: "success",
          transcript_summary: sentence(5, 60),
          call_summary_title: "Appointment",
          evaluation_criteria_results: { booked: { criteria_id: "booked", result: "success", rationale: "Said so" } },
          data_collection_results: { slot: { data_collection_id: "slot", value: "Tue 15:00", rationale: "Said so" } },
        },
        conversation_initiation_client_data: { dynamic_variables: { system__call_sid: `CA${hex(2, 32)}` } },
        has_audio: true,
      },
    }),
    size,
  );
