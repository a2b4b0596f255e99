import type { CallChange, Handlers, LeadChange } from "@offhook/core";
import type { Logger } from "./logger.ts";

/** What the app does when something happened: this one writes it down, without numbers and names of people. */
export function callLog(logger: Logger): Handlers {
  return {
    "call.created": logCall,
    "call.ended": logCall,
    "lead.created": logLead,
  };

  function logCall({ type, call }: CallChange): void {
    const providers = [...new Set(call.references.map(({ provider }) => provider))];
    const { id: callId, status, durationSeconds } = call;
    logger.info({ callId, status, durationSeconds }, `[${providers.join("+")}] ${type}`);
  }

  function logLead({ type, lead }: LeadChange): void {
    logger.info({ leadId: lead.id }, `[${lead.references[0]?.provider ?? "lead"}] ${type}`);
  }
}
