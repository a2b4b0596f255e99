import { createIntegrations } from "./create-integrations.ts";
import type { Integrations } from "../integrations.ts";
import type { Offhook } from "../offhook.ts";
import { workingsOf } from "../workings.ts";

/**
 * The integrations of any Offhook, for screens that show them all: where no provider was given a client they still know
 * today's calls and the last delivery, and say `client_missing` to the rest.
 */
export function integrationsOf(offhook: Offhook): Integrations {
  return offhook.integrations ?? createIntegrations(workingsOf(offhook));
}
