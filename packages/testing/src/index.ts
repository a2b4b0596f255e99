/**
 * Signed sample deliveries and the storage conformance suite for Offhook.
 * @module index
 */
export {};
