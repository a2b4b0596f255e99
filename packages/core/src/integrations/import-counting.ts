import type { RecordOutcome } from "./apply-records.ts";
import { endMs, freshFrom, type ImportDocument, type ImportWindow } from "./import-document.ts";
import type { ImportCounts, MissedReason } from "../integrations.ts";
import type { ApiRecord } from "../provider-api.ts";

/** A record of a page and what became of it; undefined where it is outside of the window. */
export interface Told {
  readonly record: ApiRecord;
  readonly outcome: RecordOutcome | undefined;
  /** Not seen on the page before, and not written before a crash. */
  readonly isFresh: boolean;
}

const mostFailures = 20;
const mostRepaired = 100;

/**
 * The document with the records counted, each call once: of a window that is read again, as many as were counted
 * are passed over, and a call that shows up only now counts beside them.
 */
export function withCounted(
  document: ImportDocument,
  told: readonly Told[],
  {
    done,
    unreadable,
    lastDone,
  }: { readonly done: number; readonly unreadable: readonly string[]; readonly lastDone: string | null },
): ImportDocument {
  const whole = { from: document.from, to: new Date(endMs(document)).toISOString() };
  const counts: { -readonly [Name in keyof ImportCounts]: number } = { ...document.counts };
  const missed: Record<MissedReason, number> = { ...document.missed };
  const repaired = [...document.repaired];
  const failures = [...document.failures];
  let { position, counted } = document.window;
  let { fresh } = document;
  const newest = freshFrom(document);
  const noteRepair = (outcome: RecordOutcome): boolean => {
    if (outcome.type !== "created" && outcome.type !== "updated") return false;
    missed[outcome.reason] += 1;
    if (repaired.length < mostRepaired) repaired.push({ callId: outcome.callId, reason: outcome.reason });
    return true;
  };
  for (const { record, outcome, isFresh } of told) {
    if (record.subject === "recording") {
      if (outcome !== undefined && noteRepair(outcome)) counts.recordings += 1;
      continue;
    }
    const isCreated = outcome?.type === "created";
    if (!isFresh && !isCreated) continue;
    // Another window has it.
    if (outcome === undefined && isWithin(record, whole)) continue;
    position += 1;
    if (!isCreated && position <= counted) continue;
    counted += 1;
    counts.seen += 1;
    if (record.startedAt !== null && record.startedAt >= newest) fresh += 1;
    if (outcome === undefined) {
      counts.skipped += 1;
      continue;
    }
    counts[outcome.type] += 1;
    noteRepair(outcome);
    if (outcome.type === "failed" && failures.length < mostFailures) failures.push(outcome.reason);
  }
  // As with calls: of a window that is read again, as many as are counted are passed over.
  const seenUnreadable = document.window.unreadable + unreadable.length;
  const news = Math.min(Math.max(seenUnreadable - document.window.unreadableCounted, 0), unreadable.length);
  counts.failed += news;
  counts.seen += news;
  if (news > 0) failures.push(...unreadable.slice(-news).slice(0, mostFailures - failures.length));
  const unreadableCounted = Math.max(seenUnreadable, document.window.unreadableCounted);
  const window = {
    ...document.window,
    position,
    counted,
    done,
    lastDone,
    unreadable: seenUnreadable,
    unreadableCounted,
  };
  return { ...document, fresh, counts, missed, repaired, failures, window };
}

export const nameOf = ({ reference }: ApiRecord): string => `${reference.provider}:${reference.id}`;

/** How many records of a page were written when it was read before: new ones may have come above them since. */
export function doneOf(records: readonly ApiRecord[], { done, lastDone }: ImportWindow): number {
  if (done === 0) return 0;
  const last = records.findLastIndex((record) => nameOf(record) === lastDone);
  return last < 0 ? Math.min(done, records.length) : last + 1;
}

export function isWithin({ startedAt, subject }: ApiRecord, { from, to }: { from: string; to: string }): boolean {
  return startedAt === null || subject === "recording" || (startedAt >= from && startedAt < to);
}

/** So many names tell what a shift by some calls shows again. */
const tailLength = 20;

export const tailOf = (records: readonly ApiRecord[]): readonly string[] =>
  records
    .filter(({ subject }) => subject === "call")
    .slice(-tailLength)
    .map(nameOf);

/** Which records of a page count, by their position: each call once, without those that ended the page before. */
export function distinctRecords(records: readonly ApiRecord[], tail: readonly string[]): ReadonlySet<number> {
  const names = new Set(tail);
  const distinct = new Set<number>();
  for (const [position, record] of records.entries()) {
    const name = nameOf(record);
    if (record.subject === "call" && names.has(name)) continue;
    if (record.subject === "call") names.add(name);
    distinct.add(position);
  }
  return distinct;
}
