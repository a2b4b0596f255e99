/**
 * Convoso for Offhook.
 * @module index
 */
export { convoso, type ConvosoOptions } from "./provider.ts";
export type { ConvosoVerification } from "./verification.ts";
export type { ConvosoField, ConvosoFields } from "./fields.ts";
export type { ConvosoConversion, ConvosoDispositions, ConvosoResult } from "./dispositions.ts";
export { convosoEnvironment } from "./environment.ts";
