import { hexDigits, sampleContext, type SampleContext, type SampleOptions, type SampleRequest } from "../sample.ts";
import {
  agentId,
  agentVersion,
  analysis,
  anotherCall,
  callId,
  ended,
  phoneCall,
  recordingHost,
  transcripts,
  type Members,
} from "./retell-payloads.ts";

const request = (name: string, body: string, mapped = true): SampleRequest => ({
  provider: "retell",
  name,
  path: "retell",
  method: "POST",
  query: "",
  contentType: "application/json",
  body,
  mapped,
});

const callEvent = (event: string, call: Members, extra: Members = {}): SampleRequest =>
  request(event, JSON.stringify({ event, call, ...extra }));

const named = (name: string, sample: SampleRequest): SampleRequest => ({ ...sample, name });

const inbound = (context: SampleContext, extra: Members = {}): SampleRequest =>
  request(
    "call_inbound",
    JSON.stringify({
      event: "call_inbound",
      call_inbound: {
        call_id: callId(context),
        agent_id: agentId,
        agent_version: agentVersion,
        from_number: context.from,
        to_number: context.to,
      },
      ...extra,
    }),
  );

/** One answered and analysed inbound call, in the order in which Retell tells of it. */
export function retellLife(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    inbound(context, { event_timestamp: context.startMs - 4_000 }),
    callEvent("call_started", phoneCall(context)),
    callEvent("transcript_updated", { ...phoneCall(context), ...transcripts(4) }),
    callEvent("transfer_cancelled", phoneCall(context), transferExtras),
    callEvent("call_ended", ended(context, 6)),
    callEvent("call_analyzed", { ...ended(context, 6), call_analysis: analysis }),
  ];
}

const transferExtras: Members = {
  transfer_destination: { number: "+14155550111", extension: null },
  transfer_option: { type: "warm_transfer", onHoldMusic: "none" },
};

/** A call that never connected: no start, no duration, no transcript, and no event but its end. */
function unconnected(context: SampleContext, reason: string, callStatus = "not_connected"): SampleRequest {
  const {
    start_timestamp: _start,
    telephony_identifier: _telephony,
    ...call
  } = phoneCall(anotherCall(context, hexOf(reason)));
  return named(
    `call_ended.${reason}`,
    callEvent("call_ended", {
      ...call,
      direction: "outbound",
      from_number: context.to,
      to_number: context.from,
      call_status: callStatus,
      disconnection_reason: reason,
    }),
  );
}

const hexOf = (text: string): string =>
  Array.from(text, (character) => character.charCodeAt(0).toString(16))
    .join("")
    .slice(-8);

function webCall(context: SampleContext): Members {
  const {
    from_number: _from,
    to_number: _to,
    direction: _direction,
    telephony_identifier: _telephony,
    ...call
  } = ended(context, 2);
  return {
    ...call,
    call_type: "web_call",
    access_token: "eyJhbGciOiJIUzI1NiJ9.example",
  };
}

