import { ApiError } from "../api-error.ts";
import { applyRecords, type RecordOutcome } from "./apply-records.ts";
import { ConfigurationError } from "../errors.ts";
import type { Documents } from "./documents.ts";
import { endMs, nextWindow, windowAt, windowRange, type ImportDocument, type ImportWindow } from "./import-document.ts";
import type { ImportCounts, ImportNote, MissedReason } from "../integrations.ts";
import { nextTurn } from "../next-turn.ts";
import { pause } from "../api/pause.ts";
import type { ApiContext, ApiPage, ApiRecord, ProviderApi } from "../provider-api.ts";
import { withDetails } from "./record-details.ts";
import type { Workings } from "../workings.ts";

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
const mostFailures = 20;
const mostRepaired = 100;
const mostRounds = 3;
const mostTroubles = 8;
const firstPauseMs = 30_000;
const longestPauseMs = 30 * 60_000;

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
  /** Where the window was already: vendors have been seen to lead back. */
  readonly #visited = new Set<string>();
  /** Names of the calls of the page before: pages that shift show some again. */
  #before: ReadonlySet<string> = new Set();

  constructor(options: ImportRunOptions, document: ImportDocument, version: number) {
    this.#options = options;
    this.#document = document;
    this.#version = version;
    const { context } = options;
    const signals = context.signal === undefined ? [] : [context.signal];
    this.#context = { ...context, signal: AbortSignal.any([this.#over.signal, ...signals]) };
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
    if (page.nextCursor === null) {
      this.#visited.clear();
      return page;
    }
    if (this.#visited.size > 0 && this.#visited.has(page.nextCursor)) throw cycleError(this.#document.provider);
    this.#visited.add(page.nextCursor);
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
    const { provider, window } = document;
    // What was said since counts as later, although the page may wait to be written.
    const readAt = new Date(workings.now()).toISOString();
    const page = await api.listCalls({ ...windowRange(document), cursor: window.cursor ?? undefined }, context);
    const records = await withDetails(workings, api, provider, page.records, context);
    this.#lastFetchMs = workings.now() - Date.parse(readAt);
    return { ...page, readAt, records };
  }

  async #write(page: ReadPage): Promise<void> {
    const { workings } = this.#options;
    const { window } = this.#document;
    const range = windowRange(this.#document);
    const counted = countedRecords(page, this.#document, this.#before);
    const chunks = chunksOf(page.records, chunkSize);
    for (const [index, records] of chunks.entries()) {
      const first = index * chunkSize;
      const isLast = index === chunks.length - 1;
      const mine = records.filter((record) => isWithin(record, range));
      let next: ImportDocument | undefined;
      const origin = { provider: this.#document.provider, readAt: page.readAt };
      await applyRecords(workings, origin, mine, async (transaction, outcomes) => {
        const byRecord = new Map(mine.map((record, position) => [record, outcomes[position]] as const));
        const told = records.map((record, position) => ({
          record,
          outcome: byRecord.get(record),
          isCounted: counted.has(record) && first + position >= window.done,
        }));
        next = this.#counting(told, { done: first + records.length, unreadable: isLast ? page.unreadable : [] });
        if (isLast) next = this.#turned(next, page);
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

  #counting(
    told: readonly { record: ApiRecord; outcome: RecordOutcome | undefined; isCounted: boolean }[],
    { done, unreadable }: { readonly done: number; readonly unreadable: readonly string[] },
  ): ImportDocument {
    const document = this.#document;
    const whole = { from: document.from, to: new Date(endMs(document)).toISOString() };
    const counts: { -readonly [Name in keyof ImportCounts]: number } = { ...document.counts };
    const missed: Record<MissedReason, number> = { ...document.missed };
    const repaired = [...document.repaired];
    const failures = [...document.failures];
    let read = 0;
    for (const { record, outcome, isCounted } of told) {
      const isRepair = outcome?.type === "created" || outcome?.type === "updated";
      if (isRepair) {
        missed[outcome.reason] += 1;
        if (repaired.length < mostRepaired) repaired.push({ callId: outcome.callId, reason: outcome.reason });
      }
      if (record.subject === "recording") {
        if (isRepair) counts.recordings += 1;
        continue;
      }
      if (isCounted) read += 1;
      // A call that shows up when the window is read again was not seen before.
      if (!isCounted && outcome?.type !== "created") continue;
      if (outcome === undefined) {
        if (isWithin(record, whole)) continue;
        counts.skipped += 1;
      } else {
        counts[outcome.type] += 1;
        if (outcome.type === "failed" && failures.length < mostFailures) failures.push(outcome.reason);
      }
      counts.seen += 1;
    }
    if (document.window.round === 0) {
      counts.failed += unreadable.length;
      counts.seen += unreadable.length;
      failures.push(...unreadable.slice(0, mostFailures - failures.length));
    }
    return {
      ...this.#stamped(document),
      state: "running",
      troubles: 0,
      waitsUntil: null,
      counts,
      missed,
      repaired,
      failures,
      window: { ...document.window, done, read: document.window.read + read },
    };
  }

  /** The document with its page behind it. */
  #turned(document: ImportDocument, page: ApiPage): ImportDocument {
    const { window } = document;
    const notes = noted(document, page);
    const total = window.total ?? page.total;
    const isShifted = window.isShifted || (page.total !== null && page.total !== total);
    const turned: ImportWindow = { ...window, total, isShifted, done: 0, pages: window.pages + 1 };
    if (page.nextCursor !== null) return { ...document, notes, window: { ...turned, cursor: page.nextCursor } };
    // Calls came or went while the pages were read: one may have slipped from a page to one that was read before.
    if (isShifted && window.round < mostRounds) return { ...document, notes, window: begunAnew(turned) };
    if (isShifted) addNote(notes, { code: "pages_shifted", text: shiftedText });
    const next = nextWindow({ ...document, window: turned });
    if (next === undefined) return { ...document, notes, state: "finished", window: { ...turned, cursor: null } };
    return { ...document, notes, window: next };
  }

  #stamped(document: ImportDocument): ImportDocument {
    const { workings, takeRequests } = this.#options;
    return {
      ...document,
      requests: document.requests + takeRequests(),
      updatedAt: new Date(workings.now()).toISOString(),
    };
  }

  async #end(state: ImportDocument["state"], error?: unknown): Promise<ImportRunEnd> {
    const document = await this.#save({
      ...this.#stamped(this.#document),
      state,
      waitsUntil: null,
      error: error instanceof ApiError ? { code: error.code, message: error.message } : null,
    });
    await this.#options.onProgress(document);
    return { ...this.#ended(), error };
  }

  #ended(): ImportRunEnd {
    return { document: this.#document, resumeAtMs: undefined, error: undefined };
  }

  /** What a failure to read or write means: the end, a pause, or another beginning. Undefined: go on. */
  async #afterTrouble(error: unknown): Promise<ImportRunEnd | undefined> {
    const { signal, workings, waits } = this.#options;
    this.#ahead = undefined;
    this.#visited.clear();
    if (signal?.aborted === true) return this.#end("stopped");
    if (!(error instanceof ApiError)) throw error;
    const document = this.#document;
    if (document.window.cursor !== null && isRefusedCursor(error) && document.window.round < mostRounds) {
      await this.#save({ ...this.#stamped(document), window: begunAnew(document.window) });
      return undefined;
    }
    if (!error.isRetryable || document.troubles >= mostTroubles) return this.#end("failed", error);
    // Somebody who waits for the answer learns that the vendor is away, and can go on later.
    const isAway = error.code === "api_unavailable" || error.code === "api_malformed";
    if (waits && isAway) return this.#end("failed", error);
    const pauseMs = error.retryAfterMs ?? Math.min(firstPauseMs * 2 ** document.troubles, longestPauseMs);
    const resumeAtMs = workings.now() + pauseMs;
    await this.#save({
      ...this.#stamped(document),
      state: "waiting",
      // What the vendor's limit makes us wait for is no trouble.
      troubles: error.code === "api_quota_exhausted" ? document.troubles : document.troubles + 1,
      waitsUntil: new Date(resumeAtMs).toISOString(),
    });
    await this.#options.onProgress(this.#document);
    if (!waits) return { document: this.#document, resumeAtMs, error: undefined };
    try {
      await pause(pauseMs, signal);
    } catch {
      return this.#end("stopped");
    }
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

const cycleError = (provider: string): ApiError =>
  new ApiError("api_malformed", `API of ${provider}, list calls: its pages lead back to one that was read`, {
    provider,
  });

const shiftedText =
  "Calls came or went each time while the pages were read; one may be missing until the next reconcile";

/** The document's notes, with those of a page. */
function noted({ notes }: ImportDocument, page: ApiPage): ImportNote[] {
  const all = [...notes];
  for (const text of page.notes ?? []) addNote(all, { code: "less_asked", text });
  return all;
}

/** Once each. */
function addNote(notes: ImportNote[], note: ImportNote): void {
  if (!notes.some(({ code, text }) => code === note.code && text === note.text)) notes.push(note);
}

const begunAnew = (window: ImportWindow): ImportWindow => ({
  ...windowAt(Date.parse(window.from), window.days),
  round: window.round + 1,
});

/** A page's address may have been forgotten meanwhile. */
const isRefusedCursor = ({ code }: ApiError): boolean => code === "api_rejected" || code === "api_not_found";

const keyOf = ({ window }: ImportDocument): string => `${window.from} ${window.round} ${window.cursor ?? ""}`;

const nameOf = ({ reference }: ApiRecord): string => `${reference.provider}:${reference.id}`;

function isWithin({ startedAt, subject }: ApiRecord, { from, to }: { from: string; to: string }): boolean {
  return startedAt === null || subject === "recording" || (startedAt >= from && startedAt < to);
}

/** The records that count: not those of the page before again, and none where the window is read once more. */
function countedRecords(
  page: ApiPage,
  { window }: ImportDocument,
  before: ReadonlySet<string>,
): ReadonlySet<ApiRecord> {
  if (window.round > 0) return new Set();
  const names = new Set(before);
  return new Set(
    page.records.filter((record) => {
      if (record.subject === "recording") return true;
      const name = nameOf(record);
      if (names.has(name)) return false;
      names.add(name);
      return true;
    }),
  );
}

/** At least one, so that a page without records is written down as well. */
function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks.length === 0 ? [[]] : chunks;
}
