/**
 * The client of Convoso's API, apart from the main door: an app that only receives webhooks does not load it.
 * @module client
 */
export {
  createConvosoClient,
  type ConvosoCallUpdate,
  type ConvosoClient,
  type ConvosoClientOptions,
  type ConvosoPageRange,
  type ConvosoRange,
} from "./create-client.ts";
export type { ConvosoCall, ConvosoLead, ConvosoLeadRecording, ConvosoLogRecording } from "./api-records.ts";
export type { ConvosoLeadSearch, ConvosoNewLead } from "./lead-requests.ts";
export type { ConvosoRecording } from "./recordings.ts";
export type { ConvosoRules } from "./rules.ts";
export { convosoClientEnvironment } from "./client-environment.ts";
