import { ApiError } from "../api-error.ts";
import type { ApiContext, ApiRecord, ProviderApi } from "../provider-api.ts";
import type { Workings } from "../workings.ts";

/**
 * The records, with all that the vendor knows where the list said less than is needed. What cannot be had of one call
 * costs it its details and no other call anything.
 *
 * @throws ApiError that would meet every other request as well.
 */
export async function withDetails(
  { storage, audience: { tenantId } }: Workings,
  api: ProviderApi,
  provider: string,
  records: readonly ApiRecord[],
  context: ApiContext,
): Promise<readonly ApiRecord[]> {
  const complete = [...records];
  const waiting = [...records.entries()].filter(([, { lacksDetails }]) => lacksDetails !== undefined);
  if (waiting.length === 0) return records;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, record] = next;
      const stored = await storage.get("call", tenantId, { provider, id: record.reference.id });
      if (record.lacksDetails?.(stored?.record) !== true) continue;
      const details = await detailsOf(api, record, context);
      // The list names when it began, by which it was found.
      if (details !== undefined) complete[index] = { ...details, startedAt: record.startedAt };
    }
  };
  try {
    await Promise.all(Array.from({ length: api.concurrency }, work));
  } catch (error) {
    waiting.length = 0;
    throw error;
  }
  return complete;
}

async function detailsOf(api: ProviderApi, record: ApiRecord, context: ApiContext): Promise<ApiRecord | undefined> {
  try {
    return await api.getCall(record.reference.id, context);
  } catch (error) {
    const isItsOwn = error instanceof ApiError && (error.code === "api_rejected" || error.code === "api_malformed");
    if (isItsOwn) return undefined;
    throw error;
  }
}
