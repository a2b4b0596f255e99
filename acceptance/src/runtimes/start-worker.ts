import type { Readable } from "node:stream";
import type { Running } from "./running.ts";

/** What answers instead of the internet. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** What a Worker is given, as Miniflare takes it. */
export interface WorkerOptions {
  /** Default: the internet. */
  readonly outboundService?: FetchHandler;
  /** Such as `nodejs_compat`; default: none. */
  readonly compatibilityFlags?: readonly string[];
  readonly bindings?: { readonly [name: string]: string };
  /** By binding, the address of the database. */
  readonly hyperdrives?: { readonly [name: string]: string };
  readonly ratelimits?: {
    readonly [name: string]: {
      readonly namespace_id: string;
      readonly simple: { readonly limit: number; readonly period: 10 | 60 };
    };
  };
  /** Reads what it logs; default: it goes on to the console. */
  readonly handleRuntimeStdio?: (stdout: Readable, stderr: Readable) => void;
}

/** A Worker that listens. */
export interface RunningWorker extends Running {
  /** Lets its cron trigger go off, and waits for what it does then. */
  scheduled(): Promise<void>;
}

/** As much of Miniflare as is used here. */
interface MiniflareModule {
  readonly Miniflare: new (
    options: WorkerOptions & {
      readonly modules: true;
      readonly script: string;
      readonly compatibilityDate: string;
      readonly cf: false;
      readonly unsafeDirectSockets: readonly [{ readonly host: string; readonly port: number }];
    },
  ) => {
    readonly ready: Promise<URL>;
    unsafeGetDirectURL(): Promise<URL>;
    getWorker(): Promise<{ scheduled(options: { readonly cron: string }): Promise<unknown> }>;
    dispose(): Promise<void>;
  };
}

/** Runs a module on workerd, which listens on a port of its own. */
export async function startWorker(
  miniflare: string,
  script: string,
  options: WorkerOptions = {},
): Promise<RunningWorker> {
  const { Miniflare } = (await import(miniflare)) as MiniflareModule; // see there
  const worker = new Miniflare({
    ...options,
    modules: true,
    script,
    compatibilityDate: "2026-07-30",
    // It would ask a host of Cloudflare where this machine is.
    cf: false,
    // To workerd itself: on its other port Miniflare has a Worker of its own before ours, which writes addresses anew.
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  });
  await worker.ready;
  const { port } = await worker.unsafeGetDirectURL();
  return {
    port: Number(port),
    close: () => worker.dispose(),
    async scheduled() {
      const handlers = await worker.getWorker();
      await handlers.scheduled({ cron: "* * * * *" });
    },
  };
}
