import { ApiError } from "../api-error.ts";
import { pause } from "../api/pause.ts";
import { StorageError } from "../errors.ts";
import { nextTurn } from "../next-turn.ts";
import { deletedCalls, type DeletedCalls } from "../deleted-calls.ts";
import type { ApiContext, ApiRecord, ProviderApi } from "../provider-api.ts";
import type { Workings } from "../workings.ts";
import { applyRecords, type WriteAlong } from "./apply-records.ts";
import type { Documents } from "./documents.ts";
import { distinctRecords, doneOf, isWithin, nameOf, withCounted } from "./import-counting.ts";
import type { ImportDocument } from "./import-document.ts";
import { ImportPages, type ReadPage } from "./import-pages.ts";
import { isRefusedCursor, overtakenError, reasonOf, tooSlow } from "./import-trouble.ts";
import { withDetails } from "./record-details.ts";
import { addNote, begunAnew, mostRounds, PagesLeadBack, withTurned } from "./import-turning.ts";

export interface ImportRunOptions {
  readonly workings: Workings;
  readonly api: ProviderApi;
  readonly documents: Documents;
  readonly name: string;
  /** Under which requests are made; counts them. */
  readonly context: ApiContext;
  /** How many requests were made since it was last asked. */
  readonly takeRequests: () => number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (document: ImportDocument) => Promise<void>;
  /** Ends a page that takes too long; it is tried again later. */
  readonly late: AbortSignal | undefined;
  /** Ends a page because the process ends; another one goes on with it. */
  readonly closing: AbortSignal | undefined;
  /** It ends after the page that it is at. Milliseconds since 1970. */
  readonly stopAtMs: number;
  /** Whether it waits for the vendor here, or comes back for it. */
  readonly waits: boolean;
  /** What to say at the end. */
  readonly conclude: (document: ImportDocument) => Promise<ImportDocument>;
}

/** How a run left its document. */
export interface ImportRunEnd {
  readonly document: ImportDocument;
  /** There is more: go on at this time. Milliseconds since 1970. */
  readonly resumeAtMs: number | undefined;
  readonly error: unknown;
}

/** Somebody else goes on with the document, or has stopped it. */
class Overtaken extends Error {}

/** The page that is being written. */
interface PageUnderway {
  readonly page: ReadPage;
  /** How many of its records are. */
  readonly written: number;
  /** How many of them were when it was read before. */
  readonly done: number;
  readonly distinct: ReadonlySet<number>;
}

/** Records that are written in one transaction: what comes in by webhook waits no longer than for so many. */
const mostRecords = 500;
/** Where each may take a request of its own, so that what is there is soon written. */
const mostDetailed = 100;
const mostTroubles = 8;
/** After so many failures over one call it is the call that fails, rather than the vendor. */
const patience = 3;
const firstPauseMs = 30_000;
const longestPauseMs = 30 * 60_000;
/** However long the vendor wants us to wait: the next look costs one request. */
const longestWaitMs = 6 * 60 * 60_000;
/** How often one that waits looks whether it is still to go on. */
const lookMs = 2_000;

/** Walks through the pages of a range, one window after the other, and writes down after each how far it is. */
export class ImportRun {
  readonly #options: ImportRunOptions;
  #document: ImportDocument;
  #version: number;
  readonly #pages: ImportPages;
  readonly #over = new AbortController();
  /** Requests that were made and are not written down yet. */
  #requests = 0;
  #stampMs: number;
  #hasWritten = false;
  /** What went wrong last was a request for the details of a call. */
  #isOverDetails = false;
  #page: PageUnderway | undefined;
  #deleted: { readonly page: ReadPage | undefined; readonly calls: Promise<DeletedCalls> } | undefined;