/** Every kind of request that Retell sends, and the odd shapes of them. */
export function retellSamples(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  const chat = {
    chat_id: `chat_${hexDigits(context.key, 32)}`,
    agent_id: `agent_${hexDigits("c4a7", 30)}`,
    chat_status: "ended",
    chat_type: "sms_chat",
    start_timestamp: context.startMs,
    transcript: "Agent: Hello\nUser: Hi\n",
  };
  const kept = (event: string, members: Members): SampleRequest =>
    request(event, JSON.stringify({ event, ...members }), false);
  const other = (suffix: string): SampleContext => anotherCall(context, suffix);
  return [
    ...retellLife(options),
    { ...named("call_inbound on its own address", inbound(context)), path: "retell/inbound" },
    request(
      "call_inbound without a call id",
      `{"event": "call_inbound", "call_inbound": {"from_number": "${context.from}", "to_number": "${context.to}"}}`,
      false,
    ),
    callEvent("transfer_started", phoneCall(context), transferExtras),
    callEvent("transfer_bridged", phoneCall(context), transferExtras),
    callEvent(
      "transfer_ended",
      { ...phoneCall(context), transfer_end_timestamp: context.startMs + 90_000 },
      transferExtras,
    ),
    unconnected(context, "dial_busy"),
    unconnected(context, "dial_no_answer"),
    unconnected(context, "dial_failed"),
    unconnected(context, "user_declined"),
    unconnected(context, "registered_call_timeout", "error"),
    unconnected(context, "concurrency_limit_reached", "error"),
    named(
      "call_ended.voicemail_reached",
      callEvent("call_ended", { ...ended(other("7a"), 2), disconnection_reason: "voicemail_reached" }),
    ),
    named(
      "call_ended.call_transfer",
      callEvent("call_ended", {
        ...ended(other("7b"), 4),
        disconnection_reason: "call_transfer",
        transfer_destination: "sip:desk@example.com;transport=tls",
      }),
    ),
    named(
      "call_ended.error after a talk",
      callEvent("call_ended", {
        ...ended(other("7c"), 2),
        call_status: "error",
        disconnection_reason: "error_llm_websocket_lost_connection",
      }),
    ),
    // The vendor's own sample of the end of a call.
    named("call_ended.registered", callEvent("call_ended", { ...ended(context, 2), call_status: "registered" })),
    named(
      "call_ended with storage opted out",
      callEvent("call_ended", {
        ...ended(other("7d"), 2),
        data_storage_setting: "basic_attributes_only",
        scrubbed_recording_url: `https://${recordingHost}/${callId(other("7d"))}/scrubbed.wav`,
      }),
    ),
    named(
      "call_ended with signed addresses",
      callEvent("call_ended", { ...ended(other("7e"), 2), opt_in_signed_url: true }),
    ),
    named(
      "call_ended of an older version",
      callEvent("call_ended", {
        call_id: hexDigits(`${context.key}01d`, 32),
        call_type: "phone_call",
        agent_id: hexDigits("a9e7", 32),
        call_status: "ended",
        direction: "outbound",
        from_number: context.to,
        to_number: context.from,
        start_timestamp: context.startMs,
        end_timestamp: context.startMs + 12_000,
        disconnection_reason: "machine_detected",
        transcript: "Agent: Hello\nUser: You have reached\nthe mailbox\n",
        opt_out_sensitive_data_storage: true,
      }),
    ),
    named(
      "call_started of a web call",
      callEvent("call_started", {
        call_id: callId(other("eb")),
        call_type: "web_call",
        agent_id: agentId,
        call_status: "ongoing",
        access_token: "eyJhbGciOiJIUzI1NiJ9.example",
        start_timestamp: context.startMs,
      }),
    ),
    named("call_ended of a web call", callEvent("call_ended", webCall(other("eb")))),
    named(
      "call_analyzed with the analysis alone",
      callEvent("call_analyzed", {
        call_id: callId(other("a1")),
        call_type: "phone_call",
        call_status: "ended",
        call_analysis: analysis,
      }),
    ),
    named(
      "call_analyzed of an unconnected call",
      callEvent("call_analyzed", {
        call_id: callId(other("a2")),
        call_type: "phone_call",
        call_status: "not_connected",
        call_analysis: { call_successful: false, in_voicemail: false, user_sentiment: "Unknown" },
      }),
    ),
    named(
      "call_analyzed of a long call",
      callEvent("call_analyzed", { ...ended(other("a3"), 40), call_analysis: analysis }),
    ),
    // Escapes and spaces are the vendor's business; the bytes are signed as they are.
    request(
      "call_ended in another writing",
      `{\r\n  "event" : "call_ended",\r\n  "call" : { "call_id": "${callId(other("e5"))}", "call_status": "ended",` +
        ` "agent_name": "Gr\\u00fc\\u00dfe \\ud83d\\udcde", "metadata": {"__proto__": {"a": 1}, "note": "Grüße 📞"},` +
        ` "duration_ms": 1.5e3, "unknown_member": [[[]]] }\r\n}\r\n`,
    ),
    named(
      "call_ended with members of the wrong type",
      callEvent("call_ended", {
        call_id: callId(other("e6")),
        call_status: 7,
        agent_name: ["x"],
        start_timestamp: "yesterday",
        telephony_identifier: "CA1",
        transcript_object: { role: "agent" },
        metadata: "text",
        call_cost: [],
        call_analysis: null,
      }),
    ),
    kept("chat_started", { chat: { ...chat, chat_status: "ongoing" } }),
    kept("chat_ended", { chat }),
    kept("chat_analyzed", { chat: { ...chat, chat_analysis: { chat_summary: "A greeting.", chat_successful: true } } }),
    kept("chat_inbound", { chat_inbound: { from_number: context.from, to_number: context.to } }),
    kept("alert_triggered", {
      alert: {
        alert_incident_id: `incident_${context.key}`,
        alert_rule_id: "rule_1",
        name: "Calls fail",
        metric_type: "call_count",
        threshold_type: "absolute",
        threshold_value: 5,
        comparator: ">",
        frequency: "5m",
        window: "1h",
        current_value: 7,
        triggered_timestamp: context.startMs,
      },
    }),
    kept("call_something_new", { call: phoneCall(context) }),
  ];
}
