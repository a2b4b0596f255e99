import type {
  ImportCounts,
  ImportEstimate,
  ImportNote,
  ImportProgress,
  ImportState,
  ImportSummary,
  MissedReason,
  QuotaState,
  ReconcileSummary,
} from "../integrations.ts";

export type RunKind = "import" | "reconcile";

/** How far an import or a comparison has come: a checkpoint, written with every page. */
export interface ImportDocument {
  readonly kind: RunKind;
  /** Tells this run from those before it. */
  readonly runId: string;
  /** Who is at it: whoever is not ends. */
  readonly owner: string;
  readonly provider: string;
  /** Before it was cut to what the vendor keeps. ISO-8601 in UTC, as are all times. */
  readonly askedFrom: string;
  readonly from: string;
  readonly to: string;
  /** Nobody said until when: what comes meanwhile belongs to it. */
  readonly isOpenEnded: boolean;
  readonly notify: boolean;
  readonly state: ImportState;
  /** Whether jobs do it, which come again after a crash; else somebody waits for it. */
  readonly isBackground: boolean;
  readonly counts: ImportCounts;
  readonly requests: number;
  readonly failures: readonly string[];
  readonly notes: readonly ImportNote[];
  readonly error: ImportProgress["error"];
  readonly waitsUntil: string | null;
  /** Failures in a row. */
  readonly troubles: number;
  /** How many of them were over the details of calls since the last progress. */
  readonly detailTroubles: number;
  readonly missed: ReconcileSummary["missed"];
  readonly repaired: ReconcileSummary["repaired"];
  /** Of comparisons: until when everything was compared by those that follow upon each other; null for imports. */
  readonly comparedUntil: string | null;
  /** Calls that ended before this were asked for their details by the comparisons before; null: each is asked for. */
  readonly detailsFrom: string | null;
  readonly window: ImportWindow;
  /** Calls that are counted and may be listed again when the range grows. */
  readonly fresh: number;
  readonly startedAt: string;
  readonly updatedAt: string;
  /** How long it was worked on, without the waiting. Milliseconds. */
  readonly workedMs: number;
}

/** The part of the range that is read now. */
export interface ImportWindow {
  /** As long as it is read it stays, whatever becomes of the range: the vendor's cursor is of this window. */
  readonly from: string;
  readonly to: string;
  /** Where the range has grown since it was begun: what has come later is of the next window, which begins here. */
  readonly until: { readonly at: string; readonly counted: number } | null;
  readonly days: number;
  readonly cursor: string | null;
  readonly pages: number;
  /** Where it was when its pages were last a power of two: pages that lead back come by here again. */
  readonly mark: string | null;
  /** Calls that were looked at since it was begun. */
  readonly position: number;
  /** How many of its calls are counted: when it is read again, those are passed over. */
  readonly counted: number;
  /** Records of the page at the cursor that were written already, and the name of the last of them. */
  readonly done: number;
  readonly lastDone: string | null;
  /** Items that could not be read since it was begun, and how many of them are counted. */
  readonly unreadable: number;
  readonly unreadableCounted: number;
  /** Names of the last calls of the page before: pages that shift show some again. */
  readonly tail: readonly string[];
  /** What the vendor counts in it, as the first page said. */
  readonly total: number | null;
  /** Pages have moved while they were read, so that one may have been missed. */
  readonly isShifted: boolean;
  /** How often it was begun anew. */
  readonly round: number;
}

export const noCounts: ImportCounts = {
  seen: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  recordings: 0,
};

export const noneMissed: Readonly<Record<MissedReason, number>> = {
  call: 0,
  end: 0,
  recording: 0,
  conversation: 0,
  details: 0,
};

const dayMs = 24 * 60 * 60_000;
/** From here on there may be calls that have come since the range was set, or are not listed yet; by whose clock ever. */
export const freshFrom = ({ from, to }: Pick<ImportDocument, "from" | "to">): string =>
  new Date(Math.max(Date.parse(to) - lateMs, Date.parse(from))).toISOString();

const lateMs = 10 * 60_000;
/** Clocks differ, and a call cannot begin in the future: what seems to has begun just now. */
const openEndMs = dayMs;
const firstDays = 7;
const mostDays = 64;
/** Where there is nothing at all. */
const mostEmptyDays = 256;
/** Vendors with a second list, such as one of recordings, have a page of each at least. */
const quietPages = 2;

