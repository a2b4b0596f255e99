import type { RecordOutcome } from "./apply-records.ts";
import { endMs, type ImportDocument } from "./import-document.ts";
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
  { done, unreadable }: { readonly done: number; readonly unreadable: readonly string[] },
): ImportDocument {
  const whole = { from: document.from, to: new Date(endMs(document)).toISOString() };
  const counts: { -readonly [Name in keyof ImportCounts]: number } = { ...document.counts };
  const missed: Record<MissedReason, number> = { ...document.missed };
  const repaired = [...document.repaired];
  const failures = [...document.failures];
  let { position, counted } = document.window;
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
    if (outcome === undefined) {
      counts.skipped += 1;
      continue;
    }
    counts[outcome.type] += 1;
    noteRepair(outcome);
    if (outcome.type === "failed" && failures.length < mostFailures) failures.push(outcome.reason);
  }
  if (document.window.round === 0) {
    counts.failed += unreadable.length;
    counts.seen += unreadable.length;
    failures.push(...unreadable.slice(0, mostFailures - failures.length));
  }
  return { ...document, counts, missed, repaired, failures, window: { ...document.window, position, counted, done } };
}

export const nameOf = ({ reference }: ApiRecord): string => `${reference.provider}:${reference.id}`;

export function isWithin({ startedAt, subject }: ApiRecord, { from, to }: { from: string; to: string }): boolean {
  return startedAt === null || subject === "recording" || (startedAt >= from && startedAt < to);
}

/** The records of a page, each call once, without those of the page before: pages that shift show some again. */
export function distinctRecords(records: readonly ApiRecord[], before: ReadonlySet<string>): ReadonlySet<ApiRecord> {
  const names = new Set(before);
  return new Set(
    records.filter((record) => {
      if (record.subject === "recording") return true;
      const name = nameOf(record);
      if (names.has(name)) return false;
      names.add(name);
      return true;
    }),
  );
}
