/**
 * CallRail for Offhook.
 * @module index
 */
export { callrail, type CallRailOptions } from "./provider.ts";
