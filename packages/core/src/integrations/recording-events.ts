import type { CallEventDraft } from "../call-event.ts";
import type { Call, Recording, RecordingState } from "../call.ts";
import type { ApiRecord } from "../provider-api.ts";

/** What was found out about a recording, as something that is said of its call. */
export function recordingVerdict(call: Call, recording: Recording, state: RecordingState): ApiRecord {
  return verdict(call, recording.provider, [{ ...recording, state }]);
}

/** A vendor says that there is no recording and will be none. */
export function noRecordings(call: Call, provider: string): ApiRecord {
  return verdict(call, provider, announced(call, provider));
}

/** The vendor kept saying that a recording would come, and none came. */
export function recordingNeverCame(call: Call, provider: string): ApiRecord {
  const failed = announced(call, provider);
  if (failed.length > 0) return verdict(call, provider, failed);
  const id = call.references.find((reference) => reference.provider === provider)?.id ?? call.id;
  const rest = { url: null, channels: null, durationSeconds: null, expiresAt: null };
  return verdict(call, provider, [{ provider, id, state: "failed", ...rest }]);
}

/** What was said to come, and will not. */
const announced = (call: Call, provider: string): readonly Recording[] =>
  call.recordings
    .filter((recording) => recording.provider === provider && recording.state === "pending")
    .map((recording) => ({ ...recording, state: "failed" }));

function verdict(call: Call, provider: string, recordings: readonly Recording[]): ApiRecord {
  const references = call.references.filter((reference) => reference.provider === provider);
  const [reference = call.references[0]] = references;
  if (reference === undefined) throw new RangeError("Recording: expected a call with a reference, got one without");
  // When the call ended: a time of our own would make it newer than what the vendor says of it later.
  const occurredAt = call.endedAt ?? call.startedAt;
  const event: CallEventDraft = { type: "call.recorded", occurredAt, references: [reference], facts: { recordings } };
  return { subject: "recording", reference, startedAt: call.startedAt, events: [event] };
}
