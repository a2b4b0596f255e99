/**
 * Verified, normalized call events from Convoso for Offhook.
 * @module index
 */
export {};
