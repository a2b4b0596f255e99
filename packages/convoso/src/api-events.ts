import { createReference, type ApiRecord, type CallFacts, type Recording } from "@offhook/core";
import type { ConvosoCall } from "./api-records.ts";
import { endedByAge } from "./ended-by-age.ts";
import { recordingsOf, type ConvosoRecording } from "./recordings.ts";
import type { ConvosoRules } from "./rules.ts";

/**
 * A call of the log, told as a push of its last disposition would have told it: without a time of its own, because the
 * log does not say when a call was disposed of, so that what was heard last stands.
 *
 * @param nowMs when the log was read. Milliseconds since 1970.
 * @param recordings where more is known of them than the call says.
 */
export function callRecord(
  call: ConvosoCall,
  rules: ConvosoRules,
  nowMs: number,
  recordings: readonly ConvosoRecording[] = recordingsOf(call),
): ApiRecord {
  const [first, ...others] = recordings;
  const recording = first?.url ?? first?.file ?? null;
  const said = rules.callEvent({ ...call, call_log_id: call.id, phone_code: phoneCodeOf(call), recording });
  const event = endedByAge(said, nowMs);
  const facts: CallFacts =
    event.facts.recordings == null
      ? event.facts
      : { ...event.facts, recordings: [...event.facts.recordings, ...others.flatMap(furtherRecording)] };
  return {
    subject: "call",
    reference: createReference("convoso", call.id, "session"),
    startedAt: facts.startedAt ?? null,
    events: [{ ...event, facts }],
  };
}

/** Pushes tell of one recording, under the call's id; those of a call that was handed on have ids of their own. */
function furtherRecording({ recording_id: id, url }: ConvosoRecording): readonly Recording[] {
  if (id === null || url === null) return [];
  return [{ provider: "convoso", id, state: "available", url, channels: null, durationSeconds: null, expiresAt: null }];
}

/** https://www.itu.int/pub/T-SP-E.164D */
const countryCode =
  /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|(?:2[1-689]|3[578]|42|5[09]|6[7-9]|8[0578]|9[679])\d)$/;

/** The log has no country code, but what was dialled is the number with it. Null where that does not fit. */
function phoneCodeOf({ phone_number: phone, number_dialed: dialed }: ConvosoCall): string | null {
  const number = phone?.replace(/\D/g, "") ?? "";
  const whole = dialed?.replace(/\D/g, "") ?? "";
  const code = whole.slice(0, -number.length);
  return number.length >= 7 && whole.endsWith(number) && countryCode.test(code) ? code : null;
}
