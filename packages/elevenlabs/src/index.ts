/**
 * Verified, normalized call events from ElevenLabs Agents for Offhook.
 * @module index
 */
export {};
