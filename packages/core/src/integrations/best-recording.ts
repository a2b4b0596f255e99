import type { Call, Recording, RecordingState } from "../call.ts";

/** The first is the best. */
const states: readonly RecordingState[] = ["archived", "available", "pending", "expired", "empty", "failed"];

/** The recording that tells most; of equal ones the first. */
export function bestRecording({ recordings }: Pick<Call, "recordings">): Recording | undefined {
  for (const state of states) {
    const found = recordings.find((recording) => recording.state === state);
    if (found !== undefined) return found;
  }
  return undefined;
}
