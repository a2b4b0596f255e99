import { listAll, readCallRange } from "@offhook/core/client";
import { isoFromMs } from "@offhook/core";
import type { RetellCallRange } from "./api-pages.ts";
import type { RetellCall } from "./api-records.ts";
import type { RetellClient } from "./create-client.ts";

/**
 * The calls of a range. More is asked for, because it is not documented whether the ends are inclusive.
 * @throws ConfigurationError `option_invalid` for what is no range.
 */
export async function* listCalls(
  { calls }: Pick<RetellClient, "calls">,
  { from, to, ...others }: RetellCallRange,
): AsyncGenerator<RetellCall, void, void> {
  const range = readCallRange("createRetellClient", { from, to }, others.now);
  for await (const call of listAll("retell", (cursor) => calls.page({ ...others, ...range, cursor }))) {
    const time = isoFromMs(others.unconnected === true ? call.end_timestamp : call.start_timestamp);
    if (time === null || (time >= range.from && time < range.to)) yield call;
  }
}
