/**
 * Mounts an Offhook receiver in a Hono app.
 * @module index
 */
export { toHonoHandler } from "./hono-handler.ts";
