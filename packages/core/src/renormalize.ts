import type { Offhook } from "./offhook.ts";
import { refold } from "./refold.ts";
import { replay, type ReplayOptions, type ReplaySummary } from "./replay.ts";
import { unheard, workingsOf } from "./workings.ts";

export interface RenormalizeSummary extends ReplaySummary {
  /** Calls and leads that the rules of today fold differently from the same events. */
  readonly refolded: number;
}

/**
 * Derives every call and lead anew from the journal, after mappers or rules have become better. Events of deliveries
 * whose bytes are gone stay as they are. Handlers hear of it only with `notify: true`.
 */
export async function renormalize(offhook: Offhook, options: ReplayOptions = {}): Promise<RenormalizeSummary> {
  const { notify = false, signal } = options;
  const workings = workingsOf(offhook);
  const summary = await replay(offhook, {}, { ...options, notify });
  return { ...summary, refolded: await refold(notify ? workings : unheard(workings), signal) };
}
