import { expect, test } from "vitest";
import type { AnsweredBy, CallOutcome, CallStatus } from "./call.ts";
import { crmStatus, type CrmStatus } from "./crm-status.ts";

test.each<[CallStatus, CallOutcome, AnsweredBy, number | null, CrmStatus | null]>([
  ["completed", "answered", "human", 61, "held"],
  ["completed", "answered", "unknown", null, "held"],
  ["completed", "answered", "unknown", 0, "no answer"],
  ["completed", "missed", "unknown", 12, "no answer"],
  ["no_answer", "missed", "unknown", 0, "no answer"],
  ["busy", "missed", "unknown", 0, "no answer"],
  ["failed", "unknown", "unknown", 0, "no connection"],
  ["canceled", "abandoned", "unknown", 0, "no connection"],
  ["completed", "voicemail", "unknown", 30, "voicemail"],
  ["completed", "answered", "machine", 30, "voicemail"],
  ["in_progress", "unknown", "unknown", null, null],
  ["ringing", "unknown", "unknown", null, null],
  ["queued", "unknown", "unknown", null, null],
])("E09: %s, %s, by %s, %s s is told as %s", (status, outcome, answeredBy, durationSeconds, expected) => {
  expect(crmStatus({ status, outcome, answeredBy, durationSeconds })).toBe(expected);
});