  constructor(options: ImportRunOptions, document: ImportDocument, version: number) {
    this.#options = options;
    this.#document = document;
    this.#version = version;
    this.#stampMs = options.workings.now();
    const { workings, api, context, stopAtMs } = options;
    // Until the run is over.
    const signals = [this.#over.signal, context.signal, options.late].filter((signal) => signal !== undefined);
    this.#pages = new ImportPages({
      workings,
      api,
      stopAtMs,
      context: { ...context, signal: AbortSignal.any(signals) },
    });
  }

  async run(): Promise<ImportRunEnd> {
    try {
      return await this.#walk();
    } catch (error) {
      if (error instanceof Overtaken) return this.#endOvertaken();
      throw error;
    } finally {
      // A page that was asked for ahead is not waited for any more.
      this.#over.abort();
    }
  }

  async #walk(): Promise<ImportRunEnd> {
    const { workings, signal, closing, onProgress, stopAtMs, conclude } = this.#options;
    for (;;) {
      if (signal?.aborted === true) return this.#end("stopped");
      if (workings.now() >= stopAtMs || closing?.aborted === true) return this.#leftToOthers();
      try {
        const page = await this.#pages.at(this.#document);
        await this.#write(page);
      } catch (error) {
        const end = await this.#afterTrouble(error);
        if (end !== undefined) return end;
        continue;
      }
      if (this.#document.state === "finished") await this.#save(await conclude(this.#document));
      await onProgress(this.#document);
      if (this.#document.state === "finished") return this.#ended();
      await nextTurn();
    }
  }

  /** Writes some more records of a page; with the last of them the document turns to the next page. */
  async #write(page: ReadPage): Promise<void> {
    const { workings, api, documents, waits } = this.#options;
    const { window, detailsFrom, provider, detailTroubles } = this.#document;
    if (this.#page?.page !== page) {
      const distinctOnes = distinctRecords(page.records, window.tail);
      this.#page = { page, written: 0, done: doneOf(page.records, window), distinct: distinctOnes };
    }
    const { written: first, done, distinct } = this.#page;
    const isMine = (record: ApiRecord): boolean =>
      isWithin(record, { from: window.from, to: window.until?.at ?? window.to });
    const { records, failure, isLacking } = await withDetails(
      workings,
      api,
      page.records.slice(first, first + sliceOf(page)),
      this.#pages.context,
      {
        detailsFrom,
        done: done - first,
        isPatient: !waits && detailTroubles < patience,
        isWanted: async (record) => isMine(record) && !(await this.#isDeleted(record)),
        // So that a job has the time for others.
        timeoutMs: waits ? undefined : workings.jobTimeoutMs / 3,
      },
    );
    const end = first + records.length;
    const hasProgress = end > done;
    this.#isOverDetails = failure instanceof ApiError && failure.code === "api_unavailable";
    if (failure !== undefined && !hasProgress) throw failure;
    const isLast = end >= page.records.length;
    const mine = records.filter(isMine);
    let next: ImportDocument | undefined;
    const stamped = this.#stamped(this.#document);
    // Written without waiting for the disk, and perhaps more than once: nothing in it has an effect of its own.
    const put: WriteAlong["put"] = async (transaction, outcomes) => {
      const byRecord = new Map(mine.map((record, position) => [record, outcomes[position]] as const));
      const told = records.map((record, position) => ({
        record,
        outcome: byRecord.get(record),
        isFresh: distinct.has(first + position) && first + position >= done,
      }));
      const notes = [...stamped.notes];
      if (isLacking) addNote(notes, { code: "details_missing", text: lackingText });
      const calm = { troubles: 0, detailTroubles: hasProgress ? 0 : detailTroubles, waitsUntil: null, error: null };
      const running = { ...stamped, ...calm, notes, state: "running" as const };
      const last = page.records[Math.max(end, done) - 1];
      const counted = withCounted(running, told, {
        done: Math.max(end, done),
        lastDone: last === undefined ? null : nameOf(last),
        unreadable: isLast ? page.unreadable : [],
      });
      next = isLast ? withTurned(counted, page) : counted;
      await this.#put(transaction, next);
    };
    await applyRecords(workings, { provider, readAt: page.readAt }, mine, { documents, put });
    this.#advance(next);
    this.#page = { ...this.#page, written: end };
    this.#hasWritten ||= hasProgress;
    if (failure !== undefined) throw failure;
  }

  async #isDeleted({ reference }: ApiRecord): Promise<boolean> {
    // As of the beginning of a page: what is deleted meanwhile costs a request.
    if (this.#deleted?.page !== this.#page?.page) {
      this.#deleted = { page: this.#page?.page, calls: deletedCalls(this.#options.documents) };
    }
    return (await this.#deleted?.calls)?.has([reference]) ?? false;
  }

  #advance(next: ImportDocument | undefined): void {
    if (next === undefined) return;
    this.#requests = 0;
    this.#stampMs = Date.parse(next.updatedAt);
    this.#document = next;
    this.#version += 1;
  }

  async #put(transaction: Parameters<Documents["put"]>[0], next: ImportDocument): Promise<void> {
    const { documents, name } = this.#options;
    if (!(await documents.put(transaction, name, this.#version + 1, next))) throw new Overtaken();
  }

  async #save(next: ImportDocument): Promise<ImportDocument> {
    await this.#options.documents.write((transaction) => this.#put(transaction, next));
    this.#advance(next);
    return next;
  }

  /** With what was done since it was last written. */
  #stamped(document: ImportDocument): ImportDocument {
    const { workings, takeRequests } = this.#options;
    this.#requests += takeRequests();
    const nowMs = workings.now();
    return {
      ...document,
      requests: document.requests + this.#requests,
      workedMs: document.workedMs + Math.max(nowMs - this.#stampMs, 0),
      updatedAt: new Date(nowMs).toISOString(),
    };
  }

  async #end(state: ImportDocument["state"], error?: unknown): Promise<ImportRunEnd> {
    const document = await this.#save({
      ...this.#stamped(this.#document),
      state,
      waitsUntil: null,
      error: error === undefined ? null : reasonOf(error),
    });
    await this.#options.onProgress(document);
    return { ...this.#ended(), error };
  }

  #leftToOthers(): ImportRunEnd {
    return { document: this.#document, resumeAtMs: this.#options.workings.now(), error: undefined };
  }

  #ended(): ImportRunEnd {
    return { document: this.#document, resumeAtMs: undefined, error: undefined };
  }

  /** What a failure to read or write means: the end, a pause, or another beginning. Undefined: go on. */
  async #afterTrouble(error: unknown): Promise<ImportRunEnd | undefined> {
    const { signal, late, closing } = this.#options;
    this.#pages.forget();
    if (signal?.aborted === true) return this.#end("stopped");
    if (closing?.aborted === true) return this.#leftToOthers();
    if (error instanceof Overtaken || error instanceof StorageError) throw error;
    // A page that takes longer than a job may goes on where it got to; one that gets nowhere is tried again later.
    if (late?.aborted === true) return this.#hasWritten ? this.#leftToOthers() : this.#pause(null);
    if (!(error instanceof ApiError) || error instanceof PagesLeadBack) return this.#end("failed", error);
    const { window, troubles } = this.#document;
    if (window.cursor !== null && isRefusedCursor(error) && window.round < mostRounds) {
      await this.#save({ ...this.#stamped(this.#document), window: begunAnew(window) });
      return undefined;
    }
    // Somebody who waits for the answer learns that the vendor is away, and can go on later.
    const isAway = error.code === "api_unavailable" || error.code === "api_malformed";
    if (!error.isRetryable || troubles >= mostTroubles || (this.#options.waits && isAway)) {
      return this.#end("failed", error);
    }
    return this.#pause(error);
  }

  /** @param error what is waited for; null where a page was too slow. */
  async #pause(error: ApiError | null): Promise<ImportRunEnd | undefined> {
    const { workings, waits, onProgress } = this.#options;
    const { troubles, detailTroubles } = this.#document;
    if (error === null && troubles >= mostTroubles) return this.#end("failed", tooSlow(this.#document));
    const usualMs = Math.min(firstPauseMs * 2 ** troubles, longestPauseMs);
    const pauseMs = Math.min(error?.retryAfterMs ?? usualMs, longestWaitMs);
    const resumeAtMs = workings.now() + pauseMs;
    const isQuota = error?.code === "api_quota_exhausted";
    await this.#save({
      ...this.#stamped(this.#document),
      state: "waiting",
      // What the vendor's limit makes us wait for is no trouble.
      troubles: isQuota ? troubles : troubles + 1,
      detailTroubles: this.#isOverDetails ? detailTroubles + 1 : detailTroubles,
      error: error === null || isQuota ? null : reasonOf(error),
      waitsUntil: new Date(resumeAtMs).toISOString(),
    });
    await onProgress(this.#document);
    if (!waits) return { document: this.#document, resumeAtMs, error: undefined };
    return this.#wait(pauseMs);
  }

  /** In steps, so that one who stops it from elsewhere need not wait as well. */
  async #wait(pauseMs: number): Promise<ImportRunEnd | undefined> {
    const { documents, name, signal } = this.#options;
    for (let leftMs = pauseMs; leftMs > 0; leftMs -= lookMs) {
      try {
        await pause(Math.min(leftMs, lookMs), signal);
      } catch {
        return this.#end("stopped");
      }
      if (leftMs <= lookMs) break;
      if ((await documents.read<ImportDocument>(name))?.version !== this.#version) throw new Overtaken();
    }
    this.#stampMs = this.#options.workings.now();
    return undefined;
  }

  async #endOvertaken(): Promise<ImportRunEnd> {
    const { documents, name } = this.#options;
    const found = await documents.read<ImportDocument>(name);
    const document = found?.value;
    if (document?.runId === this.#document.runId && document.state === "stopped") {
      return { document, resumeAtMs: undefined, error: undefined };
    }
    const left = document ?? this.#document;
    return { document: left, resumeAtMs: undefined, error: overtakenError(this.#document, left) };
  }
}

const lackingText =
  "The vendor failed over the details of some calls, which the log names: they came in without, and an import of their time asks again";

const sliceOf = ({ records }: ReadPage): number =>
  records.some(({ lacksDetails }) => lacksDetails !== undefined) ? mostDetailed : mostRecords;
