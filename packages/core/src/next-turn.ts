/** Not everywhere, and not among the web's own names. */
const { setImmediate: afterEvents } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/**
 * Resolves after the events that are waiting already were handled, such as requests that arrived meanwhile. Timers may
 * take a millisecond for it, `setImmediate` takes none.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (afterEvents === undefined) setTimeout(resolve, 0);
    else afterEvents(resolve);
  });
}
