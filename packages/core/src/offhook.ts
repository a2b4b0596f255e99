import { isRefusalCode, refused } from "./answers.ts";
import { lacking } from "./abilities.ts";
import type { CallEvent } from "./call-event.ts";
import type { Call } from "./call.ts";
import { ChangeFeed, type FeedEntry } from "./change-feed.ts";
import { withClientAddress } from "./client-address.ts";
import { Committer } from "./committer.ts";
import type { Answer, Delivery, IncomingRequest } from "./delivery.ts";
import { answerRoute, withCors } from "./dispatch.ts";
import { ConfigurationError, OffhookError } from "./errors.ts";
import { fromRequest, toResponse, type RequestOrigin } from "./fetch.ts";
import { handlerRunner, wantedChanges } from "./handlers.ts";
import { runByKind } from "./job-kinds.ts";
import type { ImportOptions, ImportSummary, Integrations, ReconcileOptions, ReconcileSummary } from "./integrations.ts";
import type { DrainOptions, DrainResult, JobRunner } from "./job-runner.ts";
import type { Job } from "./job.ts";
import type { Lead } from "./lead.ts";
import { closedError, Lifecycle } from "./lifecycle.ts";
import type { DeliveryListOptions, JobListOptions, ListOptions } from "./list-options.ts";
import { describeError } from "./logger.ts";
import { checkOptions, type OffhookOptions } from "./offhook-options.ts";
import { onceAMinute } from "./once-a-minute.ts";
import { Outbox } from "./outbox.ts";
import { queriesOn } from "./queries.ts";
import { unverifiedLimit } from "./rate-limit.ts";
import type { ReceiveContext } from "./receive.ts";
import { pathOf } from "./request-target.ts";
import { expire, retentionJob, retentionJobKind, retentionRunner, type RetentionContext } from "./retention.ts";
import { addressesOf, createRouter, type WebhookAddress } from "./routes.ts";
import type { DeliverySummary, Expired, Page, StorageHealth } from "./storage.ts";
import type { TellOptions, Told } from "./tell.ts";
import { attachWorkings, type Workings } from "./workings.ts";

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
  readonly jobs: {
    /** Newest first. The dead have the reason in `lastError`. */
    list(options?: JobListOptions): Promise<Page<Job>>;
    /** Lets dead jobs run again, by their ids or all of them. Resolves with how many there were. */
    retry(ids: readonly string[] | "all"): Promise<number>;
  };
  /**
   * What changed, from any process, as it happens: for live views. Ends with `signal`, with `close()`, or with the
   * loop over it.
   *
   * @param after the id of the last entry that was seen, to go on from there; 0: all that is kept; default: what comes
   * from now on, see `lastChangeId` for a view that starts with something.
   * @example
   * for await (const entry of offhook.changes(lastId, { signal })) send(entry);
   */
  changes(after?: number, options?: { readonly signal?: AbortSignal }): AsyncGenerator<FeedEntry, void, void>;
  /**
   * Where `changes` stands. Taken before what is to be shown is read, and given to `changes` after it, nothing that
   * happens in between is missed.
   */
  lastChangeId(): Promise<number>;
  /**
   * Brings a vendor's history in: see `Integrations`.
   * @example
   * await offhook.importCalls({ provider: "callrail", from: "2026-11-01T00:00:00Z", onProgress: console.log });
   */
  importCalls(options: ImportOptions): Promise<ImportSummary>;
  /** Finds what webhooks have missed, and repairs only that: see `Integrations`. */
  reconcile(options: ReconcileOptions): Promise<ReconcileSummary>;
  /** What is done with the APIs of vendors. Undefined where no provider was given a client. */
  readonly integrations: Integrations | undefined;
  /** Lets go of what is past its time now; a job does so every day. */
  expire(): Promise<Expired>;
  health(): Promise<StorageHealth>;
  /** Opens the storage, which the first request does otherwise. */
  open(): Promise<void>;
  /** Finishes what is under way and closes the storage. */
  close(): Promise<void>;
}

/**
 * Brings providers, storage and your handlers together.
 *
 * @throws ConfigurationError `option_invalid` for options that cannot work.
 */
