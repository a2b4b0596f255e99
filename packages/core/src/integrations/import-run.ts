import { ApiError } from "../api-error.ts";
import { pause } from "../api/pause.ts";
import { StorageError } from "../errors.ts";
import { nextTurn } from "../next-turn.ts";
import type { ApiContext, ProviderApi } from "../provider-api.ts";
import type { Workings } from "../workings.ts";
import type { Documents } from "./documents.ts";
import { ImportCheckpoint, Overtaken } from "./import-checkpoint.ts";
import type { ImportDocument } from "./import-document.ts";
import { ImportPageWriter } from "./import-page-writer.ts";
import { ImportPages } from "./import-pages.ts";
import { isRefusedCursor, overtakenError, reasonOf, tooSlow } from "./import-trouble.ts";
import { begunAnew, mostRounds, PagesLeadBack } from "./import-turning.ts";

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

const mostTroubles = 8;
const firstPauseMs = 30_000;
const longestPauseMs = 30 * 60_000;
/** However long the vendor wants us to wait: the next look costs one request. */
const longestWaitMs = 6 * 60 * 60_000;
/** How often one that waits looks whether it is still to go on. */
const lookMs = 2_000;

/** Walks through the pages of a range, one window after the other, and writes down after each how far it is. */
export class ImportRun {
  readonly #options: ImportRunOptions;
  readonly #checkpoint: ImportCheckpoint;
  readonly #pages: ImportPages;
  readonly #writer: ImportPageWriter;
  readonly #over = new AbortController();

  constructor(options: ImportRunOptions, document: ImportDocument, version: number) {
    this.#options = options;
    const { workings, api, documents, context, late, stopAtMs, waits } = options;
    // Until the run is over.
    const signals = [this.#over.signal, context.signal, late].filter((signal) => signal !== undefined);
    const ending = { ...context, signal: AbortSignal.any(signals) };
    this.#checkpoint = new ImportCheckpoint(options, document, version);
    this.#pages = new ImportPages({ workings, api, stopAtMs, context: ending });
    this.#writer = new ImportPageWriter({
      workings,
      api,
      documents,
      waits,
      context: ending,
      checkpoint: this.#checkpoint,
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
        await this.#writer.write(await this.#pages.at(this.#document));
      } catch (error) {
        const end = await this.#afterTrouble(error);
        if (end !== undefined) return end;
        continue;
      }
      if (this.#document.state === "finished") await this.#checkpoint.save(await conclude(this.#document));
      await onProgress(this.#document);
      if (this.#document.state === "finished") return this.#ended();
      await nextTurn();
    }
  }

  get #document(): ImportDocument {
    return this.#checkpoint.document;
  }

  async #end(state: ImportDocument["state"], error?: unknown): Promise<ImportRunEnd> {
    const document = await this.#checkpoint.save({
      ...this.#checkpoint.stamped(),
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
    if (late?.aborted === true) return this.#writer.hasWritten ? this.#leftToOthers() : this.#pause(null);
    if (!(error instanceof ApiError) || error instanceof PagesLeadBack) return this.#end("failed", error);
    const { window, troubles } = this.#document;
    if (window.cursor !== null && isRefusedCursor(error) && window.round < mostRounds) {
      await this.#checkpoint.save({ ...this.#checkpoint.stamped(), window: begunAnew(window) });
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
    await this.#checkpoint.save({
      ...this.#checkpoint.stamped(),
      state: "waiting",
      // What the vendor's limit makes us wait for is no trouble.
      troubles: isQuota ? troubles : troubles + 1,
      detailTroubles: this.#writer.isOverDetails ? detailTroubles + 1 : detailTroubles,
      error: error === null || isQuota ? null : reasonOf(error),
      waitsUntil: new Date(resumeAtMs).toISOString(),
    });
    await onProgress(this.#document);
    if (!waits) return { document: this.#document, resumeAtMs, error: undefined };
    return this.#wait(pauseMs);
  }

  /** In steps, so that one who stops it from elsewhere need not wait as well. */
  async #wait(pauseMs: number): Promise<ImportRunEnd | undefined> {
    const { signal } = this.#options;
    for (let leftMs = pauseMs; leftMs > 0; leftMs -= lookMs) {
      try {
        await pause(Math.min(leftMs, lookMs), signal);
      } catch {
        return this.#end("stopped");
      }
      if (leftMs <= lookMs) break;
      await this.#checkpoint.checkOwn();
    }
    this.#checkpoint.passOver();
    return undefined;
  }

  async #endOvertaken(): Promise<ImportRunEnd> {
    const document = await this.#checkpoint.overtaking();
    if (document?.runId === this.#document.runId && document.state === "stopped") {
      return { document, resumeAtMs: undefined, error: undefined };
    }
    const left = document ?? this.#document;
    return { document: left, resumeAtMs: undefined, error: overtakenError(this.#document, left) };
  }
}
