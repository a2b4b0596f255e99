import { ApiError } from "../api-error.ts";
import { pause } from "../api/pause.ts";
import { ConfigurationError, OffhookError, StorageError } from "../errors.ts";
import { nextTurn } from "../next-turn.ts";
import type { ApiContext, ApiPage, ProviderApi } from "../provider-api.ts";
import type { Workings } from "../workings.ts";
import { applyRecords } from "./apply-records.ts";
import type { Documents } from "./documents.ts";
import { distinctRecords, isWithin, nameOf, withCounted } from "./import-counting.ts";
import { windowRange, type ImportDocument } from "./import-document.ts";
import { begunAnew, mostRounds, PagesLeadBack, withTurned } from "./import-turning.ts";
import { withDetails } from "./record-details.ts";

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

interface ReadPage extends ApiPage {
  /** When it was asked for. ISO-8601 in UTC. */
  readonly readAt: string;
}

/** Somebody else goes on with the document, or has stopped it. */
class Overtaken extends Error {}

/** Records that are written in one transaction: what comes in by webhook waits no longer than for so many. */
const chunkSize = 500;
const mostTroubles = 8;
const firstPauseMs = 30_000;
const longestPauseMs = 30 * 60_000;
/** How often one that waits looks whether it is still to go on. */
const lookMs = 2_000;

/** Walks through the pages of a range, one window after the other, and writes down after each how far it is. */
export class ImportRun {
  readonly #options: ImportRunOptions;
  #document: ImportDocument;
  #version: number;
  /** The page after the one that is being written, which is read meanwhile. */
  #ahead: { readonly key: string; readonly page: Promise<ReadPage> } | undefined;
  readonly #over = new AbortController();
  /** Under which requests are made, until the run is over. */
  readonly #context: ApiContext;
  /** How long the last page took. */
  #lastFetchMs = 0;
  /** Requests that were made and are not written down yet. */
  #requests = 0;
  #stampMs: number;
  /** Names of the calls of the page before: pages that shift show some again. */
  #before: ReadonlySet<string> = new Set();

