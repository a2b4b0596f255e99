/**
 * Verified, normalized call events from Twilio Voice for Offhook.
 * @module index
 */
export {};
