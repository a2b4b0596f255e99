import { untilAborted } from "./until-aborted.ts";

/** What ends a download before its time: whoever asked for it, or the clock. */
export interface DownloadWatch {
  /** Aborted with the reason that the download ends for, also when it ends well. */
  readonly signal: AbortSignal;
  /**
   * Waits for what the other side owes: an answer, or some more of the body.
   * @throws what the signal is aborted with meanwhile.
   */
  wait<Owed>(owed: Promise<Owed>): Promise<Owed>;
  /** Ends the download and lets go of the clock. The first reason counts. */
  end(reason?: unknown): void;
}

export interface DownloadWatchOptions {
  readonly signal: AbortSignal | undefined;
  /** How long each `wait` may take, and the whole. Milliseconds. */
  readonly timeoutMs: number;
  readonly totalTimeoutMs: number;
  /** The error for somebody who was too slow. */
  readonly lateness: (ms: number) => Error;
}

export function watchDownload({ signal, timeoutMs, totalTimeoutMs, lateness }: DownloadWatchOptions): DownloadWatch {
  const controller = new AbortController();
  const end = (reason?: unknown): void => {
    clearTimeout(total);
    signal?.removeEventListener("abort", abort);
    controller.abort(reason);
  };
  const abort = (): void => end(signal?.reason);
  const total = setTimeout(() => end(lateness(totalTimeoutMs)), totalTimeoutMs);
  if (signal?.aborted === true) abort();
  else signal?.addEventListener("abort", abort);

  return {
    signal: controller.signal,
    end,
    async wait(owed) {
      const late = setTimeout(() => end(lateness(timeoutMs)), timeoutMs);
      try {
        return await untilAborted(controller.signal, owed);
      } finally {
        clearTimeout(late);
      }
    },
  };
}
