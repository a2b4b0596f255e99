import { ApiError, type ApiContext, type RecordingLocation } from "@offhook/core";
import { secureUrl } from "./api-events.ts";
import type { TwilioRecording } from "./api-records.ts";
import type { TwilioClient } from "./create-client.ts";

export interface MediaAccess {
  readonly authorization: () => Promise<string>;
  /** Where Twilio's own storage has a recording. */
  readonly mediaUrl: (recording: Pick<TwilioRecording, "sid" | "channels">) => string;
}

/**
 * Asks before it sends anybody there: the file itself answers 404 before it is ready as well as after it was deleted.
 * @throws ApiError; `api_rejected` for a recording that is encrypted with a key of the account's own.
 */
export async function locateRecording(
  { recordings }: Pick<TwilioClient, "recordings">,
  { authorization, mediaUrl }: MediaAccess,
  sid: string,
  context?: ApiContext,
): Promise<RecordingLocation | "gone" | "later"> {
  const recording = await recordings.get(sid, context).catch(undefinedIfNotFound);
  if (recording === undefined || isGone(recording)) return "gone";
  if (isUnfinished(recording)) return "later";
  if (recording.encryption_details != null) {
    throw new ApiError(
      "api_rejected",
      "API of twilio, locate recording: expected one that can be played, got one that only the account's own key decrypts",
      { provider: "twilio" },
    );
  }
  const url = secureUrl(recording.media_url);
  // With external storage the account's own bucket has it, and no credentials of Twilio's are to go there.
  // https://www.twilio.com/en-us/blog/announcing-external-aws-s3-storage-support-for-voice-recordings
  if (url !== null && isExternal(url)) return { url };
  return { url: mediaUrl(recording), headers: { authorization: await authorization() } };
}

/** For `catch`: that there is no such record is an answer. */
export function undefinedIfNotFound(error: unknown): undefined {
  if (!(error instanceof ApiError) || error.code !== "api_not_found") throw error;
}

const isGone = ({ status }: TwilioRecording): boolean => status === "deleted" || status === "absent";

const unfinished = new Set(["in-progress", "paused", "stopped", "processing"]);

/** https://www.twilio.com/docs/voice/api/recording#recording-properties */
export const isUnfinished = ({ status }: TwilioRecording): boolean => unfinished.has(status ?? "");

function isExternal(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname !== "twilio.com" && !hostname.endsWith(".twilio.com");
}
