/**
 * Mounts an Offhook receiver in an Express app.
 * @module index
 */
export { toExpressHandler } from "./express-handler.ts";
export type { ExpressHandler, ExpressRequest } from "./express-handler.ts";
