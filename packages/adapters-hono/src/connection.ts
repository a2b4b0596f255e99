import type { HeaderRecord } from "@offhook/core";

/** What a runtime tells of a request beside the Request itself. */
export interface Connection {
  /** The request target as on the wire, which the Request may have in another writing. */
  readonly target?: string | undefined;
  readonly headers?: HeaderRecord | undefined;
  readonly remoteAddress?: string | undefined;
}

/** What Hono's `env` holds on the runtimes that put something there; a Worker's bindings may have any name. */
interface RuntimeEnvironment {
  /** Node, through @hono/node-server. */
  readonly incoming?: {
    readonly url?: string;
    readonly headers?: HeaderRecord;
    readonly socket?: { readonly remoteAddress?: string };
  };
  /** Deno. */
  readonly remoteAddr?: { readonly hostname?: string };
  /** Bun hands its server over. */
  readonly requestIP?: (request: Request) => { readonly address?: string } | null;
}

/** Finds it in `env`, as each runtime hands it to `app.fetch`. Elsewhere nothing is known, and the Request has to do. */
export function connectionOf(environment: unknown, request: Request): Connection {
  if (typeof environment !== "object" || environment === null) return {};
  // Every member is looked at before it is used.
  const { incoming, remoteAddr, requestIP } = environment as RuntimeEnvironment;
  if (typeof incoming?.url === "string" && typeof incoming.headers === "object") {
    return { target: incoming.url, headers: incoming.headers, remoteAddress: incoming.socket?.remoteAddress };
  }
  if (typeof remoteAddr?.hostname === "string") return { remoteAddress: remoteAddr.hostname };
  if (typeof requestIP === "function") return { remoteAddress: requestIP.call(environment, request)?.address };
  return {};
}
