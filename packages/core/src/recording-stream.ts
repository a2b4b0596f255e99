/** A recording as it comes from a vendor or an archive. */
export interface RecordingStream {
  /** 200, or 206 for a part. */
  readonly status: 200 | 206;
  /** Such as `audio/mpeg`. */
  readonly contentType: string;
  /** Of this answer, a part's size for a part; null where the vendor does not say. */
  readonly bytes: number | null;
  /** `bytes 0-1023/9000`, for a part. */
  readonly contentRange: string | null;
  readonly body: ReadableStream<Uint8Array>;
}
