/** Names that are not everywhere, and not among the web's own. */
const { navigator, EdgeRuntime } = globalThis as {
  navigator?: { readonly userAgent?: string };
  EdgeRuntime?: unknown;
};

/** https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent */
export const isWorker = navigator?.userAgent === "Cloudflare-Workers";

/** Next's edge runtime, which has names of Node's that throw when they are called. */
export const isNextEdge = EdgeRuntime !== undefined;
