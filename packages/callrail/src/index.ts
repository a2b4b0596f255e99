/**
 * Verified, normalized call events from CallRail for Offhook.
 * @module index
 */
export {};
