/**
 * CallRail for Offhook.
 * @module index
 */
export { callrail, type CallRailOptions } from "./provider.ts";
export { callrailEnvironment } from "./environment.ts";
