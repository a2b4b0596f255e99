import type { AddressFilter, ClientAddress } from "./client-address.ts";
import { ConfigurationError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import type { InboundResponder } from "./inbound.ts";
import type { ReconcileSchedule } from "./integrations.ts";
import type { JobEngine } from "./job-engine.ts";
import { consoleLogger, safeLogger, type Logger } from "./logger.ts";
import type { Notifier } from "./notifier.ts";
import type { Provider } from "./provider.ts";
import type { RateLimitOptions } from "./rate-limit.ts";
import type { RecordingArchive } from "./recording-archive.ts";
import { checkRetention, type RetentionOptions } from "./retention.ts";
import { normalizePrefix } from "./routes.ts";
import type { Storage } from "./storage.ts";

export interface OffhookOptions {
  readonly providers: readonly Provider[];
  readonly storage: Storage;
  /** What your app does when something happened to a call. */
  readonly on?: Handlers;
  /** Decides about incoming calls for vendors that ask. */
  readonly onInbound?: InboundResponder;
  /** How long `onInbound` may take. Default 4,000 ms. */
  readonly inboundTimeoutMs?: number;
  readonly notifiers?: readonly Notifier[];
  /** Where webhooks are served. Default `/api/webhooks`. */
  readonly prefix?: string;
  /** Whose calls these are; one Offhook serves one tenant. Default `"default"`. */
  readonly tenantId?: string;
  /** Default: warnings and errors go to the console. */
  readonly logger?: Logger;
  /** Finds clients behind proxies: `behindProxies` of `@offhook/core/addresses`. Default: the connection's address counts,
   * and no header is believed. */
  readonly clientAddress?: ClientAddress;
  /** By provider, who may send its webhooks: `addressRanges` of `@offhook/core/addresses`. Default: whoever signs. */
  readonly allowedAddresses?: { readonly [provider: string]: AddressFilter };
  /** How many requests that are not verified one address may send. False: any number. Verified ones are never limited. */
  readonly rateLimit?: RateLimitOptions | false;
  /** Serve `…/echo`, which repeats requests. Default: only where NODE_ENV says development or test. */
  readonly echo?: boolean;
  /** Origins that browsers may call from; default none. */
  readonly cors?: { readonly origins: readonly string[] };
  /** Run jobs in this process as they come. False on serverless platforms, which call `drain()`. Default true. */
  readonly runJobs?: boolean;
  /** An existing queue that runs the jobs, on as many machines as it likes. Default: this process runs them itself. */
  readonly jobEngine?: JobEngine;
  /** How long raw bodies and the live feed are kept. */
  readonly retention?: RetentionOptions;
  /** Where recordings are kept for good, fetched as soon as they are there. Needs API clients. Default: at the vendor. */
  readonly archive?: RecordingArchive;
  /** Compares what vendors' APIs list with what webhooks told, by itself. Default: only when `reconcile` is called. */
  readonly reconcile?: ReconcileSchedule;
  /** The clock. Milliseconds since 1970. */
  readonly now?: () => number;
  /** How long a delivery may wait for its commit before the sender is told to try again. Default 7,000 ms, so that the
   * answer is out within 8 seconds. */
  readonly commitTimeoutMs?: number;
  /** How long one run of a handler or notifier may take before it is tried again. Default 60,000 ms. */
  readonly jobTimeoutMs?: number;
}

/**
 * The options as they are used, with their defaults.
 * @throws ConfigurationError `option_invalid`.
 */
export function checkOptions(options: OffhookOptions) {
  if (!Array.isArray(options.providers) || typeof options.storage?.write !== "function") {
    throw new ConfigurationError("option_invalid", "createOffhook: expected a list of providers and a storage");
  }
  const tenantId = options.tenantId ?? "default";
  if (tenantId === "" || tenantId.includes("\u0000")) {
    throw new ConfigurationError("option_invalid", "tenantId: expected a name, got an empty one");
  }
  return {
    storage: options.storage,
    providers: options.providers as readonly Provider[], // Array.isArray forgets the members' type
    tenantId,
    prefix: normalizePrefix(options.prefix ?? "/api/webhooks"),
    echo: options.echo ?? isDevelopment(),
    origins: options.cors?.origins ?? [],
    clientAddress: checkFunction("clientAddress", options.clientAddress),
    allowedAddresses: checkAllowed(options),
    rateLimit: options.rateLimit,
    handlers: options.on ?? {},
    notifiers: options.notifiers ?? [],
    onInbound: options.onInbound,
    inboundTimeoutMs: positiveMs("inboundTimeoutMs", options.inboundTimeoutMs ?? 4_000),
    commitTimeoutMs: positiveMs("commitTimeoutMs", options.commitTimeoutMs ?? 7_000),
    jobTimeoutMs: positiveMs("jobTimeoutMs", options.jobTimeoutMs ?? 60_000),
    jobEngine: options.jobEngine,
    runJobs: options.runJobs ?? true,
    retention: checkRetention(options.retention),
    archive: checkArchive(options.archive),
    schedule: options.reconcile,
    logger: safeLogger(options.logger ?? consoleLogger),
    now: options.now ?? Date.now,
  };
}

/** @throws ConfigurationError `option_invalid` */
function checkFunction<Value>(name: string, value: Value): Value {
  if (value === undefined || typeof value === "function") return value;
  throw new ConfigurationError("option_invalid", `${name}: expected a function, got something else`);
}

/** @throws ConfigurationError `option_invalid`: a list for a provider that is not there would protect nothing. */
function checkAllowed({ allowedAddresses = {}, providers }: OffhookOptions): {
  readonly [provider: string]: AddressFilter;
} {
  for (const name of Object.keys(allowedAddresses)) {
    if (typeof allowedAddresses[name] === "function" && providers.some((provider) => provider.name === name)) continue;
    throw new ConfigurationError(
      "option_invalid",
      `allowedAddresses.${name}: expected addressRanges([…]) for one of the providers, got something else`,
    );
  }
  return allowedAddresses;
}

/** @throws ConfigurationError `option_invalid` */
function checkArchive(archive: RecordingArchive | undefined): RecordingArchive | undefined {
  if (archive === undefined) return undefined;
  for (const method of ["put", "get", "remove"] as const) {
    if (typeof archive[method] === "function") continue;
    throw new ConfigurationError(
      "option_invalid",
      `archive: expected one with put, get and remove, got none of ${method}`,
    );
  }
  return archive;
}

/** @throws ConfigurationError `option_invalid`: timers take anything else for no time at all. */
function positiveMs(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0 && value < 2 ** 31) return value;
  throw new ConfigurationError("option_invalid", `${name}: expected a positive number of milliseconds, got ${value}`);
}

function isDevelopment(): boolean {
  // Workers have no process, and nobody there says that this is not production.
  const { process } = globalThis as { process?: { env?: { NODE_ENV?: string } } };
  try {
    const environment = process?.env?.NODE_ENV;
    return environment === "development" || environment === "test";
  } catch {
    // Deno asks for a permission, which nobody should have to give for this.
    return false;
  }
}
