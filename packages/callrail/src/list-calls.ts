import { BoundedMemory, listAll, readCallRange } from "@offhook/core/client";
import { isoFromText } from "@offhook/core";
import type { CallRailCall } from "./api-records.ts";
import type { CallRailCallRange, CallRailClient } from "./create-client.ts";
import { insideHistory } from "./history.ts";

/** Four pages: so many calls may come in before a page while it is read, and move others to the next one. */
const mostRepeated = 1000;

/**
 * The calls of a range, each once, as far as CallRail keeps them. CallRail includes the minute at the end, whose calls are
 * left out here.
 *
 * @throws ConfigurationError `option_invalid` for what is no range.
 */
export async function* listCalls(
  { calls }: Pick<CallRailClient, "calls">,
  { from, to, ...others }: CallRailCallRange,
): AsyncGenerator<CallRailCall, void, void> {
  const nowMs = others.now?.() ?? Date.now();
  const asked = readCallRange("createCallRailClient", { from, to }, () => nowMs);
  // Once for all pages: if it moved with the clock, so would they.
  const range = { from: insideHistory(asked.from, nowMs), to: asked.to };
  if (range.from >= range.to) return;
  const seen = new BoundedMemory<true>(mostRepeated);
  for await (const call of listAll("callrail", (cursor) => calls.page({ ...others, ...range, cursor }))) {
    const startedAt = isoFromText(call.start_time);
    const isInside = startedAt === null || (startedAt >= range.from && startedAt < range.to);
    if (!isInside || seen.get(call.id) === true) continue;
    seen.set(call.id, true);
    yield call;
  }
}
