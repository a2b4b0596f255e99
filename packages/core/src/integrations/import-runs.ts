import type { ApiRequests } from "./api-requests.ts";
import { ConfigurationError } from "../errors.ts";
import type { Documents } from "./documents.ts";
import { newImport, takenUp } from "./new-import.ts";
import { progressOf, type ImportDocument, type RunKind } from "./import-document.ts";
import { concludingNotes } from "./import-notes.ts";
import { ImportRun, type ImportRunEnd } from "./import-run.ts";
import type { ImportOptions, ImportProgress } from "../integrations.ts";
import { newJob, type Job } from "../job.ts";
import { describeError } from "../logger.ts";
import { newId } from "../new-id.ts";
import type { ProviderApi } from "../provider-api.ts";
import type { StorageTransaction } from "../storage.ts";
import { unheard, type Workings } from "../workings.ts";

/** A vendor whose API can be asked. */
export interface Vendor {
  readonly name: string;
  readonly api: ProviderApi;
  readonly requests: ApiRequests;
}

/** What a new run is to do. */
export interface RunRange {
  readonly from: string;
  /** Undefined: until now. */
  readonly to: string | undefined;
  readonly notify: boolean;
  /** Begin anew, also where one is on the way. */
  readonly restart: boolean;
  /** Whether jobs do it. */
  readonly isBackground: boolean;
  /** Of comparisons: until when everything is compared already. */
  readonly comparedUntil?: string | null;
  /** Calls that ended before need not be asked for their details again. */
  readonly detailsFrom?: string | null;
}

export type RunJobPayload = { readonly provider: string; readonly runId: string };

export const runJobKinds: { readonly [Kind in RunKind]: string } = { import: "import-calls", reconcile: "reconcile" };

/** Of nobody else it is said that he is at it after this long without a sign. */
const staleMs = 5 * 60_000;
/** Of jobs it is: they run when somebody drains them, and come again after a crash. */
const staleJobMs = 24 * 60 * 60_000;

/** The imports and comparisons of an Offhook: how they begin, go on and end. */
export class ImportRuns {
  readonly #workings: Workings;
  readonly #documents: Documents;

  constructor(workings: Workings, documents: Documents) {
    this.#workings = workings;
    this.#documents = documents;
  }

  async find(kind: RunKind, provider: string): Promise<ImportDocument | undefined> {
    return (await this.#documents.read<ImportDocument>(nameOf(kind, provider)))?.value;
  }

  /**
   * Begins a run, or takes up the one of the same range that was not finished.
   * @throws ConfigurationError `import_running` where one of another range is on the way.
   */
  async begin(
    kind: RunKind,
    { name: provider, api }: Vendor,
    range: RunRange,
    along?: (transaction: StorageTransaction, document: ImportDocument) => Promise<void>,
  ): Promise<ImportDocument> {
    const { now } = this.#workings;
    const begun = await this.#documents.change<ImportDocument>(
      nameOf(kind, provider),
      (present) => {
        const nowMs = now();
        const owner = newId("run", nowMs);
        if (present !== undefined && present.state !== "finished" && !range.restart) {
          if (isSameRange(present, range)) return takenUp(present, range, owner, nowMs);
          if (isOnTheWay(present, nowMs)) throw runningError(present);
        }
        return newImport({ kind, api, range, provider, owner, nowMs, isKept: this.#documents.isKept });
      },
      along,
    );
    // `make` above always makes one.
    return begun as ImportDocument;
  }

  /** Goes on with a run that has begun. */
  async goOn(
    vendor: Vendor,
    document: ImportDocument,
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: ImportOptions["onProgress"];
      readonly stopAtMs: number;
      /** Ends a page that takes too long, to be tried again later. */
      readonly late?: AbortSignal | undefined;
      /** Ends a page because the process ends. */
      readonly closing?: AbortSignal | undefined;
      readonly waits: boolean;
    },
  ): Promise<ImportRunEnd> {
    const name = nameOf(document.kind, vendor.name);
    const found = await this.#documents.read<ImportDocument>(name);
    let requests = 0;
    const workings = document.notify ? this.#workings : unheard(this.#workings);
    const run = new ImportRun(
      {
        ...options,
        workings,
        api: vendor.api,
        documents: this.#documents,
        name,
        context: vendor.requests.contextFor({
          signal: options.signal,
          isUrgent: false,
          onRequest: () => void (requests += 1),
        }),
        takeRequests: () => {
          const taken = requests;
          requests = 0;
          return taken;
        },
        signal: options.signal,
        late: options.late,
        closing: options.closing,
        onProgress: async (present) => {
          if (options.onProgress === undefined) return;
          await this.#tell(options.onProgress, progressOf(present, await vendor.requests.quota()));
        },
        conclude: async (present) => ({
          ...present,
          comparedUntil: comparedUntilAfter(present),
          notes: [...present.notes, ...(await concludingNotes(workings, present))],
        }),
      },
      document,
      // Somebody else may have taken it up since: then the first page finds out.
      found?.value.owner === document.owner ? found.version : -1,
    );
    const end = await run.run();
    vendor.requests.remember(end.error);
    // What cannot be given back counts as used.
    await vendor.requests.release().catch(() => undefined);
    return end;
  }

  /** What goes wrong with whoever looks on is no reason to end. */
  async #tell(onProgress: NonNullable<ImportOptions["onProgress"]>, progress: ImportProgress): Promise<void> {
    try {
      await onProgress(progress);
    } catch (error) {
      const { provider } = progress;
      this.#workings.logger.error({ provider, error: describeError(error) }, `[${provider}] onProgress failed`);
    }
  }

