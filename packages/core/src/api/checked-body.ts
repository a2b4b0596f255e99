import type { DownloadWatch } from "./download-watch.ts";

export interface BodyChecks {
  /** How long the body said that it is; null where it did not. */
  readonly expectedBytes: number | null;
  readonly maxBytes: number;
  readonly watch: DownloadWatch;
  /** The errors that the stream ends with. */
  readonly tooLarge: () => Error;
  readonly wrongLength: () => Error;
  readonly broken: (cause: unknown) => Error;
}

/**
 * A body that is passed on chunk by chunk, as fast as it is read and no faster, and that errors instead of ending early,
 * late or never. However it ends, the connection is closed.
 */
export function checkedBody(body: ReadableStream<Uint8Array>, checks: BodyChecks): ReadableStream<Uint8Array> {
  const { expectedBytes, maxBytes, watch, tooLarge, wrongLength, broken } = checks;
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = (): void => {
          // Does nothing to a stream that has come to its end.
          controller.error(watch.signal.reason);
          reader.cancel().catch(() => undefined);
        };
        if (watch.signal.aborted) end();
        else watch.signal.addEventListener("abort", end, { once: true });
      },
      async pull(controller) {
        const chunk = await watch.wait(reader.read()).catch((error: unknown) => {
          watch.end(broken(error));
        });
        if (chunk === undefined || watch.signal.aborted) return;
        bytes += chunk.value?.byteLength ?? 0;
        if (bytes > maxBytes) watch.end(tooLarge());
        else if (chunk.done ? bytes < (expectedBytes ?? 0) : bytes > (expectedBytes ?? bytes)) watch.end(wrongLength());
        else if (!chunk.done) controller.enqueue(chunk.value);
        else {
          controller.close();
          watch.end();
        }
      },
      cancel() {
        watch.end();
      },
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  );
}
