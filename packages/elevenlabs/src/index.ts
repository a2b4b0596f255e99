/**
 * Verified, normalized call events from ElevenLabs Agents for Offhook.
 * @module index
 */
export { elevenlabs, type ElevenLabsInitiation, type ElevenLabsOptions } from "./provider.ts";
export type { ElevenLabsConversionRule, ElevenLabsVerdict } from "./analysis.ts";
export { elevenlabsEnvironment } from "./environment.ts";