export function createOffhook(options: OffhookOptions): Offhook {
  const settings = checkOptions(options);
  const { storage, providers, tenantId, handlers, notifiers, runJobs, retention, logger, now } = settings;
  const { archive, schedule, jobTimeoutMs } = settings;
  const router = createRouter(providers, settings);
  const lifecycle = new Lifecycle({ storage, onOpen, finish });
  const open = (): Promise<void> => lifecycle.open();
  const queries = queriesOn({ storage, tenantId, open });
  const feed = new ChangeFeed({ storage, tenantId, open, logger });

  const retaining: RetentionContext = { storage, tenantId, retention, now };
  const getCall = (id: string): Promise<Call | undefined> => queries.calls.get(id);
  const getLead = (id: string): Promise<Lead | undefined> => queries.leads.get(id);
  const audience: Omit<TellOptions, "nowMs"> = {
    tenantId,
    wanted: wantedChanges(handlers, notifiers),
    followUps: (call, hasEnded) => integrations?.followUps(call, hasEnded) ?? [],
  };
  const workings: Workings = {
    storage,
    providers,
    audience,
    now,
    logger,
    open,
    onCommit,
    prefix: settings.prefix,
    archive,
    schedule,
    jobTimeoutMs,
  };
  // Comes with the clients: what an app does not use, it does not load.
  const integrations = providers.find(({ api }) => api !== undefined)?.api?.integrations(workings);
  if (integrations === undefined && (archive !== undefined || schedule !== undefined)) {
    logger.warn({}, "archive and reconcile do nothing: no provider has an API client");
  }
  const run = runByKind(
    new Map([
      ["handle", handlerRunner({ tenantId, handlers, notifiers, getCall, getLead, logger })],
      [retentionJobKind, retentionRunner(retaining)],
      ...(integrations?.runners ?? []),
    ]),
  );
  const jobs = jobRunner();
  const committer = new Committer({
    open,
    storage,
    audience,
    now,
    onCommit,
    onPoison: ({ delivery }, cause) =>
      logger.error(
        { provider: delivery.provider, deliveryId: delivery.id, error: describeError(cause) },
        `[${delivery.provider}] delivery kept as failed: its events could not be applied`,
      ),
    maxBatch: 256,
    maxWaiting: 10_000,
    timeoutMs: settings.commitTimeoutMs,
  });
  const tellUnjournaled = onceAMinute(now, (provider: string, count) =>
    logger.error({ provider, count }, `[${provider}] refusals not journaled`),
  );
  const context: ReceiveContext = {
    tenantId,
    now,
    logger,
    commit: (entry) => (lifecycle.isClosing ? Promise.reject(closedError()) : committer.commit(entry)),
    async commitRejected(entry) {
      const isJournaled = await committer.commitRejected(entry);
      if (!isJournaled) tellUnjournaled(entry.delivery.provider);
      return isJournaled;
    },
    allowedAddresses: settings.allowedAddresses,
    isWithinLimit: unverifiedLimit(settings.rateLimit, { now, logger }),
    onInbound: settings.onInbound,
    inboundTimeoutMs: settings.inboundTimeoutMs,
  };

  let scheduling: Promise<void> | undefined;

  function jobRunner(): JobRunner {
    const { jobEngine: engine } = settings;
    const common = { storage, tenantId, run, jobTimeoutMs, now, logger };
    return engine === undefined ? new Outbox(common) : engine.relay({ ...common, engine, runJobs });
  }

  function onOpen(): void {
    if (!runJobs) return;
    void scheduleJobs();
    jobs.wake();
  }

  /** Once in a process. Where nothing can expire there is nothing to let go of. */
  function scheduleJobs(): Promise<void> {
    const scheduled = [
      ...(storage.expire === undefined ? [] : [retentionJob(tenantId, now())]),
      ...(integrations?.scheduled() ?? []),
    ];
    if (scheduled.length === 0) return Promise.resolve();
    scheduling ??= storage
      .write((transaction) => transaction.insertJobs(scheduled))
      .catch((error: unknown) => {
        scheduling = undefined;
        logger.error({ error: describeError(error) }, "Retention and reconciling could not be scheduled");
      });
    return scheduling;
  }

  function requireIntegrations(): Integrations {
    if (integrations !== undefined) return integrations;
    throw new ConfigurationError(
      "client_missing",
      "Offhook: expected a provider with an API client, such as callrail({ client: createCallRailClient(…) }), got none",
    );
  }

  function onCommit({ jobs: written, changed }: Told): void {
    if (written > 0 && (runJobs || settings.jobEngine !== undefined)) jobs.wake();
    if (changed > 0) feed.wake();
  }

  async function finish(): Promise<void> {
    await committer.idle();
    await feed.stop();
    await scheduling;
    await Promise.all([integrations?.stop(), jobs.stop()]);
  }

  async function handle(arrived: IncomingRequest): Promise<Answer> {
    try {
      const request = withClientAddress(arrived, settings.clientAddress);
      const wirePath = pathOf(request.url);
      const route = router.match(wirePath, request.path ?? wirePath);
      if (route === undefined) return refused("not_found");
      const answer = await answerRoute(context, route, wirePath, request);
      return withCors(answer, request, settings.origins);
    } catch (error) {
      logger.error({ error: describeError(error) }, "Request failed");
      return refused(error instanceof OffhookError && isRefusalCode(error.code) ? error.code : "internal_failure");
    }
  }

  const offhook: Offhook = {
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
      if (!runJobs) await scheduleJobs();
      return jobs.drain(drainOptions);
    },
    calls: queries.calls,
    leads: queries.leads,
    deliveries: queries.deliveries,
    jobs: {
      ...queries.jobs,
      async retry(ids) {
        await open();
        if (storage.retryJobs === undefined) throw lacking("retryJobs");
        const count = await storage.retryJobs({ tenantId, ids: ids === "all" ? undefined : ids, nowMs: now() });
        onCommit({ jobs: count, changed: 0 });
        return count;
      },
    },
    changes: (after, { signal } = {}) => feed.follow(after, signal),
    lastChangeId: () => feed.lastId(),
    importCalls: async (importOptions) => requireIntegrations().importCalls(importOptions),
    reconcile: async (reconcileOptions) => requireIntegrations().reconcile(reconcileOptions),
    integrations,
    async expire() {
      await open();
      const { bodies, changes } = await expire(retaining);
      return { bodies, changes };
    },
    async health() {
      await open();
      return storage.health(tenantId);
    },
    open,
    close: () => lifecycle.close(),
  };
  return attachWorkings(offhook, workings);
}
