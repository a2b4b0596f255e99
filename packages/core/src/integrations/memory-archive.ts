import type { ArchivedContent, RecordingArchive } from "../recording-archive.ts";
import type { RecordingStream } from "../recording-stream.ts";

/** An archive for core's own tests. */
export class MemoryArchive implements RecordingArchive {
  readonly kept = new Map<string, { readonly contentType: string; readonly content: Uint8Array<ArrayBuffer> }>();

  async put(key: string, { contentType, body }: ArchivedContent): Promise<void> {
    const content = new Uint8Array(await new Response(body).arrayBuffer());
    this.kept.set(key, { contentType, content });
  }

  async get(key: string): Promise<RecordingStream | undefined> {
    const found = this.kept.get(key);
    if (found === undefined) return undefined;
    const body = new Blob([found.content]).stream();
    return { status: 200, contentType: found.contentType, bytes: found.content.length, contentRange: null, body };
  }

  async remove(key: string): Promise<void> {
    this.kept.delete(key);
  }
}
