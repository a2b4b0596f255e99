import { isRefusalCode, refused } from "./answers.ts";
import type { CallEvent } from "./call-event.ts";
import type { Call } from "./call.ts";
import { Committer } from "./committer.ts";
import type { Answer, Delivery, IncomingRequest } from "./delivery.ts";
import { answerRoute, withCors } from "./dispatch.ts";
import { ConfigurationError, OffhookError, StorageError } from "./errors.ts";
import { compareEvents, timeOf } from "./event-order.ts";
import { fromRequest, toResponse, type RequestOrigin } from "./fetch.ts";
import { handlerRunner, wantedChanges, type Handlers } from "./handlers.ts";
import type { InboundResponder } from "./inbound.ts";
import type { Lead } from "./lead.ts";
import { rangeOf, type DeliveryListOptions, type ListOptions } from "./list-options.ts";
import { consoleLogger, describeError, safeLogger, type Logger } from "./logger.ts";
import type { Notifier } from "./notifier.ts";
import { Outbox, type DrainOptions, type DrainResult } from "./outbox.ts";
import type { Provider } from "./provider.ts";
import type { ReceiveContext } from "./receive.ts";
import { parseId } from "./references.ts";
import { pathOf } from "./request-target.ts";
import { createRouter, normalizePrefix, type Router } from "./routes.ts";
import type { DeliverySummary, Page, Storage, StorageHealth } from "./storage.ts";

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
  /** Serve `…/echo`, which repeats requests. Default: only where NODE_ENV says development or test. */
  readonly echo?: boolean;
  /** Origins that browsers may call from; default none. */
  readonly cors?: { readonly origins: readonly string[] };
  /** Run jobs in this process as they come. False on serverless platforms, which call `drain()`. Default true. */
  readonly runJobs?: boolean;
  /** The clock. Milliseconds since 1970. */
  readonly now?: () => number;
  /** How long a delivery may wait for its commit before the sender is told to try again. Default 8,000 ms. */
  readonly commitTimeoutMs?: number;
  /** How long one run of a handler or notifier may take before it is tried again. Default 60,000 ms. */
  readonly jobTimeoutMs?: number;
}

export interface Offhook {
  readonly tenantId: string;
  /** Every webhook address that is served. */
  readonly addresses: readonly WebhookAddress[];
  /** True when a path is one of ours; a door passes on what is not. */
  handles(url: string, path?: string): boolean;
  /** The inner entrance, which every door uses. Never throws. */
  handle(request: IncomingRequest): Promise<Answer>;
  /** The entrance for web-standard runtimes. */
  fetch(request: Request, origin?: RequestOrigin): Promise<Response>;
  /** Runs the jobs that are due; for cron or `waitUntil` where no process lives on. */
  drain(options?: DrainOptions): Promise<DrainResult>;
  readonly calls: {
    /** Also by an id that a merge has replaced. */
    get(id: string): Promise<Call | undefined>;
    list(options?: ListOptions): Promise<Page<Call>>;
    /** What was said of it, oldest first. */
    events(id: string): Promise<readonly CallEvent[] | undefined>;
  };
  readonly leads: {
    get(id: string): Promise<Lead | undefined>;
    list(options?: ListOptions): Promise<Page<Lead>>;
  };
  readonly deliveries: {
    get(id: string): Promise<Delivery | undefined>;
    list(options?: DeliveryListOptions): Promise<Page<DeliverySummary>>;
  };
  health(): Promise<StorageHealth>;
  /** Opens the storage, which the first request does otherwise. */
  open(): Promise<void>;
  /** Finishes what is under way and closes the storage. */
  close(): Promise<void>;
}

export interface WebhookAddress {
  readonly path: string;
  /** Undefined for the test and echo routes. */
  readonly provider: string | undefined;
  readonly kind: string;
}

/**
 * Brings providers, storage and your handlers together.
 *
 * @throws ConfigurationError `option_invalid` for options that cannot work.
 */
