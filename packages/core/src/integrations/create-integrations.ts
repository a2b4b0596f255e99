import { apiCallEvents } from "./api-call-events.ts";
import { CallsToday } from "./calls-today.ts";
import type { Call } from "../call.ts";
import { Documents } from "./documents.ts";
import { ConfigurationError } from "../errors.ts";
import { archiveJobs, endedJobs, archiveJobKind, findCallJobKind, recordingJobKind } from "./follow-ups.ts";
import { foldCall } from "../fold.ts";
import { testConnection } from "./connection-test.ts";
import { importRange } from "./import-range.ts";
import { reconcileSummaryOf, summaryOf, type ImportDocument, type RunKind } from "./import-document.ts";
import type { ImportRunEnd } from "./import-run.ts";
import { ImportRuns, runJobKinds, type RunRange, type Vendor } from "./import-runs.ts";
import { importRunJob } from "./import-jobs.ts";
import { closedError } from "../lifecycle.ts";
import { settledWithin } from "../settled-within.ts";
import type {
  IntegrationAbility,
  IntegrationsEngine,
  ImportOptions,
  ImportSummary,
  ReconcileOptions,
  ReconcileSummary,
  IntegrationProgress,
  IntegrationStatus,
  QuotaState,
} from "../integrations.ts";
import { openRecording } from "./open-call-recording.ts";
import { reconcileRange, scheduleOf, scheduledReconcile } from "./reconcile-schedule.ts";
import { RecordingJobs } from "./recording-jobs.ts";
import { parseId } from "../references.ts";
import { normalizePrefix } from "../routes.ts";
import { Vendors } from "./vendors.ts";
import type { Workings } from "../workings.ts";

/** How long closing waits for what runs. */
const stopTimeoutMs = 10_000;

