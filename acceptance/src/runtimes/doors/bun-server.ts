/** As much of Bun as is used here. */
export interface BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
}

interface BunServing {
  readonly port: number;
  readonly hostname: string;
  readonly fetch: (request: Request, server: BunServer) => Response | Promise<Response>;
}

declare const Bun: { serve(options: BunServing): BunServer };

/** Serves on a free port of this machine. */
export const serveBun = (fetch: BunServing["fetch"]): BunServer => Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
