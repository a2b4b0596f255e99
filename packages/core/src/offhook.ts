import { isRefusalCode, refused } from "./answers.ts";
import type { CallEvent } from "./call-event.ts";
import type { Call } from "./call.ts";
import { Committer } from "./committer.ts";
import type { Answer, Delivery, IncomingRequest } from "./delivery.ts";
import { answerRoute, withCors } from "./dispatch.ts";
import { ConfigurationError, OffhookError, StorageError } from "./errors.ts";
import { compareEvents, timeOf } from "./event-order.ts";
import { fromRequest, toResponse } from "./fetch.ts";
import { handlerRunner, wantedChanges, type Handlers } from "./handlers.ts";
import type { InboundResponder } from "./inbound.ts";
import type { Lead } from "./lead.ts";
import { silentLogger, type Logger } from "./logger.ts";
import type { Notifier } from "./notifier.ts";
import { drainOutbox, OutboxRunner, type DrainOptions, type DrainResult } from "./outbox.ts";
import type { Provider } from "./provider.ts";
import type { ReceiveContext } from "./receive.ts";
import { parseId } from "./references.ts";
import { pathOf } from "./request-target.ts";
import { createRouter, normalizePrefix, type Router } from "./routes.ts";
import type { DeliveryQuery, DeliverySummary, ListQuery, Page, Storage, StorageHealth } from "./storage.ts";

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
  readonly logger?: Logger;
  /** Serve `…/echo`, which repeats requests. Default: only outside production. */
  readonly echo?: boolean;
  /** Origins that browsers may call from; default none. */
  readonly cors?: { readonly origins: readonly string[] };
  /** Run jobs in this process as they come. False on serverless platforms, which call `drain()`. Default true. */
  readonly runJobs?: boolean;
  /** The clock. Milliseconds since 1970. */
  readonly now?: () => number;
  /** How long a delivery may wait for its commit before the sender is told to try again. Default 8,000 ms. */
  readonly commitTimeoutMs?: number;
}

/** A page's query without the tenant, which is always the Offhook's own. */
export type ListOptions = Partial<Omit<ListQuery, "tenantId">>;
export type DeliveryListOptions = Partial<Omit<DeliveryQuery, "tenantId">>;

export interface Offhook {
  readonly tenantId: string;
  /** Every webhook address that is served. */
  readonly addresses: readonly WebhookAddress[];
  /** True when a path is one of ours; a door passes on what is not. */
  handles(url: string, path?: string): boolean;
  /** The inner entrance, which every door uses. Never throws. */
  handle(request: IncomingRequest): Promise<Answer>;
  /** The entrance for web-standard runtimes. */
  fetch(request: Request): Promise<Response>;
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

const defaultLimit = 50;
const maxLimit = 200;

/**
 * Brings providers, storage and your handlers together.
 *
 * @throws ConfigurationError `option_invalid` for options that cannot work.
 */
export function createOffhook(options: OffhookOptions): Offhook {
  const { storage } = options;
  const tenantId = options.tenantId ?? "default";
  if (tenantId === "" || tenantId.includes("\u0000")) {
    throw new ConfigurationError("option_invalid", "tenantId: expected a name, got an empty one");
  }
  const logger = options.logger ?? silentLogger;
  const now = options.now ?? Date.now;
  const router = createRouter(options.providers, {
    prefix: normalizePrefix(options.prefix ?? "/api/webhooks"),
    echo: options.echo ?? !isProduction(),
  });
  const handlers = options.on ?? {};
  const notifiers = options.notifiers ?? [];
  const wanted = wantedChanges(handlers, notifiers);
  const run = handlerRunner({ tenantId, handlers, notifiers, getCall, getLead });
  const outbox = { storage, tenantId, run, now, logger };
  const runner = new OutboxRunner(outbox);
  const runJobs = options.runJobs ?? true;
  const committer = new Committer({
    storage,
    tenantId,
    wanted,
    now,
    onJobs: () => runJobs && runner.wake(),
    onPoison: ({ delivery }, cause) =>
      logger.error(
        { provider: delivery.provider, deliveryId: delivery.id, error: String(cause) },
        `[${delivery.provider}] delivery kept as failed: its events could not be applied`,
      ),
    maxBatch: 256,
    maxWaiting: 10_000,
    timeoutMs: options.commitTimeoutMs ?? 8_000,
  });
  const context: ReceiveContext = {
    tenantId,
    now,
    logger,
    async commit(entry) {
      if (!opened) await open();
      return committer.commit(entry);
    },
    onInbound: options.onInbound,
    inboundTimeoutMs: options.inboundTimeoutMs ?? 4_000,
  };

  let opening: Promise<void> | undefined;
  let opened = false;
  let closed = false;

  function open(): Promise<void> {
    if (closed)
      return Promise.reject(new StorageError("storage_unavailable", "Offhook: expected to be open, got closed"));
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
    opened = true;
    if (runJobs && wanted.size > 0) runner.wake();
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
    const wirePath = pathOf(request.url);
    const route = router.match(wirePath, request.path ?? wirePath);
    if (route === undefined) return refused("not_found");
    const answer = await answerRoute(context, route, wirePath, request).catch((error: unknown) => {
      logger.error({ error: String(error) }, "Request failed");
      return refused(error instanceof OffhookError && isRefusalCode(error.code) ? error.code : "payload_invalid");
    });
    return withCors(answer, request, options.cors?.origins ?? []);
  }

  return {
    tenantId,
    addresses: addressesOf(router),
    handles: (url, path) => {
      const wirePath = pathOf(url);
      return router.match(wirePath, path ?? wirePath) !== undefined;
    },
    handle,
    fetch: async (request) => toResponse(await handle(fromRequest(request))),
    async drain(drainOptions) {
      await open();
      return drainOutbox(outbox, drainOptions);
    },
    calls: {
      get: getCall,
      async list(listOptions = {}) {
        await open();
        return storage.list("call", { ...listOptions, limit: clampLimit(listOptions.limit), tenantId });
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
        return storage.list("lead", { ...listOptions, limit: clampLimit(listOptions.limit), tenantId });
      },
    },
    deliveries: {
      async get(id) {
        await open();
        return storage.getDelivery(tenantId, id);
      },
      async list(listOptions = {}) {
        await open();
        return storage.listDeliveries({ ...listOptions, limit: clampLimit(listOptions.limit), tenantId });
      },
    },
    async health() {
      await open();
      return storage.health(tenantId);
    },
    open,
    async close() {
      await committer.idle();
      await runner.stop();
      closed = true;
      if (opening !== undefined) await storage.close();
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

function clampLimit(limit = defaultLimit): number {
  return Number.isInteger(limit) ? Math.min(Math.max(limit, 1), maxLimit) : defaultLimit;
}

function isProduction(): boolean {
  // Workers have no process.
  const { process } = globalThis as { process?: { env?: { NODE_ENV?: string } } };
  return process?.env?.NODE_ENV === "production";
}
