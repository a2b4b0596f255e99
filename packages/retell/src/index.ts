/**
 * Retell AI for Offhook.
 * @module index
 */
export { retell, type RetellOptions } from "./provider.ts";
export { verifyRetellWebhookSignature, type SignedRetellWebhook } from "./verify-webhook.ts";
export { retellEnvironment } from "./environment.ts";
