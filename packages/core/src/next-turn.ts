/** Not everywhere, and the first and the last not among the web's own names. */
const {
  setImmediate: afterEvents,
  navigator,
  EdgeRuntime,
} = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
  navigator?: { readonly userAgent?: string };
  /** Next's edge runtime has the name of `setImmediate`, and throws when it is called. */
  EdgeRuntime?: unknown;
};

// https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent
const isWorker = navigator?.userAgent === "Cloudflare-Workers";

/**
 * Resolves after the events that are waiting already were handled, such as requests that arrived meanwhile. Timers may
 * take a millisecond for it, `setImmediate` takes none. On Workers it resolves at once: there a request that waits for
 * what another one has begun, such as a timer, is taken for hung and cancelled.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (isWorker) resolve();
    else if (afterEvents === undefined || EdgeRuntime !== undefined) setTimeout(resolve, 0);
    else afterEvents(resolve);
  });
}
