import { listAll, readCallRange } from "@offhook/core/client";
import { isoFromText } from "@offhook/core";
import type { TwilioCall } from "./api-records.ts";
import type { TwilioCallRange, TwilioClient } from "./create-client.ts";

/**
 * The calls of a range. Twilio gives all of the days that the range touches, so that the others are left out here.
 * @throws ConfigurationError `option_invalid` for what is no range.
 */
export async function* listCalls(
  { calls }: Pick<TwilioClient, "calls">,
  { from, to, ...context }: TwilioCallRange,
): AsyncGenerator<TwilioCall, void, void> {
  const range = readCallRange("createTwilioClient", { from, to }, context.now);
  for await (const call of listAll("twilio", (cursor) => calls.page({ ...context, ...range, cursor }))) {
    const startedAt = isoFromText(call.start_time);
    if (startedAt === null || (startedAt >= range.from && startedAt < range.to)) yield call;
  }
}