export function createOffhook(options: OffhookOptions): Offhook {
  const { storage } = options;
  if (!Array.isArray(options.providers) || typeof storage?.write !== "function") {
    throw new ConfigurationError("option_invalid", "createOffhook: expected a list of providers and a storage");
  }
  const tenantId = options.tenantId ?? "default";
  if (tenantId === "" || tenantId.includes("\u0000")) {
    throw new ConfigurationError("option_invalid", "tenantId: expected a name, got an empty one");
  }
  const logger = safeLogger(options.logger ?? consoleLogger);
  const now = options.now ?? Date.now;
  const router = createRouter(options.providers, {
    prefix: normalizePrefix(options.prefix ?? "/api/webhooks"),
    echo: options.echo ?? isDevelopment(),
  });
  const handlers = options.on ?? {};
  const notifiers = options.notifiers ?? [];
  const wanted = wantedChanges(handlers, notifiers);
  const run = handlerRunner({ tenantId, handlers, notifiers, getCall, getLead });
  const jobTimeoutMs = positiveMs("jobTimeoutMs", options.jobTimeoutMs ?? 60_000);
  const outbox = new Outbox({ storage, tenantId, run, jobTimeoutMs, now, logger });
  const runJobs = options.runJobs ?? true;
  const committer = new Committer({
    open,
    storage,
    tenantId,
    wanted,
    now,
    onJobs: () => runJobs && outbox.wake(),
    onPoison: ({ delivery }, cause) =>
      logger.error(
        { provider: delivery.provider, deliveryId: delivery.id, error: describeError(cause) },
        `[${delivery.provider}] delivery kept as failed: its events could not be applied`,
      ),
    maxBatch: 256,
    maxWaiting: 10_000,
    timeoutMs: positiveMs("commitTimeoutMs", options.commitTimeoutMs ?? 8_000),
  });
  const context: ReceiveContext = {
    tenantId,
    now,
    logger,
    commit: (entry) => (closing === undefined ? committer.commit(entry) : Promise.reject(closedError())),
    async commitRejected(entry) {
      if (await committer.commitRejected(entry)) return;
      logger.error({ provider: entry.delivery.provider }, `[${entry.delivery.provider}] refusal not journaled`);
    },
    onInbound: options.onInbound,
    inboundTimeoutMs: positiveMs("inboundTimeoutMs", options.inboundTimeoutMs ?? 4_000),
  };

  let opening: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let closed = false;

  function open(): Promise<void> {
    if (closed) return Promise.reject(closedError());
    opening ??= openStorage();
    return opening;
  }

  async function openStorage(): Promise<void> {
    try {
      await storage.open();
    } catch (cause) {
      // The next request tries again.
      opening = undefined;
      throw cause instanceof OffhookError
        ? cause
        : new StorageError("storage_unavailable", "Storage: could not be opened", { cause });
    }
    if (runJobs && wanted.size > 0) outbox.wake();
  }

  async function closeAll(): Promise<void> {
    await committer.idle();
    await outbox.stop();
    closed = true;
    if (opening !== undefined) await storage.close();
  }

  async function getCall(id: string): Promise<Call | undefined> {
    const reference = parseId("call", id);
    if (reference === undefined) return undefined;
    await open();
    return (await storage.get("call", tenantId, reference))?.record;
  }

  async function getLead(id: string): Promise<Lead | undefined> {
    const reference = parseId("lead", id);
    if (reference === undefined) return undefined;
    await open();
    return (await storage.get("lead", tenantId, reference))?.record;
  }

  async function handle(request: IncomingRequest): Promise<Answer> {
    try {
      const wirePath = pathOf(request.url);
      const route = router.match(wirePath, request.path ?? wirePath);
      if (route === undefined) return refused("not_found");
      const answer = await answerRoute(context, route, wirePath, request);
      return withCors(answer, request, options.cors?.origins ?? []);
    } catch (error) {
      logger.error({ error: describeError(error) }, "Request failed");
      return refused(error instanceof OffhookError && isRefusalCode(error.code) ? error.code : "internal_failure");
    }
  }

  return {
    tenantId,
    addresses: addressesOf(router),
    handles: (url, path) => {
      const wirePath = pathOf(url);
      return router.match(wirePath, path ?? wirePath) !== undefined;
    },
    handle,
    fetch: async (request, origin) => toResponse(await handle(fromRequest(request, origin))),
    async drain(drainOptions) {
      await open();
      return outbox.drain(drainOptions);
    },
    calls: {
      get: getCall,
      async list(listOptions = {}) {
        await open();
        return storage.list("call", { ...listOptions, ...rangeOf(listOptions), tenantId });
      },
      async events(id) {
        const reference = parseId("call", id);
        if (reference === undefined) return undefined;
        await open();
        const stored = await storage.get("call", tenantId, reference);
        return stored?.events.toSorted(
          (left, right) => timeOf(left).localeCompare(timeOf(right)) || compareEvents(left, right),
        );
      },
    },
    leads: {
      get: getLead,
      async list(listOptions = {}) {
        await open();
        return storage.list("lead", { ...listOptions, ...rangeOf(listOptions), tenantId });
      },
    },
    deliveries: {
      async get(id) {
        await open();
        return storage.getDelivery(tenantId, id);
      },
      async list(listOptions = {}) {
        await open();
        return storage.listDeliveries({ ...listOptions, ...rangeOf(listOptions), tenantId });
      },
    },
    async health() {
      await open();
      return storage.health(tenantId);
    },
    open,
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

function addressesOf(router: Router): WebhookAddress[] {
  return router.paths.map(({ path, route }) => ({
    path,
    provider: route.type === "provider" ? route.provider.name : undefined,
    kind: route.type === "provider" ? route.route.kind : route.type,
  }));
}

const closedError = (): StorageError =>
  new StorageError("storage_unavailable", "Offhook: expected to be open, got closed");

/** @throws ConfigurationError `option_invalid`: timers take anything else for no time at all. */
function positiveMs(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0 && value < 2 ** 31) return value;
  throw new ConfigurationError("option_invalid", `${name}: expected a positive number of milliseconds, got ${value}`);
}

function isDevelopment(): boolean {
  // Workers have no process, and nobody there says that this is not production.
  const { process } = globalThis as { process?: { env?: { NODE_ENV?: string } } };
  const environment = process?.env?.NODE_ENV;
  return environment === "development" || environment === "test";
}
