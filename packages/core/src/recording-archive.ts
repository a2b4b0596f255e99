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
