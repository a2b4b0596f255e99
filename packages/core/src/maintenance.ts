/**
 * What people do to all that is stored: reading the journal again and deleting. Apart from the main door, so that an
 * app that only receives webhooks does not carry it.
 * @module maintenance
 */

export { deleteByNumber, type DeletionOptions, type DeletionSummary } from "./delete-by-number.ts";
export { renormalize, type RenormalizeSummary } from "./renormalize.ts";
export {
  previewReplay,
  replay,
  type ReplayFilter,
  type ReplayOptions,
  type ReplayPreview,
  type ReplaySummary,
} from "./replay.ts";
export type { Unreadable } from "./reread.ts";
