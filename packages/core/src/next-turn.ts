import { isNextEdge, isWorker } from "./runtime.ts";

/** Not everywhere. */
const { setImmediate: afterEvents } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/**
 * Resolves after the events that are waiting already were handled, such as requests that arrived meanwhile. Timers may
 * take a millisecond for it, `setImmediate` takes none. On Workers it resolves at once: there a request that waits for
 * what another one has begun, such as a timer, is taken for hung and cancelled.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (isWorker) resolve();
    else if (afterEvents === undefined || isNextEdge) setTimeout(resolve, 0);
    else afterEvents(resolve);
  });
}
