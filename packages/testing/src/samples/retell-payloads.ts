import { hexDigits, type SampleContext } from "../sample.ts";

export type Members = { readonly [name: string]: unknown };

export const callId = ({ key }: SampleContext): string => `call_${hexDigits(key, 32)}`;

export const agentId = `agent_${hexDigits("a9e7", 30)}`;
export const agentName = "Front desk";
export const agentVersion = 3;

/** Where the recordings lie: a host of nobody's, because Retell's own have other people's recordings. */
export const recordingHost = "recordings.example.com";

/** How long a call takes. Milliseconds. */
export const callMs = 61_791;

/** Another call, with ids of its own. */
export function anotherCall(context: SampleContext, suffix: string): SampleContext {
  const key = `${context.key}${suffix}`;
  return { ...context, key, callSid: `CA${hexDigits(key, 32)}` };
}

/** The members that every event of a phone call has. */
export const phoneCall = (context: SampleContext): Members => ({
  call_id: callId(context),
  call_type: "phone_call",
  agent_id: agentId,
  agent_version: agentVersion,
  agent_name: agentName,
  agent_tag: null,
  call_status: "ongoing",
  direction: "inbound",
  from_number: context.from,
  to_number: context.to,
  telephony_identifier: { twilio_call_sid: context.callSid },
  start_timestamp: context.startMs,
  metadata: { crm_id: `lead-${context.key}` },
  retell_llm_dynamic_variables: { customer_name: "Ana Nuñez" },
  data_storage_setting: "everything",
  opt_in_signed_url: false,
});

const lines = [
  "Hello, this is the front desk. How can I help you today?",
  "Hi, I would like to move my appointment to next week, if that is possible.",
  "Of course. May I have the name the appointment was made under?",
  "It is Ana Nuñez, and it was for Tuesday at ten in the morning.",
  "Thank you. I have Wednesday at nine or Thursday at four, which one suits you?",
  "Thursday at four is great, thank you very much.",
];

/** What was said, with the times of each word in seconds, as `transcript_object` has it. */
function utterances(turns: number): Members[] {
  let seconds = 0.4;
  return Array.from({ length: turns }, (_, index) => {
    const content = lines[index % lines.length] ?? "";
    const words = content.split(" ").map((word) => {
      const start = Number(seconds.toFixed(3));
      seconds += 0.31;
      return { word, start, end: Number((seconds - 0.06).toFixed(3)) };
    });
    return { role: index % 2 === 0 ? "agent" : "user", content, words };
  });
}

const transcriptText = (spoken: readonly Members[]): string =>
  spoken.map(({ role, content }) => `${role === "agent" ? "Agent" : "User"}: ${String(content)}\n`).join("");

export const transcripts = (turns: number): Members => {
  const spoken = utterances(turns);
  return {
    transcript: transcriptText(spoken),
    transcript_object: spoken,
    transcript_with_tool_calls: [
      ...spoken,
      {
        role: "tool_call_invocation",
        tool_call_id: "tool_1",
        name: "book_appointment",
        arguments: '{"slot":"thu-16"}',
      },
      { role: "tool_call_result", tool_call_id: "tool_1", content: '{"ok":true}', successful: true },
    ],
  };
};

/** The members that the end of a call adds. */
export const ended = (context: SampleContext, turns: number): Members => ({
  ...phoneCall(context),
  call_status: "ended",
  end_timestamp: context.startMs + callMs,
  duration_ms: callMs,
  disconnection_reason: "user_hangup",
  collected_dynamic_variables: { slot: "thu-16" },
  ...transcripts(turns),
  recording_url: `https://${recordingHost}/${callId(context)}/recording.wav`,
  recording_multi_channel_url: `https://${recordingHost}/${callId(context)}/recording_multichannel.wav`,
  public_log_url: `https://${recordingHost}/${callId(context)}/public.log`,
  latency: {
    e2e: { p50: 812, p90: 1240, p95: 1301, p99: 1410, max: 1443, min: 602, num: 6, values: [812, 602, 1443] },
  },
  call_cost: {
    combined_cost: 2.63,
    total_duration_seconds: 62,
    total_duration_unit_price: 0.1645,
    product_costs: [
      { product: "elevenlabs_tts", unit_price: 0.1166, cost: 1.87 },
      { product: "gpt_4o", unit_price: 0.0479, cost: 0.76 },
    ],
  },
  llm_token_usage: { average: 1450.5, num_requests: 6, values: [1320, 1388, 1441, 1480, 1502, 1572] },
});

export const analysis: Members = {
  call_summary: "Ana moved her appointment to Thursday at four.",
  in_voicemail: false,
  user_sentiment: "Positive",
  call_successful: true,
  custom_analysis_data: { wants_callback: false, new_slot: "thu-16" },
};
