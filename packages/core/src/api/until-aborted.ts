/**
 * What is owed, or the end by the signal: also where whoever owes it does not look at the signal, as a `fetch` that was
 * given may not.
 *
 * @throws what the signal was aborted with.
 */
export function untilAborted<Owed>(signal: AbortSignal, owed: Promise<Owed>): Promise<Owed> {
  return new Promise((resolve, reject) => {
    // What a signal was aborted with is whatever somebody chose.
    const giveUp = (): void => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp);
    owed.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
