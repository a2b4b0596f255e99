import type { Recording } from "./call.ts";
import { sha256Hex } from "./hash.ts";
import type { RecordingStream } from "./recording-stream.ts";

/**
 * Where recordings are kept for good: a folder, or any blob store. Keys are of Offhook's making: letters, digits,
 * `_`, `-`, `.` and `/`, at most 500 characters.
 */
export interface RecordingArchive {
  /** Keeps a recording. When it resolves all of it is kept; when it fails, or is killed, nothing of it is there. */
  put(key: string, recording: ArchivedContent): Promise<void>;
  /**
   * @param range an HTTP Range of one part; a store that cannot do parts gives the whole.
   * @returns undefined where it has none of that key.
   */
  get(key: string, range?: string): Promise<RecordingStream | undefined>;
  /** Lets go of a recording; of one that is not there as well. */
  remove(key: string): Promise<void>;
}

export interface ArchivedContent {
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array>;
}

/** Under which key a recording is kept: of the vendor's names alone, because a call's id may change by a merge. */
export async function archiveKey(
  tenantId: string,
  { provider, id }: Pick<Recording, "provider" | "id">,
): Promise<string> {
  return [await keyPart(tenantId), provider, await keyPart(id)].join("/");
}

const plainPart = /^[A-Za-z0-9][\w-]{0,120}$/;

/** Other names are hashed, with a mark that no plain part has at its beginning. */
async function keyPart(text: string): Promise<string> {
  return plainPart.test(text) ? text : `_${await sha256Hex(text)}`;
}
