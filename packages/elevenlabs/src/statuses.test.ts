import { describe, expect, test } from "vitest";
import type { Members } from "./fixtures/index.ts";
import { factsOf, failureOf } from "./fixtures/translating.ts";

describe("the status of a conversation", () => {
  const voicemailTool = {
    role: "agent",
    message: null,
    time_in_call_secs: 3,
    tool_results: [null, { type: "system", result: { result_type: "voicemail_detection_success" } }],
  };

  test.each<[title: string, data: Members, status: string | null, outcome: string | null]>([
    ["call_result answered", { metadata: { phone_call: { call_result: "answered" } } }, "completed", "answered"],
    ["call_result voicemail", { metadata: { phone_call: { call_result: "voicemail" } } }, "completed", "voicemail"],
    ["call_result busy", { metadata: { phone_call: { call_result: "busy" } } }, "busy", null],
    ["call_result no_answer", { metadata: { phone_call: { call_result: "no_answer" } } }, "no_answer", null],
    ["call_result failed", { metadata: { phone_call: { call_result: "failed" } } }, "failed", null],
    ["an unknown call_result", { metadata: { phone_call: { call_result: "teleported" } } }, "completed", null],
    [
      "call_result before the end",
      { status: "in-progress", metadata: { phone_call: { call_result: "busy" } } },
      "in_progress",
      null,
    ],
    [
      "call_result over a voicemail sign",
      { transcript: [voicemailTool], metadata: { phone_call: { call_result: "answered" } } },
      "completed",
      "answered",
    ],
    ["the voicemail tool", { transcript: [voicemailTool] }, "completed", "voicemail"],
    [
      "the voicemail feature",
      { metadata: { features_usage: { voicemail_detection: { enabled: true, used: true } } } },
      "completed",
      "voicemail",
    ],
    [
      "an unused voicemail feature",
      { metadata: { features_usage: { voicemail_detection: { enabled: true, used: false } } } },
      "completed",
      null,
    ],
    [
      "voicemail as the reason of the end",
      { metadata: { termination_reason: "Voicemail_Detection tool called" } },
      "completed",
      "voicemail",
    ],
    ["voicemail over failed", { status: "failed", transcript: [voicemailTool] }, "completed", "voicemail"],
    ["initiated", { status: "initiated" }, "queued", null],
    ["in-progress", { status: "in-progress" }, "in_progress", null],
    ["processing", { status: "processing" }, "completed", null],
    ["done", { status: "done" }, "completed", null],
    ["failed", { status: "failed" }, "failed", null],
    [
      "an error and not a second",
      { metadata: { error: { code: 1008, reason: "x" }, call_duration_secs: 0 } },
      "failed",
      null,
    ],
    ["an error after a conversation", { metadata: { error: { code: 1002, reason: "x" } } }, "completed", null],
    ["no status, after the call", { status: undefined }, "completed", null],
    ["a status of the future, after the call", { status: "archived" }, "completed", null],
  ])("E02: %s gives its status and outcome", (_title, data, status, outcome) => {
    expect(factsOf(data)).toMatchObject({ status, outcome });
  });
});

describe("the status of a call that was never connected", () => {
  test.each<[title: string, data: Members, status: string]>([
    ["busy", { failure_reason: "busy" }, "busy"],
    ["no-answer", { failure_reason: "no-answer" }, "no_answer"],
    ["no_answer", { failure_reason: "no_answer" }, "no_answer"],
    ["busy over the carrier's word", { failure_reason: "busy", metadata: { body: { CallStatus: "failed" } } }, "busy"],
    ["unknown, CallStatus busy", { failure_reason: "unknown", metadata: { body: { CallStatus: "busy" } } }, "busy"],
    ["unknown, CallStatus no-answer", { failure_reason: "unknown" }, "no_answer"],
    [
      "unknown, CallStatus canceled",
      { failure_reason: "unknown", metadata: { body: { CallStatus: "canceled" } } },
      "canceled",
    ],
    [
      "unknown, CallStatus failed",
      { failure_reason: "unknown", metadata: { body: { CallStatus: "failed" } } },
      "failed",
    ],
    ["unknown, no CallStatus", { failure_reason: "unknown", metadata: null }, "failed"],
    ["a reason of the future", { failure_reason: "teleported", metadata: null }, "failed"],
    ["no reason", { failure_reason: undefined, metadata: null }, "failed"],
  ])("E02: a failure on Twilio, %s", (_title, data, status) => {
    expect(failureOf(data).status).toBe(status);
  });

  test.each<[code: unknown, status: string]>([
    [486, "busy"],
    [600, "busy"],
    [603, "busy"],
    [408, "no_answer"],
    [480, "no_answer"],
    [487, "no_answer"],
    ["487", "no_answer"],
    [404, "failed"],
    [503, "failed"],
    [undefined, "failed"],
  ])("E02: an unknown failure on a SIP trunk with code %s is %s", (sip_status_code, status) => {
    expect(failureOf({ metadata: { body: { sip_status_code } } }, "failure-sip.json").status).toBe(status);
  });
});
