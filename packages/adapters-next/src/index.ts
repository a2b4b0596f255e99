/**
 * Mounts an Offhook receiver in a Next.js app.
 * @module index
 */
export { toNextHandlers } from "./route-handlers.ts";
export type { NextHandlers, NextRouteContext, NextRouteHandler } from "./route-handlers.ts";
export { toNextPagesHandler } from "./pages-handler.ts";
export type { NextPagesHandler, NextPagesRequest } from "./pages-handler.ts";
export type { NextParameters } from "./path-below-mount.ts";
export { watchConnections } from "./watch-connections.ts";
