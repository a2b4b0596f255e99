import type { ApiError, ApiErrorCode, ApiErrorDetails } from "../api-error.ts";
import { codeOfStatus, retryAfterOf } from "./api-status.ts";
import type { PinnedResponse } from "./pinned-fetch.ts";
import type { RecordingStream } from "../recording-stream.ts";

/** Words an error of a download. What is said completes "Recording of twilio: …". */
export type Fail = (code: ApiErrorCode, said: string, details?: Partial<ApiErrorDetails>) => ApiError;

/** An HTML player or JSON is no recording. Parameters such as `codecs` are passed on. */
const audioType = /^(?:audio\/[a-z0-9.+_-]{1,60}|(?:application|binary)\/octet-stream)(?: *;[ -~]{0,120})?$/i;

/**
 * What an answer says before its body.
 * @param mayBePart whether a part was asked for.
 * @throws what `fail` makes of an answer that is no recording.
 */
export function readHead(
  { status, headers }: Pick<PinnedResponse, "status" | "headers">,
  mayBePart: boolean,
  fail: Fail,
): Omit<RecordingStream, "body"> {
  const malformed = (said: string): ApiError => fail("api_malformed", said, { status });
  if (status < 200 || status >= 300) {
    throw fail(codeOfStatus(status), `the vendor answered ${status}`, { status, retryAfterMs: retryAfterOf(headers) });
  }
  if (status !== 200 && !(status === 206 && mayBePart)) throw malformed(`the vendor answered ${status}`);
  // Its length would be that of something else.
  if ((headers.get("content-encoding") ?? "identity") !== "identity")
    throw malformed("expected it as it is, got it compressed");
  const contentType = headers.get("content-type") ?? "";
  if (!audioType.test(contentType)) throw malformed("expected audio, got another content type");
  const length = headers.get("content-length");
  if (length !== null && !/^\d{1,15}$/.test(length)) throw malformed("expected a length, got something else");
  const bytes = length === null ? null : Number(length);
  if (status === 200) return { status, contentType, bytes, contentRange: null };

  const contentRange = headers.get("content-range") ?? "";
  const [, from, to] = /^bytes (\d{1,15})-(\d{1,15})\/(?:\d{1,15}|\*)$/.exec(contentRange) ?? [];
  const part = Number(to) - Number(from) + 1;
  if (!(part > 0) || (bytes ?? part) !== part) throw malformed("expected one part, got something else");
  return { status: 206, contentType, bytes: part, contentRange };
}
