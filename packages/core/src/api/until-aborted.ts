/**
 * What is owed, or the end by the signal: also where whoever owes it does not look at the signal, as a `fetch` that was
 * given may not. Not a race: one with a signal that lives long would keep the reactions to all that was ever owed alive.
 *
 * @throws what the signal was aborted with.
 */
export function untilAborted<Owed>(signal: AbortSignal, owed: Promise<Owed>): Promise<Owed> {
  return new Promise((resolve, reject) => {
    const stop = (): void => signal.removeEventListener("abort", giveUp);
    const giveUp = (): void => {
      stop();
      // What a signal was aborted with is whatever somebody chose.
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", giveUp);
    owed.then(resolve, reject).finally(stop);
    if (signal.aborted) giveUp();
  });
}
