import type { Call } from "./call.ts";
import { isTerminal } from "./fold-rules.ts";
import type { Lead } from "./lead.ts";

/**
 * What happened to a call as the app should see it: told once for a physical call, however many vendors said it and
 * however often. `call.updated` comes with each further event.
 */
export type CallChangeType =
  "call.created" | "call.answered" | "call.ended" | "call.recorded" | "call.analyzed" | "call.updated" | "call.merged";
export type LeadChangeType = "lead.created" | "lead.updated";
export type ChangeType = CallChangeType | LeadChangeType;

const isRunning = (call: Call): boolean => call.status === "in_progress" || isTerminal(call.status);
const isRecorded = (call: Call): boolean => call.recordings.some((recording) => recording.state === "available");

/** What is new about a call, compared with what was stored of it: nothing, one call, or several that were merged. */
export function callChanges(before: readonly Call[], after: Call): CallChangeType[] {
  const changes: CallChangeType[] = [before.length === 0 ? "call.created" : "call.updated"];
  if (before.length > 1) changes.push("call.merged");
  if (after.status === "in_progress" && !before.some(isRunning)) changes.push("call.answered");
  if (isTerminal(after.status) && !before.some((call) => isTerminal(call.status))) changes.push("call.ended");
  if (isRecorded(after) && !before.some(isRecorded)) changes.push("call.recorded");
  if (after.analysis !== null && !before.some((call) => call.analysis !== null)) changes.push("call.analyzed");
  return changes;
}

export function leadChanges(before: readonly Lead[]): LeadChangeType[] {
  return [before.length === 0 ? "lead.created" : "lead.updated"];
}
