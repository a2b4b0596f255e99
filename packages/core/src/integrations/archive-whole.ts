import type { RecordingArchive } from "../recording-archive.ts";
import type { RecordingStream } from "../recording-stream.ts";

/**
 * Archives a recording. What an archive has not read to its end it cannot have kept, whatever it says: the vendor lets go
 * of its own some day.
 */
export async function archiveWhole(
  archive: RecordingArchive,
  key: string,
  { body, contentType }: RecordingStream,
): Promise<void> {
  let isRead = false;
  const over = new AbortController();
  const watched = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush: () => {
        isRead = true;
      },
    }),
    { signal: over.signal },
  );
  try {
    await archive.put(key, { body: watched, contentType });
  } finally {
    // What it left is not waited for.
    over.abort();
  }
  if (!isRead) throw new TypeError("Archive: expected put to read the recording to its end, got one that did not");
}
