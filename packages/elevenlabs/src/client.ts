/**
 * The client of ElevenLabs' API, apart from the main door: an app that only receives webhooks does not load it.
 * @module client
 */
export {
  createElevenLabsClient,
  type ElevenLabsCallRange,
  type ElevenLabsClient,
  type ElevenLabsClientOptions,
  type ElevenLabsPageRange,
  type ElevenLabsRules,
  type ElevenLabsWebhookSetup,
} from "./create-client.ts";
export type {
  ElevenLabsAgent,
  ElevenLabsCall,
  ElevenLabsCallAnalysis,
  ElevenLabsCallMetadata,
  ElevenLabsCallSummary,
  ElevenLabsPhoneCall,
  ElevenLabsWebhook,
} from "./api-records.ts";
export type { ElevenLabsConversionRule, ElevenLabsVerdict } from "./analysis.ts";
export { elevenlabsClientEnvironment } from "./client-environment.ts";
