/** As much of Bun as is used here. */
export interface BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
}

interface BunServing {
  readonly port: number;
  readonly hostname: string;
  /** How long a connection may say nothing. Seconds. */
  readonly idleTimeout: number;
  readonly fetch: (request: Request, server: BunServer) => Response | Promise<Response>;
}

declare const Bun: { serve(options: BunServing): BunServer };

/** Serves on a free port of this machine. Bun's own limit of 10 s is shorter than ours for bodies. */
export const serveBun = (fetch: BunServing["fetch"]): BunServer =>
  Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 30, fetch });
