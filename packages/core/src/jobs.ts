/**
 * What an engine for jobs needs of core.
 * @module jobs
 */
export { relay } from "./relay.ts";
