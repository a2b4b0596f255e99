import { ConfigurationError } from "../errors.ts";
import type { ImportDocument } from "./import-document.ts";
import { checkedRange } from "./import-range.ts";
import type { RunRange } from "./import-runs.ts";
import type { ReconcileOptions, ReconcileSchedule } from "../integrations.ts";
import { newJob, type Job } from "../job.ts";

export type FullSchedule = Required<ReconcileSchedule>;

type ReconcileJobPayload = { readonly provider: string };

const hourMs = 60 * 60_000;
const minuteMs = 60_000;
/** A hundred years: what is longer has no date. */
const mostHours = 876_600;
const defaults: FullSchedule = { everyMinutes: 60, windowHours: 26, overlapHours: 2 };

/** @throws ConfigurationError `option_invalid` for what is no time. */
export function scheduleOf(given: ReconcileSchedule | undefined): FullSchedule | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) {
    throw new ConfigurationError("option_invalid", `reconcile: expected { everyMinutes, … }, got ${String(given)}`);
  }
  const schedule = { ...defaults, ...given };
  for (const [name, value] of Object.entries(schedule)) {
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join(", ");
      throw new ConfigurationError("option_invalid", `reconcile: expected ${known}, got "${name}"`);
    }
    if (typeof value === "number" && value > 0 && value <= 24 * 60) continue;
    throw new ConfigurationError(
      "option_invalid",
      `reconcile.${name}: expected a positive number, got ${String(value)}`,
    );
  }
  return schedule;
}

/** The next run of a vendor. Named by its time, so that it waits once, whoever asks for it. */
export function scheduledReconcile(
  provider: string,
  tenantId: string,
  { everyMinutes }: FullSchedule,
  nowMs: number,
): Job {
  const everyMs = everyMinutes * minuteMs;
  const atMs = (Math.floor(nowMs / everyMs) + 1) * everyMs;
  return newJob({
    id: `reconcile:${provider}:${new Date(atMs).toISOString()}`,
    tenantId,
    kind: "reconcile",
    payload: { provider } satisfies ReconcileJobPayload,
    nowMs,
    delayMs: atMs - nowMs,
  });
}

/** What to compare: what was asked for, or the last hours, or all that was not compared yet where that is more. */
export function reconcileRange(
  window: ReconcileOptions["window"],
  last: ImportDocument | undefined,
  schedule: FullSchedule | undefined,
  nowMs: number,
): Pick<RunRange, "from" | "to" | "comparedUntil" | "detailsFrom"> {
  const { windowHours, overlapHours } = schedule ?? defaults;
  const overlapMs = overlapHours * hourMs;
  const compared = last?.comparedUntil ?? null;
  const asked = windowOf(window);
  if ("from" in asked) {
    return { ...checkedRange("reconcile, window", asked, nowMs), comparedUntil: compared };
  }
  const { hours = windowHours } = asked;
  if (!(hours > 0 && hours <= mostHours)) {
    throw new ConfigurationError(
      "option_invalid",
      `reconcile: expected a window of a positive number of hours, at most ${mostHours}`,
    );
  }
  const usualMs = nowMs - hours * hourMs;
  const sinceMs = compared === null || window !== undefined ? usualMs : Date.parse(compared) - overlapMs;
  const fromMs = Math.min(usualMs, sinceMs);
  // The first of all begins where it begins, so that one that fails leaves no gap to the next. A window that somebody
  // asked for begins nothing: those before its beginning were not compared.
  const comparedUntil = compared ?? (window === undefined ? new Date(fromMs + overlapMs).toISOString() : null);
  // A vendor that never has a transcript of a call is not asked for it in each of the next runs.
  const detailsFrom =
    window === undefined && compared !== null ? new Date(Date.parse(compared) - overlapMs) : undefined;
  return {
    from: new Date(fromMs).toISOString(),
    to: undefined,
    comparedUntil,
    detailsFrom: detailsFrom?.toISOString() ?? null,
  };
}

const windowExpected = "reconcile: expected a window of { hours } or { from, to }";

/** @throws ConfigurationError `option_invalid`: what is misspelt must not mean the usual window. */
function windowOf(
  window: ReconcileOptions["window"],
): { readonly hours?: number } | { readonly from: string; readonly to?: string } {
  if (window === undefined) return {};
  if (typeof window === "object" && window !== null && ("from" in window || "hours" in window)) return window;
  throw new ConfigurationError("option_invalid", windowExpected);
}
