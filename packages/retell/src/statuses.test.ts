import { permutations } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { callAfter, factsOf, fixture, says } from "./fixtures/translated.ts";
import { endingOf } from "./statuses.ts";

describe("the status of an ended call", () => {
  const busy = { status: "busy", reached: false };
  const failed = { status: "failed", reached: true };
  const unreachable = { status: "failed", reached: false };
  const completed = { status: "completed", outcome: null, reached: true };
  const voicemail = { status: "completed", outcome: "voicemail", answeredBy: "machine", reached: true };

  test.each([
    ["dial_busy", busy],
    ["user_declined", busy],
    ["dial_no_answer", { status: "no_answer", reached: false }],
    ["error_user_not_joined", { status: "no_answer", reached: false }],
    ["registered_call_timeout", { status: "canceled", reached: false }],
    ["dial_failed", unreachable],
    ["invalid_destination", unreachable],
    ["telephony_provider_permission_denied", unreachable],
    ["telephony_provider_unavailable", unreachable],
    ["sip_routing_error", unreachable],
    ["marked_as_spam", unreachable],
    ["voicemail_reached", voicemail],
    ["machine_detected", voicemail],
    ["user_hangup", completed],
    ["agent_hangup", completed],
    ["call_transfer", completed],
    ["ivr_reached", completed],
    ["inactivity", completed],
    ["max_duration_reached", completed],
    ["no_concurrency_fallback", completed],
    ["transfer_bridged", completed],
    ["transfer_cancelled", completed],
    ["manual_stopped", completed],
    ["call_take_over", completed],
    ["concurrency_limit_reached", failed],
    ["no_valid_payment", failed],
    ["scam_detected", failed],
    ["error_llm_websocket_open", failed],
    ["error_llm_websocket_lost_connection", failed],
    ["error_llm_websocket_runtime", failed],
    ["error_llm_websocket_corrupt_payload", failed],
    ["error_no_audio_received", failed],
    ["error_asr", failed],
    ["error_retell", failed],
    ["error_unknown", failed],
    ["error_inbound_webhook", failed],
    ["error_frontend_corrupted_payload", failed],
    ["error_twilio", failed],
    ["error_of_the_future", failed],
  ])("E04: the reason %s decides, whatever the call_status", (reason, expected) => {
    for (const callStatus of ["ended", "not_connected", "error", "registered", "ongoing", undefined, "new"]) {
      expect(endingOf(reason, callStatus, undefined)).toMatchObject({ ...expected, certain: true });
    }
  });

  test.each([
    ["not_connected", { status: "failed", reached: false, certain: false }],
    ["error", { status: "failed", certain: false }],
    ["ended", { status: "completed", certain: true }],
    ["ongoing", { status: "completed", certain: false }],
    ["registered", { status: "completed", certain: false }],
    ["new_status", { status: "completed", certain: false }],
    [undefined, { status: "completed", certain: false }],
  ])("E04: without a known reason the call_status %s decides", (callStatus, expected) => {
    for (const reason of [undefined, null, "", "brand_new", "constructor", "__proto__"]) {
      expect(endingOf(reason, callStatus, undefined)).toMatchObject(expected);
    }
  });

  test("E05: a mailbox that the analysis found beats hang-ups and errors, but not a call that reached nobody", () => {
    for (const reason of ["user_hangup", "agent_hangup", "error_asr", "ivr_reached", undefined, "brand_new"]) {
      expect(endingOf(reason, "ended", true)).toMatchObject(voicemail);
    }
    expect(endingOf("dial_no_answer", "not_connected", true)).toMatchObject({ status: "no_answer", outcome: null });
    expect(endingOf("voicemail_reached", "ended", false)).toMatchObject(voicemail);
  });

  test("E05: a mailbox stays one when the analysis contradicts the reason, in both orders", () => {
    const end = says("call_ended", { disconnection_reason: "voicemail_reached", call_status: "ended" });
    for (const reason of [{ disconnection_reason: "voicemail_reached" }, {}]) {
      const analyzed = says("call_analyzed", {
        ...reason,
        call_status: "ended",
        call_analysis: { in_voicemail: false },
      });
      for (const order of permutations([end, analyzed])) {
        expect(callAfter(order)).toMatchObject({ status: "completed", outcome: "voicemail", answeredBy: "machine" });
      }
    }
  });

  test("E05: an analysis without a reason does not turn a precise end into a coarse one, in both orders", () => {
    for (const [reason, callStatus, status] of [
      ["dial_no_answer", "not_connected", "no_answer"],
      ["dial_busy", "not_connected", "busy"],
      ["registered_call_timeout", "error", "canceled"],
    ]) {
      const end = says("call_ended", { disconnection_reason: reason, call_status: callStatus });
      const analyzed = says("call_analyzed", { call_status: callStatus, call_analysis: { call_successful: false } });
      for (const order of permutations([end, analyzed])) expect(callAfter(order).status).toBe(status);
      expect(callAfter([analyzed]).status).toBe("failed");
    }
  });

  test("E03: a late call_started does not reopen a call", () => {
    const order = ["call_ended.json", "call_analyzed.json", "call_started.json"].map(fixture);
    expect(callAfter(order).status).toBe("completed");
  });

  test("E03: call_started is in progress, also where its call_status is behind", () => {
    for (const callStatus of ["registered", "ongoing", undefined]) {
      expect(factsOf("call_started", { call_status: callStatus }).status).toBe("in_progress");
    }
  });

  test("E04: an unknown reason keeps its words", () => {
    const { endReason } = factsOf("call_ended", { disconnection_reason: "Brand-New reason!" });
    expect(endReason).toEqual({ code: "brand_new_reason_", raw: "Brand-New reason!" });
  });
});
