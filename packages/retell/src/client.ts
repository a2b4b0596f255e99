/**
 * The client of Retell's API, apart from the main door: an app that only receives webhooks does not load it.
 * @module client
 */
export {
  createRetellClient,
  type RetellCallRange,
  type RetellClient,
  type RetellClientOptions,
  type RetellPageRange,
  type RetellRecordingVariant,
  type RetellWebhookSetup,
} from "./create-client.ts";
export type { RetellAgent, RetellCall, RetellKeyInfo, RetellListedAgent } from "./api-records.ts";
export { retellClientEnvironment } from "./client-environment.ts";
