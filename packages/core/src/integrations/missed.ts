import type { Call } from "../call.ts";
import { isTerminal } from "../fold-rules.ts";
import type { MissedReason } from "../integrations.ts";
import { isSameJson } from "../json.ts";

/** Whether a call has something in `after` that it had not before. Who said it, and how many did, does not count. */
export function isSameCall(before: Call, after: Call): boolean {
  return isSameJson(comparable(before), comparable(after));
}

function comparable(call: Call) {
  const { version: _version, provenance, updatedAt: _updatedAt, ...said } = call;
  return {
    ...said,
    // No recordings is something that can be known, or not.
    areRecordingsKnown: provenance["recordings"] !== undefined,
  };
}

/** What was missing of a call. */
export function missedReason(before: readonly Call[], after: Call): MissedReason {
  if (before.length === 0) return "call";
  if (isTerminal(after.status) && !before.some(({ status }) => isTerminal(status))) return "end";
  const isSaid = (member: "recordings" | "transcript" | "analysis"): boolean =>
    before.some((call) => isSameJson(call[member], after[member]));
  if (!isSaid("transcript") || !isSaid("analysis")) return "conversation";
  if (!isSaid("recordings")) return "recording";
  return "details";
}
