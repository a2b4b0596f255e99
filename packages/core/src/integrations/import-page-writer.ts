import { ApiError } from "../api-error.ts";
import { deletedCalls, type DeletedCalls } from "../deleted-calls.ts";
import type { ApiContext, ApiRecord, ProviderApi } from "../provider-api.ts";
import type { Workings } from "../workings.ts";
import { applyRecords, type WriteAlong } from "./apply-records.ts";
import type { Documents } from "./documents.ts";
import type { ImportCheckpoint } from "./import-checkpoint.ts";
import { distinctRecords, doneOf, isWithin, nameOf, withCounted } from "./import-counting.ts";
import type { ImportDocument } from "./import-document.ts";
import type { ReadPage } from "./import-pages.ts";
import { addNote, withTurned } from "./import-turning.ts";
import { withDetails } from "./record-details.ts";

export interface ImportPageWriterOptions {
  readonly workings: Workings;
  readonly api: ProviderApi;
  readonly documents: Documents;
  readonly checkpoint: ImportCheckpoint;
  /** Under which calls are asked for their details. */
  readonly context: ApiContext;
  /** Whether somebody waits for it, or jobs come back. */
  readonly waits: boolean;
}

/** The page that is being written. */
interface PageUnderway {
  readonly read: ReadPage;
  /** How many of its records are. */
  readonly written: number;
  /** How many of them were when it was read before. */
  readonly done: number;
  readonly distinct: ReadonlySet<number>;
  /** As of its beginning: what is deleted meanwhile costs a request. */
  readonly deleted: DeletedCalls;
}

/** Records that are written in one transaction: what comes in by webhook waits no longer than for so many. */
const mostRecords = 500;
/** Where each may take a request of its own, so that what is there is soon written. */
const mostDetailed = 100;
/** After so many failures over one call it is the call that fails, rather than the vendor. */
const patience = 3;

/** Brings pages in, some records after the other, each time together with how far the import is. */
export class ImportPageWriter {
  readonly #options: ImportPageWriterOptions;
  #page: PageUnderway | undefined;
  #hasWritten = false;
  #isOverDetails = false;

  constructor(options: ImportPageWriterOptions) {
    this.#options = options;
  }

  /** Whether anything was written that was not before. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** What went wrong last was a request for the details of a call. */
  get isOverDetails(): boolean {
    return this.#isOverDetails;
  }

  /** Writes some more records of a page; with the last of them the document turns to the next page. */
  async write(read: ReadPage): Promise<void> {
    const { workings, api, documents, checkpoint, context, waits } = this.#options;
    const { window, detailsFrom, detailTroubles, provider } = checkpoint.document;
    const underway = await this.#begun(read);
    const { written: first, done, distinct, deleted } = underway;
    const { page, readAt } = read;
    const isMine = (record: ApiRecord): boolean =>
      isWithin(record, { from: window.from, to: window.until?.at ?? window.to });
    const { records, failure, isLacking } = await withDetails(
      workings,
      api,
      page.records.slice(first, first + sliceOf(page.records)),
      context,
      {
        detailsFrom,
        done: done - first,
        isPatient: !waits && detailTroubles < patience,
        isWanted: async (record) => isMine(record) && !(await deleted.has([record.reference])),
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
    const stamped = checkpoint.stamped();
    let next = stamped;
    // Written without waiting for the disk, and perhaps more than once: nothing in it has an effect of its own.
    const put: WriteAlong["put"] = async (transaction, outcomes) => {
      const byRecord = new Map(mine.map((record, position) => [record, outcomes[position]] as const));
      const told = records.map((record, position) => ({
        record,
        outcome: byRecord.get(record),
        isFresh: distinct.has(first + position) && first + position >= done,
      }));
      const last = page.records[Math.max(end, done) - 1];
      const counted = withCounted(running(stamped, { hasProgress, isLacking }), told, {
        done: Math.max(end, done),
        lastDone: last === undefined ? null : nameOf(last),
        unreadable: isLast ? page.unreadable : [],
      });
      next = isLast ? withTurned(counted, page) : counted;
      await checkpoint.put(transaction, next);
    };
    await applyRecords(workings, { provider, readAt }, mine, { documents, deleted, put });
    checkpoint.advance(next);
    this.#page = { ...underway, written: end };
    this.#hasWritten ||= hasProgress;
    if (failure !== undefined) throw failure;
  }

  async #begun(read: ReadPage): Promise<PageUnderway> {
    if (this.#page?.read === read) return this.#page;
    const { documents, checkpoint } = this.#options;
    const { window } = checkpoint.document;
    const { records } = read.page;
    return {
      read,
      written: 0,
      done: doneOf(records, window),
      distinct: distinctRecords(records, window.tail),
      deleted: await deletedCalls(documents),
    };
  }
}

/** The document of an import that gets on. */
function running(
  document: ImportDocument,
  { hasProgress, isLacking }: { readonly hasProgress: boolean; readonly isLacking: boolean },
): ImportDocument {
  const notes = [...document.notes];
  if (isLacking) addNote(notes, { code: "details_missing", text: lackingText });
  const detailTroubles = hasProgress ? 0 : document.detailTroubles;
  return { ...document, notes, state: "running", troubles: 0, detailTroubles, waitsUntil: null, error: null };
}

const lackingText =
  "The vendor failed over the details of some calls, which the log names: they came in without, and an import of their time asks again";

const sliceOf = (records: readonly ApiRecord[]): number =>
  records.some(({ lacksDetails }) => lacksDetails !== undefined) ? mostDetailed : mostRecords;