  /** @returns whether there was one to stop. */
  async stop(provider: string): Promise<boolean> {
    return this.#stop("import", provider, () => true);
  }

  /** Stops a run that nobody can go on with. */
  async abandon(kind: RunKind, provider: string, runId: string): Promise<void> {
    await this.#stop(kind, provider, (present) => present.runId === runId);
  }

  async #stop(kind: RunKind, provider: string, isMeant: (present: ImportDocument) => boolean): Promise<boolean> {
    const stopped = await this.#documents.change<ImportDocument>(nameOf(kind, provider), (present) =>
      present === undefined || !isActive(present) || !isMeant(present)
        ? undefined
        : { ...present, owner: newId("run", this.#workings.now()), state: "stopped", waitsUntil: null },
    );
    return stopped !== undefined;
  }

  /** Takes over a run for a job; undefined where there is nothing more to do. */
  async takeUp(kind: RunKind, provider: string, runId: string): Promise<ImportDocument | undefined> {
    return this.#documents.change<ImportDocument>(nameOf(kind, provider), (present) =>
      present === undefined || present.runId !== runId || !isActive(present)
        ? undefined
        : { ...present, owner: newId("run", this.#workings.now()), state: "running" },
    );
  }

  /** The job that goes on with a run. */
  jobOf(document: ImportDocument, runAtMs: number): Job {
    const { kind, provider, runId, owner } = document;
    const payload = { provider, runId } satisfies RunJobPayload;
    const nowMs = this.#workings.now();
    return newJob({
      // Whoever takes it up owns it anew: the job that goes on is never the one that runs.
      id: `${runJobKinds[kind]}:${provider}:${runId}:${owner}`,
      tenantId: this.#workings.audience.tenantId,
      kind: runJobKinds[kind],
      payload,
      nowMs,
      delayMs: Math.max(runAtMs - nowMs, 0),
    });
  }

  isOnTheWay(document: ImportDocument): boolean {
    return isOnTheWay(document, this.#workings.now());
  }

  /** Whether that is what is on its way already. */
  isSame(document: ImportDocument, range: RunRange): boolean {
    return isSameRange(document, range) && this.isOnTheWay(document);
  }

  /** As people should see it: one whose process has ended without a word has stopped. */
  seen(document: ImportDocument): ImportDocument {
    return isActive(document) && !this.isOnTheWay(document) ? { ...document, state: "stopped" } : document;
  }
}

/** A comparison that goes back to where the ones before have come closes the gap up to its own beginning. */
function comparedUntilAfter({ comparedUntil, from, to, startedAt }: ImportDocument): string | null {
  if (comparedUntil === null || from > comparedUntil) return comparedUntil;
  const until = to < startedAt ? to : startedAt;
  return until > comparedUntil ? until : comparedUntil;
}

const nameOf = (kind: RunKind, provider: string): string => `${kind}:${provider}`;

const isActive = ({ state }: ImportDocument): boolean => state === "running" || state === "waiting";

const isSameRange = (present: ImportDocument, { from, to }: RunRange): boolean =>
  present.askedFrom === from && (to === undefined ? present.isOpenEnded : !present.isOpenEnded && present.to === to);

/** Whether somebody is at it, or will be: one that waits has a job, one that has crashed gives no sign. */
function isOnTheWay(document: ImportDocument, nowMs: number): boolean {
  if (!isActive(document)) return false;
  const signMs = Date.parse(document.waitsUntil ?? document.updatedAt);
  return nowMs - signMs < (document.isBackground ? staleJobMs : staleMs);
}

function runningError({ provider, from, to }: ImportDocument): ConfigurationError {
  return new ConfigurationError(
    "import_running",
    `Import from ${provider}: one of ${from} to ${to} is on the way: wait for its end, stop it, or ask with "restart"; asked for the same "from" and "to", it goes on where it is`,
  );
}
