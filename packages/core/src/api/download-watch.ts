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
    wait: (owed) =>
      // Not a race: one with the signal, which lives as long as the download, would keep every chunk's reactions alive.
      new Promise((resolve, reject) => {
        const late = setTimeout(() => end(lateness(timeoutMs)), timeoutMs);
        const stop = (): void => {
          clearTimeout(late);
          controller.signal.removeEventListener("abort", giveUp);
        };
        const giveUp = (): void => {
          stop();
          // What a signal was aborted with is whatever somebody chose.
          reject(controller.signal.reason as Error);
        };
        controller.signal.addEventListener("abort", giveUp);
        owed.then(resolve, reject).finally(stop);
        if (controller.signal.aborted) giveUp();
      }),
  };
}
