/**
 * The client of CallRail's API, apart from the main door: an app that only receives webhooks does not load it.
 * @module client
 */
export {
  createCallRailClient,
  type CallRailCallRange,
  type CallRailClient,
  type CallRailClientOptions,
  type CallRailPageRange,
  type CallRailRules,
} from "./create-client.ts";
export { callRailFields } from "./api-fields.ts";
export type { CallRailAccount, CallRailCall, CallRailPhrase } from "./api-records.ts";
export type { CallRailChanges } from "./call-changes.ts";
export type { CallRailWebhookEvent, CallRailWebhookSetup } from "./webhook-setup.ts";
export { callrailClientEnvironment } from "./client-environment.ts";
