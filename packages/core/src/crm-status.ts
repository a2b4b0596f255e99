import type { Call } from "./call.ts";
import { isTerminal } from "./fold-rules.ts";

/** The result of a call in the four words that CRMs use. */
export type CrmStatus = "held" | "no answer" | "no connection" | "voicemail";

/**
 * Says how a call ended in the words of a CRM; null while it goes on. For presenting and forwarding: the Call itself
 * keeps its finer `status` and `outcome`.
 *
 * @example
 * crmStatus(call); // "held"
 */
export function crmStatus(call: Pick<Call, "status" | "outcome" | "answeredBy" | "durationSeconds">): CrmStatus | null {
  const { status, outcome, answeredBy, durationSeconds } = call;
  if (!isTerminal(status)) return null;
  if (outcome === "voicemail" || answeredBy === "machine") return "voicemail";
  if (status === "busy" || status === "no_answer" || outcome === "missed") return "no answer";
  if (status === "failed" || status === "canceled") return "no connection";
  // Completed, and nobody spoke.
  return durationSeconds === 0 ? "no answer" : "held";
}
