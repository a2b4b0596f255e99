import { isEmptyWav } from "../api/empty-wav.ts";
import type { RecordingStream } from "../recording-stream.ts";

/** No recording with sound is so small, and no head of a WAV larger. */
const mostBytes = 1024;

/** The stream as it came; undefined where it is a WAV without a sound, which some vendors make of silence. */
export async function withoutEmptyWav(stream: RecordingStream): Promise<RecordingStream | undefined> {
  const { bytes, body } = stream;
  if (bytes === null || bytes > mostBytes) return stream;
  const content = await contentOf(body);
  if (isEmptyWav(content, content.length)) return undefined;
  return { ...stream, body: streamOf(content) };
}

async function contentOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  const content = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    content.set(part, offset);
    offset += part.length;
  }
  return content;
}

function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(content);
      controller.close();
    },
  });
}
