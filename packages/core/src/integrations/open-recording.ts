import { ApiError } from "../api-error.ts";
import type { RequestPurpose } from "./api-requests.ts";
import type { Call, Recording, RecordingState } from "../call.ts";
import { openDownload } from "../api/download.ts";
import type { Vendor } from "./import-runs.ts";
import type { RecordingStream } from "../recording-stream.ts";
import { withoutEmptyWav } from "./empty-recording.ts";

export type VendorRecording =
  | { readonly type: "stream"; readonly stream: RecordingStream }
  | {
      readonly type: "nothing";
      readonly state: RecordingState;
      /** The vendor says so itself. A file that is empty or not found may be one that is still in the making. */
      readonly isCertain: boolean;
    };

const nothing = (state: RecordingState, isCertain = true): VendorRecording => ({ type: "nothing", state, isCertain });

/**
 * A recording as the vendor has it now, by the vendor's credentials and from the vendor's hosts alone.
 * @throws ApiError when it may be there and cannot be had.
 */
export async function openAtVendor(
  { name, api, requests }: Vendor,
  call: Call,
  recording: Recording,
  { range, nowMs, ...purpose }: RequestPurpose & { readonly range?: string | undefined; readonly nowMs: number },
): Promise<VendorRecording> {
  const { signal } = purpose;
  const location = await requests.ask(
    purpose,
    async (context) => (await api.locateRecording?.(recording, call, context)) ?? "gone",
  );
  if (location === "gone") return nothing("expired");
  if (location === "later") return nothing("pending");
  let stream: RecordingStream;
  try {
    const { recordingHosts: hosts, fetch } = api;
    // Not through the requests: where recordings lie a refusal says nothing of the credentials for the API.
    stream = await openDownload(location, { provider: name, hosts, range, signal, fetch });
  } catch (error) {
    const isGone = error instanceof ApiError && error.code === "api_not_found";
    // Signed addresses answer 403 when their time is over; before that it is a refusal, which may pass.
    const isExpired = error instanceof ApiError && error.code === "api_forbidden" && isOver(recording, nowMs);
    // A file that is not found may be one that is still in the making; one that is gone was there.
    if (isGone || isExpired) return nothing("expired", isExpired || error.status === 410);
    throw error;
  }
  const filled = range === undefined ? await withoutEmptyWav(stream) : stream;
  return filled === undefined ? nothing("empty", false) : { type: "stream", stream: filled };
}

const isOver = ({ expiresAt }: Recording, nowMs: number): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= nowMs;