  constructor(options: ImportRunOptions, document: ImportDocument, version: number) {
    this.#options = options;
    this.#document = document;
    this.#version = version;
    this.#stampMs = options.workings.now();
    const { context } = options;
    const signals = [this.#over.signal, context.signal, options.late].filter((signal) => signal !== undefined);
    this.#context = { ...context, signal: AbortSignal.any(signals) };
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
    const { workings, signal, onProgress, stopAtMs, conclude } = this.#options;
    for (;;) {
      if (signal?.aborted === true) return this.#end("stopped");
      if (workings.now() >= stopAtMs) return { document: this.#document, resumeAtMs: workings.now(), error: undefined };
      try {
        const page = await this.#page();
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

  /** The page at the cursor; the one after it is asked for while this one is written. */
  async #page(): Promise<ReadPage> {
    const { workings, stopAtMs } = this.#options;
    const key = keyOf(this.#document);
    const page = await (this.#ahead?.key === key ? this.#ahead.page : this.#fetch(this.#document));
    this.#ahead = undefined;
    if (page.nextCursor === null) return page;
    const { window } = this.#document;
    // What nobody would come to read is not asked for.
    if (workings.now() + this.#lastFetchMs >= stopAtMs) return page;
    const next = { ...this.#document, window: { ...window, cursor: page.nextCursor } };
    this.#ahead = { key: keyOf(next), page: this.#fetch(next) };
    // Looked at when it is its turn.
    this.#ahead.page.catch(() => undefined);
    return page;
  }

  async #fetch(document: ImportDocument): Promise<ReadPage> {
    const { api, workings } = this.#options;
    const context = this.#context;
    const { window } = document;
    // What was said since counts as later, although the page may wait to be written.
    const readAt = new Date(workings.now()).toISOString();
    const page = await api.listCalls({ ...windowRange(document), cursor: window.cursor ?? undefined }, context);
    const records = await withDetails(workings, api, page.records, context, document.detailsFrom);
    this.#lastFetchMs = workings.now() - Date.parse(readAt);
    return { ...page, readAt, records };
  }

  async #write(page: ReadPage): Promise<void> {
    const { workings } = this.#options;
    const { window } = this.#document;
    const range = windowRange(this.#document);
    const distinct = distinctRecords(page.records, this.#before);
    const chunks = chunksOf(page.records, chunkSize);
    for (const [index, records] of chunks.entries()) {
      const first = index * chunkSize;
      const isLast = index === chunks.length - 1;
      const mine = records.filter((record) => isWithin(record, range));
      let next: ImportDocument | undefined;
      const origin = { provider: this.#document.provider, readAt: page.readAt };
      const stamped = this.#stamped(this.#document);
      // Written without waiting for the disk, and perhaps more than once: nothing in it has an effect of its own.
      await applyRecords(workings, origin, mine, async (transaction, outcomes) => {
        const byRecord = new Map(mine.map((record, position) => [record, outcomes[position]] as const));
        const told = records.map((record, position) => ({
          record,
          outcome: byRecord.get(record),
          isFresh: distinct.has(record) && first + position >= window.done,
        }));
        const running = { ...stamped, state: "running" as const, troubles: 0, waitsUntil: null };
        const counted = withCounted(running, told, {
          done: first + records.length,
          unreadable: isLast ? page.unreadable : [],
        });
        next = isLast ? withTurned(counted, page) : counted;
        await this.#put(transaction, next);
      });
      this.#advance(next);
      // Webhooks come in meanwhile, also where the storage works in this very thread.
      if (!isLast) await nextTurn();
    }
    this.#before = new Set(page.records.map(nameOf));
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
    await this.#options.workings.storage.write((transaction) => this.#put(transaction, next));
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

  #ended(): ImportRunEnd {
    return { document: this.#document, resumeAtMs: undefined, error: undefined };
  }

  /** What a failure to read or write means: the end, a pause, or another beginning. Undefined: go on. */
  async #afterTrouble(error: unknown): Promise<ImportRunEnd | undefined> {
    const { signal, late } = this.#options;
    this.#ahead = undefined;
    if (signal?.aborted === true) return this.#end("stopped");
    if (error instanceof Overtaken || error instanceof StorageError) throw error;
    // A page that took longer than a job may is read again, later and from its beginning.
    if (late?.aborted === true) return this.#pause(null);
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
    const { troubles } = this.#document;
    if (error === null && troubles >= mostTroubles) return this.#end("failed", new Error("its pages take too long"));
    const pauseMs = error?.retryAfterMs ?? Math.min(firstPauseMs * 2 ** troubles, longestPauseMs);
    const resumeAtMs = workings.now() + pauseMs;
    await this.#save({
      ...this.#stamped(this.#document),
      state: "waiting",
      // What the vendor's limit makes us wait for is no trouble.
      troubles: error?.code === "api_quota_exhausted" ? troubles : troubles + 1,
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
    const error = new ConfigurationError(
      "import_running",
      `Import from ${this.#document.provider}: it goes on in another process, which was asked for the same`,
    );
    return { document: document ?? this.#document, resumeAtMs: undefined, error };
  }
}

/** What failed, without what was sent: messages from elsewhere may quote it. */
function reasonOf(error: unknown): NonNullable<ImportDocument["error"]> {
  if (error instanceof OffhookError) return { code: error.code, message: error.message };
  return { code: "internal_failure", message: `It failed with ${error instanceof Error ? error.name : typeof error}` };
}

/** A page's address may have been forgotten meanwhile. */
const isRefusedCursor = ({ code }: ApiError): boolean => code === "api_rejected" || code === "api_not_found";

const keyOf = ({ window }: ImportDocument): string => `${window.from} ${window.round} ${window.cursor ?? ""}`;

/** At least one, so that a page without records is written down as well. */
function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks.length === 0 ? [[]] : chunks;
}
