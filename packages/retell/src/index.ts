/**
 * Verified, normalized call events from Retell AI for Offhook.
 * @module index
 */
export {};
