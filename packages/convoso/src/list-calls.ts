import { BoundedMemory, listAll, readCallRange } from "@offhook/core/client";
import { accountTime } from "./account-time.ts";
import type { ConvosoCall } from "./api-records.ts";
import { mostInPart } from "./call-log-pages.ts";
import type { ConvosoClient, ConvosoRange } from "./create-client.ts";

/**
 * The calls of a range, each once. Around a change of the account's clock more is asked for, and a part of the range that
 * is cut in two gives some calls again: a few at the seam, or all of it where it outgrew the limit while it was read.
 *
 * @param timeZone IANA name of the account's.
 * @throws ConfigurationError `option_invalid` for what is no range.
 */
export async function* listCalls(
  { calls }: Pick<ConvosoClient, "calls">,
  timeZone: string,
  { from, to, ...context }: ConvosoRange,
): AsyncGenerator<ConvosoCall, void, void> {
  const range = readCallRange("createConvosoClient", { from, to }, context.now);
  const readTime = accountTime(timeZone);
  const seen = new BoundedMemory<true>(mostInPart);
  for await (const call of listAll("convoso", (cursor) => calls.page({ ...context, ...range, cursor }))) {
    const startedAt = readTime(call.call_date);
    const isInside = startedAt === null || (startedAt >= range.from && startedAt < range.to);
    if (!isInside || seen.get(call.id) === true) continue;
    seen.set(call.id, true);
    yield call;
  }
}
