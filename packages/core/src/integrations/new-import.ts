import {
  endMs,
  freshFrom,
  noCounts,
  noneMissed,
  windowAt,
  type ImportDocument,
  type RunKind,
} from "./import-document.ts";
import type { RunRange } from "./import-runs.ts";
import type { ImportNote } from "../integrations.ts";
import type { ProviderApi } from "../provider-api.ts";

export interface NewImport {
  readonly kind: RunKind;
  readonly provider: string;
  readonly api: ProviderApi;
  readonly range: RunRange;
  readonly owner: string;
  readonly nowMs: number;
  /** Whether what is written down outlives the process. */
  readonly isKept: boolean;
}

/** The document of a run that has done nothing yet. */
export function newImport({ kind, provider, api, range, owner, nowMs, isKept }: NewImport): ImportDocument {
  const at = new Date(nowMs).toISOString();
  const notes: ImportNote[] = [];
  let { from } = range;
  const { historyMonths } = api;
  const earliest = historyMonths === undefined ? beforeAll : monthsBefore(nowMs, historyMonths);
  if (from < earliest) {
    const reason = historyMonths === undefined ? "has no calls that old" : `keeps calls for ${historyMonths} months`;
    notes.push({ code: "range_clamped", text: `${provider} ${reason}: the range was cut to begin at ${earliest}` });
    from = earliest;
  }
  if (!isKept) {
    const text = 'The storage keeps no checkpoints: after a crash this begins anew. See the ability "getCheckpoint"';
    notes.push({ code: "no_checkpoints", text });
  }
  const to = range.to ?? at;
  const whole = { to: to < from ? from : to, isOpenEnded: range.to === undefined };
  // What is older than the vendor keeps counts as compared, or the next run would begin there again, and so on.
  const comparedUntil = range.comparedUntil ?? null;
  return {
    kind,
    runId: owner,
    owner,
    provider,
    askedFrom: range.from,
    from,
    ...whole,
    notify: range.notify,
    state: "running",
    isBackground: range.isBackground,
    counts: noCounts,
    requests: 0,
    failures: [],
    notes,
    error: null,
    waitsUntil: null,
    troubles: 0,
    detailTroubles: 0,
    fresh: 0,
    missed: noneMissed,
    repaired: [],
    comparedUntil: comparedUntil !== null && from > range.from && comparedUntil < from ? from : comparedUntil,
    detailsFrom: range.detailsFrom ?? null,
    window: windowAt(Date.parse(from), endMs(whole)),
    startedAt: at,
    updatedAt: at,
    workedMs: 0,
  };
}

/** From where it was. Jobs of the one before have lost it, and what has come since belongs to it. */
export function takenUp(
  present: ImportDocument,
  { notify, isBackground }: RunRange,
  owner: string,
  nowMs: number,
): ImportDocument {
  const at = new Date(nowMs).toISOString();
  const { window } = present;
  const isGrown = present.isOpenEnded && at > present.to;
  // Pages that were read before do not show what has come since.
  const isOvertaken = isGrown && window.to > present.to;
  const until = window.until ?? (isOvertaken ? { at: freshFrom(present), counted: present.fresh } : null);
  return {
    ...present,
    runId: owner,
    owner,
    notify,
    isBackground,
    state: "running",
    to: isGrown ? at : present.to,
    waitsUntil: null,
    error: null,
    troubles: 0,
    detailTroubles: 0,
    // Those of long ago are not listed again when the range grows once more.
    fresh: isGrown && freshFrom({ from: present.from, to: at }) > present.to ? 0 : present.fresh,
    window: { ...window, until, round: 0 },
    updatedAt: at,
  };
}

/** Before there were vendors. */
const beforeAll = "2000-01-01T00:00:00.000Z";

/** A day less than the months, because vendors count days in zones of their own. */
function monthsBefore(nowMs: number, months: number): string {
  const date = new Date(nowMs);
  date.setUTCMonth(date.getUTCMonth() - months, date.getUTCDate() + 1);
  return date.toISOString();
}
