import { listAll, readCallRange } from "@offhook/core/client";
import { isoFromSeconds } from "@offhook/core";
import type { ElevenLabsCallSummary } from "./api-records.ts";
import type { ElevenLabsCallRange, ElevenLabsClient } from "./create-client.ts";

/**
 * The conversations of a range. More is asked for, because it is not documented whether the ends are inclusive.
 * @throws ConfigurationError `option_invalid` for what is no range.
 */
export async function* listCalls(
  { calls }: Pick<ElevenLabsClient, "calls">,
  { from, to, ...context }: ElevenLabsCallRange,
): AsyncGenerator<ElevenLabsCallSummary, void, void> {
  const range = readCallRange("createElevenLabsClient", { from, to }, context.now);
  for await (const call of listAll("elevenlabs", (cursor) => calls.page({ ...context, ...range, cursor }))) {
    const startedAt = isoFromSeconds(call.start_time_unix_secs);
    if (startedAt === null || (startedAt >= range.from && startedAt < range.to)) yield call;
  }
}
