import type { Call } from "../call.ts";
import { isTerminal } from "../fold-rules.ts";
import { ApiError } from "../api-error.ts";
import type { ApiContext, ApiRecord, ProviderApi } from "../provider-api.ts";
import { OffhookError, PayloadError } from "../errors.ts";
import { describeError } from "../logger.ts";
import type { Workings } from "../workings.ts";

export interface DetailedRecords {
  /** As many from the first on as are complete: all of them, unless something failed. */
  readonly records: readonly ApiRecord[];
  /** What would meet every other request as well; undefined where nothing failed. */
  readonly failure: unknown;
}

/**
 * The records, with all that the vendor knows where the list said less than is needed. What cannot be had of one call
 * costs it its details and no other call anything.
 *
 * @param detailsFrom calls that ended before are not asked for again; null: each is.
 */
export async function withDetails(
  workings: Workings,
  api: ProviderApi,
  records: readonly ApiRecord[],
  context: ApiContext,
  detailsFrom: string | null,
): Promise<DetailedRecords> {
  const { storage, audience } = workings;
  const complete = [...records];
  const waiting = [...records.entries()].filter(([, { lacksDetails }]) => lacksDetails !== undefined);
  const incomplete = new Set(waiting.map(([index]) => index));
  let failure: unknown;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, record] = next;
      const stored = await storage.get("call", audience.tenantId, record.reference);
      if (record.lacksDetails?.(stored?.record) === true && !(stored && wasAsked(stored.record, detailsFrom))) {
        const details = await detailsOf(workings, api, record, context);
        // The list names when it began, by which it was found.
        if (details !== undefined) complete[index] = { ...details, startedAt: record.startedAt };
      }
      incomplete.delete(index);
    }
  };
  const worker = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failure ??= error;
      waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: Math.min(api.concurrency, waiting.length) }, worker));
  const end = Math.min(...incomplete, complete.length);
  return { records: complete.slice(0, end), failure };
}

/** What there was to be had of a call that ended so long ago was asked for by earlier comparisons. */
const wasAsked = ({ status, endedAt }: Call, detailsFrom: string | null): boolean =>
  detailsFrom !== null && endedAt !== null && isTerminal(status) && endedAt < detailsFrom;

/** Undefined where they cannot be had of this one. */
async function detailsOf(
  { logger }: Workings,
  api: ProviderApi,
  record: ApiRecord,
  context: ApiContext,
): Promise<ApiRecord | undefined> {
  try {
    return await api.getCall(record.reference.id, context);
  } catch (error) {
    context.signal?.throwIfAborted();
    if (!isItsOwn(error)) throw error;
    // The mapping, or a rule of the app that it asks, failed over one call.
    const { provider } = record.reference;
    logger.error({ provider, error: describeError(error) }, `[${provider}] a call is brought in without its details`);
    return undefined;
  }
}

/** What would not meet the next call as well: the vendor's answer about this one, or a mapping that it is too much for. */
function isItsOwn(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === "api_rejected" || error.code === "api_malformed";
  return !(error instanceof OffhookError) || error instanceof PayloadError;
}