/** Everything that an Offhook does with the APIs of its vendors. */
export function createIntegrations(workings: Workings): IntegrationsEngine {
  const { storage, audience, now, open } = workings;
  const { tenantId } = audience;
  const documents = new Documents(storage, tenantId);
  const closing = new AbortController();
  const vendors = new Vendors(workings, documents, closing.signal);
  const runs = new ImportRuns(workings, documents);
  const schedule = scheduleOf(workings.schedule);
  const today = new CallsToday(workings);

  async function getCall(id: string): Promise<Call | undefined> {
    const reference = parseId("call", id);
    return reference && (await storage.get("call", tenantId, reference))?.record;
  }

  const jobs = new RecordingJobs({ workings, vendors, getCall, closing: closing.signal });
  /** What somebody waits for, and what closing waits for. */
  const underWay = new Set<Promise<unknown>>();
  /** Vendors whose import somebody waits for here: a second one is a mistake, while that of another process may be dead. */
  const importing = new Map<string, symbol>();

  /** Does a run to its end, for somebody who waits for it. */
  async function finish(
    vendor: Vendor,
    document: ImportDocument,
    { signal, onProgress }: Pick<ImportOptions, "signal" | "onProgress">,
  ): Promise<ImportDocument> {
    const end: ImportRunEnd = await runs.goOn(vendor, document, {
      signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
      onProgress,
      stopAtMs: Infinity,
      waits: true,
    });
    if (end.error !== undefined) throw end.error;
    return end.document;
  }

  async function untilClosed<Result>(work: Promise<Result>): Promise<Result> {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  }

  async function importCalls(options: ImportOptions): Promise<ImportSummary> {
    const vendor = vendors.require(options.provider);
    const { name } = vendor;
    const range = { ...importRange(options, now()), isBackground: false };
    if (importing.has(name) && !range.restart) {
      throw new ConfigurationError(
        "import_running",
        `Import from ${name}: one is running in this process: wait for its end, stop it, or ask with "restart"`,
      );
    }
    const own = Symbol(name);
    importing.set(name, own);
    try {
      const document = await runs.begin("import", vendor, range);
      return summaryOf(await finish(vendor, document, options), await vendor.requests.quota());
    } finally {
      // One that was asked for with "restart" has taken its place.
      if (importing.get(name) === own) importing.delete(name);
    }
  }

  async function reconcile(options: ReconcileOptions): Promise<ReconcileSummary> {
    const vendor = vendors.require(options.provider);
    const document = await runs.begin("reconcile", vendor, {
      ...(await comparisonOf(vendor, options)),
      isBackground: false,
    });
    return reconcileSummaryOf(await finish(vendor, document, options), await vendor.requests.quota());
  }

  async function comparisonOf(
    vendor: Vendor,
    { window, notify = true }: Pick<ReconcileOptions, "window" | "notify">,
  ): Promise<Omit<RunRange, "isBackground">> {
    const range = reconcileRange(window, await runs.find("reconcile", vendor.name), schedule, now());
    return { ...range, notify, restart: true };
  }

  /** Writes a run down together with the job that does it; one that is on its way already is left to itself. */
  async function start(kind: RunKind, vendor: Vendor, asked: Omit<RunRange, "isBackground">): Promise<ImportDocument> {
    const range = { ...asked, isBackground: true };
    const present = await runs.find(kind, vendor.name);
    if (kind === "import" && present !== undefined && !range.restart && runs.isSame(present, range)) return present;
    const begun = await runs.begin(kind, vendor, range, (transaction, document) =>
      transaction.insertJobs([runs.jobOf(document, now())]),
    );
    workings.onCommit({ jobs: 1, changed: 0 });
    return begun;
  }

  async function progress(provider: string, quota: readonly QuotaState[]): Promise<IntegrationProgress> {
    const imported = await runs.find("import", provider);
    const reconciled = await runs.find("reconcile", provider);
    return {
      import: imported === undefined ? null : summaryOf(runs.seen(imported), quota),
      reconcile: reconciled === undefined ? null : reconcileSummaryOf(runs.seen(reconciled), quota),
    };
  }

  /** Refused ones prove nothing of the vendor. */
  async function lastDeliveryAt(provider: string): Promise<string | null> {
    let newest: string | null = null;
    for (const status of ["applied", "unmapped", "failed"] as const) {
      const [delivery] = (await storage.listDeliveries({ tenantId, limit: 1, provider, status })).data;
      if (delivery !== undefined && (newest === null || delivery.receivedAt > newest)) newest = delivery.receivedAt;
    }
    return newest;
  }

  return {
    async importCalls(options) {
      await open();
      return untilClosed(importCalls(options));
    },
    async startImport(options) {
      await open();
      const vendor = vendors.require(options.provider);
      return summaryOf(await start("import", vendor, importRange(options, now())), await vendor.requests.quota());
    },
    async startReconcile(options) {
      await open();
      const vendor = vendors.require(options.provider);
      const document = await start("reconcile", vendor, await comparisonOf(vendor, options));
      return reconcileSummaryOf(document, await vendor.requests.quota());
    },
    async progress(provider) {
      await open();
      vendors.checkName(provider);
      return progress(provider, (await vendors.find(provider)?.requests.quota()) ?? []);
    },
    async stopImport(provider) {
      await open();
      vendors.checkName(provider);
      return runs.stop(provider);
    },
    async reconcile(options) {
      await open();
      return untilClosed(reconcile(options));
    },
    async status(provider) {
      await open();
      vendors.checkName(provider);
      const vendor = vendors.find(provider);
      const quota = (await vendor?.requests.quota()) ?? [];
      return {
        provider,
        connected: vendor !== undefined,
        abilities: vendor === undefined ? [] : abilitiesOf(vendor),
        callsToday: await today.count(provider),
        lastDeliveryAt: await lastDeliveryAt(provider),
        quota,
        ...(await progress(provider, quota)),
      } satisfies IntegrationStatus;
    },
    async testConnection(provider) {
      await open();
      return testConnection(vendors.require(provider), now);
    },
    async lookUpCall(provider, id) {
      await open();
      const { api, requests } = vendors.require(provider);
      const record = await requests.ask({ isUrgent: true }, (context) => api.getCall(id, context));
      if (record === undefined) return undefined;
      const origin = { tenantId, provider, receivedAt: new Date(now()).toISOString() };
      const [events = []] = await apiCallEvents([record.events], origin);
      if (events.length === 0) return undefined;
      const stored = await storage.get("call", tenantId, record.reference);
      return { vendor: foldCall(events), stored: stored?.record };
    },
    async setupWebhook(provider, setup) {
      await open();
      const { api, requests } = vendors.require(provider);
      if (api.setupWebhook === undefined) {
        throw new ConfigurationError("option_invalid", `${provider} has no API for webhooks: set them in its console`);
      }
      const publicUrl = publicUrlOf(setup.publicUrl);
      const prefix = normalizePrefix(setup.prefix ?? workings.prefix);
      return requests.ask(
        { isUrgent: true },
        (context) => api.setupWebhook?.({ ...setup, publicUrl, prefix }, context) ?? Promise.resolve({ targets: [] }),
      );
    },
    async openRecording(callId, options = {}) {
      await open();
      return openRecording({ workings, vendors, getCall }, callId, options);
    },
    runners: new Map([
      [recordingJobKind, (job) => jobs.unlessLater(job, (each) => jobs.fetchRecording(each))],
      [findCallJobKind, (job) => jobs.unlessLater(job, (each) => jobs.findCall(each))],
      [archiveJobKind, (job) => jobs.unlessLater(job, (each) => jobs.archiveRecording(each))],
      [runJobKinds.import, importRunJob("import", { workings, runs, vendors, closing: closing.signal })],
      [
        runJobKinds.reconcile,
        importRunJob("reconcile", { workings, runs, vendors, schedule, closing: closing.signal }),
      ],
    ]),
    followUps(call, hasEnded) {
      const at = { tenantId, nowMs: now() };
      const kept = archiveJobs(call, vendors.asked, at);
      return hasEnded ? [...endedJobs(call, vendors.asked, at), ...kept] : kept;
    },
    scheduled: () =>
      schedule === undefined
        ? []
        : vendors.all().map(({ name }) => scheduledReconcile(name, tenantId, schedule, now())),
    async stop() {
      closing.abort(closedError());
      await settledWithin(underWay, stopTimeoutMs);
    },
  };
}

/** Without a slash at its end. @throws ConfigurationError `option_invalid`: calls shall not travel in the clear. */
function publicUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" && url.search === "" && url.hash === "" && url.username === "") {
    return text.replace(/\/+$/, "");
  }
  throw new ConfigurationError("option_invalid", "publicUrl: expected an https URL such as https://app.example.com");
}

function abilitiesOf({ api }: Vendor): readonly IntegrationAbility[] {
  return [
    "import",
    "reconcile",
    ...(api.locateRecording === undefined ? [] : (["recordings"] as const)),
    ...(api.setupWebhook === undefined ? [] : (["setup-webhook"] as const)),
  ];
}
