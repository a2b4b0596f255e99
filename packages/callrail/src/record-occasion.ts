import { addSeconds } from "@offhook/core";
import type { CallFields } from "./call-fields.ts";
import { isStillRunning, type RecordOccasion } from "./kinds.ts";
import { secondsOf, startOf, wholeSecondsOf } from "./values.ts";

const minuteMs = 60_000;
// A call flow may ring one phone after the other. Post-Call does not wait for it, nor is a comparison the last one.
const longestRingingMs = 10 * minuteMs;
// Post-Call comes within twenty minutes of the end. The end may be a placeholder and rather the start, and clocks differ.
// https://support.callrail.com/hc/en-us/articles/5711246459149-Webhooks
const postCallDelayMs = 60 * minuteMs;
// CallRail names no limit; carriers cut off what is longer. https://www.twilio.com/docs/voice/twiml/dial#timelimit
const longestCallMs = 4 * 60 * minuteMs;

/**
 * What a call of the API is to be read as.
 *
 * @param readAtMs when it was asked for. Milliseconds since 1970.
 */
export function recordOccasion(fields: CallFields, readAtMs: number): RecordOccasion {
  const startedAt = startOf(fields);
  const isWithin = (time: string | null, ms: number): boolean => time !== null && Date.parse(time) > readAtMs - ms;
  // Some are never measured, so that they would run for ever.
  if (secondsOf(fields.duration) === null && isWithin(startedAt, longestCallMs)) return "unmeasured-record";
  if (isStillRunning(fields, readAtMs - longestRingingMs)) return "undecided-record";
  const endedAt = addSeconds(startedAt, wholeSecondsOf(fields.duration));
  return isWithin(endedAt ?? startedAt, postCallDelayMs) ? "early-record" : "record";
}
