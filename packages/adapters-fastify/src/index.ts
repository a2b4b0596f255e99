/**
 * Mounts an Offhook receiver in a Fastify app.
 * @module index
 */
export { toFastifyHandler } from "./fastify-handler.ts";
