/**
 * Mounts an Offhook receiver in an Express app.
 * @module index
 */
export {};
