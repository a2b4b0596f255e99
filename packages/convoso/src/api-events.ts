import { createReference, type ApiRecord, type CallFacts, type Recording } from "@offhook/core";
import type { ConvosoCall } from "./api-records.ts";
import { callEvent, type ConvosoRules } from "./events.ts";
import { compileFields } from "./fields.ts";
import { recordingsOf, type ConvosoRecording } from "./recordings.ts";

// The API's names are always the same, whatever keys the account's Adaptor writes.
const read = compileFields();

/**
 * A call of the log, told as a push of its last disposition would have told it: without a time of its own, because the
 * log does not say when a call was disposed of, so that what was heard last stands.
 *
 * @param recordings where more is known of them than the call says.
 */
export function callRecord(
  call: ConvosoCall,
  rules: ConvosoRules,
  recordings: readonly ConvosoRecording[] = recordingsOf(call),
): ApiRecord {
  const [first, ...others] = recordings;
  const event = callEvent(
    read([{ ...call, call_log_id: call.id, phone_code: phoneCodeOf(call), recording: first?.url ?? first?.file }]),
    rules,
  );
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

/** The log has no country code, but what was dialled is the number with it. Null where that does not fit. */
function phoneCodeOf({ phone_number: phone, number_dialed: dialed }: ConvosoCall): string | null {
  const number = phone?.replace(/\D/g, "") ?? "";
  const whole = dialed?.replace(/\D/g, "") ?? "";
  const code = whole.slice(0, -number.length);
  return number.length >= 7 && whole.endsWith(number) && /^[1-9]\d{0,2}$/.test(code) ? code : null;
}
