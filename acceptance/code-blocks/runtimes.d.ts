// What the documentation uses of other runtimes and of the reader's app, instead of packages of types.

declare const Bun: {
  serve(options: {
    readonly port?: number;
    fetch(
      request: Request,
      server: { requestIP(request: Request): { readonly address: string } | null },
    ): Response | Promise<Response>;
  }): unknown;
};

type DenoHandler = (
  request: Request,
  information: { readonly remoteAddr: { readonly hostname: string } },
) => Response | Promise<Response>;

declare const Deno: {
  readonly env: { get(name: string): string | undefined; toObject(): Record<string, string> };
  serve(handler: DenoHandler): unknown;
  serve(options: { readonly port?: number }, handler: DenoHandler): unknown;
};

/** Of Supabase's functions. */
declare const EdgeRuntime: { waitUntil(promise: Promise<unknown>): void };

/** Where a Next.js app has its Offhook. */
declare module "@/lib/offhook" {
  import type { Offhook } from "@offhook/core";
  export const offhook: Offhook;
}

/** Next resolves it without its ending, Node does not. */
declare module "next/server" {
  export * from "next/server.js";
}