/** Where a document's range ends for the vendor. Milliseconds since 1970. */
export const endMs = ({ to, isOpenEnded }: Pick<ImportDocument, "to" | "isOpenEnded">): number =>
  Date.parse(to) + (isOpenEnded ? openEndMs : 0);

/** @param rangeEndMs where the range ends; milliseconds since 1970, as is `fromMs`. */
export function windowAt(fromMs: number, rangeEndMs: number, days = firstDays): ImportWindow {
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(Math.min(fromMs + days * dayMs, rangeEndMs)).toISOString(),
    until: null,
    days,
    cursor: null,
    pages: 0,
    mark: null,
    position: 0,
    counted: 0,
    done: 0,
    lastDone: null,
    unreadable: 0,
    unreadableCounted: 0,
    tail: [],
    total: null,
    isShifted: false,
    round: 0,
  };
}

/** The window after this one; undefined after the last. Where little is going on windows grow, to save requests. */
export function nextWindow(document: ImportDocument): ImportWindow | undefined {
  const { to, until, days, pages, position } = document.window;
  const toMs = Date.parse(to);
  const rangeEndMs = endMs(document);
  if (until !== null) return { ...windowAt(Date.parse(until.at), rangeEndMs), counted: until.counted };
  if (toMs >= rangeEndMs) return undefined;
  if (pages > quietPages) return windowAt(toMs, rangeEndMs, Math.min(days, mostDays));
  return windowAt(toMs, rangeEndMs, Math.min(days * 2, position === 0 ? mostEmptyDays : mostDays));
}

export function progressOf(document: ImportDocument, quota: readonly QuotaState[]): ImportProgress {
  const { provider, from, to, state, counts, requests, waitsUntil, failures, error, startedAt, updatedAt } = document;
  const part = partOf(document);
  return {
    provider,
    from,
    to,
    state,
    ...counts,
    requests,
    part,
    estimate: estimateOf(document, part, quota),
    waitsUntil,
    failures,
    error,
    startedAt,
    updatedAt,
  };
}

export function summaryOf(document: ImportDocument, quota: readonly QuotaState[]): ImportSummary {
  return { ...progressOf(document, quota), notes: document.notes };
}

export function reconcileSummaryOf(document: ImportDocument, quota: readonly QuotaState[]): ReconcileSummary {
  const { missed, repaired } = document;
  return { ...summaryOf(document, quota), missed, repaired };
}

function partOf(document: ImportDocument): number {
  if (document.state === "finished") return 1;
  const { window } = document;
  const fromMs = Date.parse(document.from);
  const lengthMs = Math.max(Date.parse(document.to) - fromMs, 1);
  const windowMs = Math.min(Date.parse(window.to), Date.parse(document.to)) - Date.parse(window.from);
  const within = window.total === null || window.total === 0 ? 0 : Math.min(window.position / window.total, 1);
  const part = (Date.parse(window.from) - fromMs + Math.max(windowMs, 0) * within) / lengthMs;
  return Math.round(Math.min(Math.max(part, 0), 1) * 1000) / 1000;
}

/** What of a vendor's limit long work may use: the rest is left to what is urgent. */
export const usablePart = 0.9;
/** Before this part is done nothing can be said. */
const tellingPart = 0.01;

/** As it went so far, so it goes on, but for the waiting that the vendor's limits make necessary. */
function estimateOf(document: ImportDocument, part: number, quota: readonly QuotaState[]): ImportEstimate | null {
  if (part < tellingPart) return null;
  const left = (1 - part) / part;
  const requests = Math.ceil(document.requests * left);
  const spentSeconds = document.workedMs / 1000;
  const waiting = quota.map((limit) => {
    const usable = Math.max(Math.floor(limit.requests * usablePart), 1);
    const beyond = requests - Math.max(usable - limit.used, 0);
    return beyond <= 0 ? 0 : Math.ceil(beyond / usable) * limit.seconds;
  });
  return { requests, seconds: Math.ceil(Math.max(spentSeconds * left, ...waiting, 0)) };
}
