/** As much of Deno as is used here. */
interface DenoAddress {
  readonly hostname: string;
  readonly port: number;
}

type DenoHandler = (request: Request, connection: { readonly remoteAddr: DenoAddress }) => Response | Promise<Response>;

declare const Deno: {
  serve(
    options: { readonly port: number; readonly hostname: string; readonly onListen: (address: DenoAddress) => void },
    handler: DenoHandler,
  ): unknown;
};

/** Serves on a free port of this machine. */
export function serveDeno(handler: DenoHandler, onListen: (port: number) => void): void {
  Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => onListen(port) }, handler);
}
