import { addSeconds, isoFromMs, type Recording } from "@offhook/core";
import type { RetellCall } from "./payload.ts";

// https://docs.retellai.com/features/webhook-overview
const signedUrlSeconds = 24 * 60 * 60;
const storageOptOutSeconds = 10 * 60;

/** The mix, one party per channel, and both with personal data removed. */
export type RetellRecordingVariant = "mixed" | "multi_channel" | "scrubbed" | "scrubbed_multi_channel";

const suffixes: { readonly [Variant in RetellRecordingVariant]: string } = {
  mixed: "",
  multi_channel: "_multi_channel",
  scrubbed: "_scrubbed",
  scrubbed_multi_channel: "_scrubbed_multi_channel",
};

/** Retell has no ids of recordings, so they are named after their call. */
export const recordingId = (callId: string, variant: RetellRecordingVariant): string => callId + suffixes[variant];

/** Whether a recording is one of a call, by its id. */
export const isRecordingOf = (callId: string, id: string): boolean =>
  Object.values(suffixes).some((suffix) => id === callId + suffix);

/** Each variant is a recording of its own. */
export function recordingsOf(call: RetellCall): readonly Recording[] | null {
  const recordings: Recording[] = [];
  const expiresAt = expiresAtOf(call);
  const add = (variant: RetellRecordingVariant, url: string | null | undefined, channels: number | null): void => {
    if (url == null || url === "") return;
    const id = recordingId(call.call_id, variant);
    recordings.push({ provider: "retell", id, state: "available", url, channels, durationSeconds: null, expiresAt });
  };
  add("mixed", call.recording_url, null);
  add("multi_channel", call.recording_multi_channel_url, 2);
  add("scrubbed", call.scrubbed_recording_url, null);
  add("scrubbed_multi_channel", call.scrubbed_recording_multi_channel_url, 2);
  return recordings.length === 0 ? null : recordings;
}

/** Addresses are made after the end of the call, so they live at least until then. Others do not expire. */
function expiresAtOf(call: RetellCall): string | null {
  const endedAt = isoFromMs(call.end_timestamp);
  if (call.data_storage_setting === "basic_attributes_only" || call.opt_out_sensitive_data_storage === true) {
    return addSeconds(endedAt, storageOptOutSeconds);
  }
  return call.opt_in_signed_url === true ? addSeconds(endedAt, signedUrlSeconds) : null;
}
