import { memoryStorage } from "../memory-storage.ts";
import type { Offhook } from "../offhook.ts";
import type { ProviderApi } from "../provider-api.ts";
import type { Storage } from "../storage.ts";
import type { ToyCall, ToyVendor } from "./toy-api.ts";
import { openToy, type ToyOffhook } from "../toy-offhook.ts";

/** Imports from a toy vendor, for core's own tests. */

export const start = Date.UTC(2026, 10, 20, 12);
export const hour = 60 * 60_000;
export const day = 24 * hour;
export const at = (ms: number): string => new Date(ms).toISOString();
/** Before every call of these tests. */
export const from = at(start - 2 * day);

export function openImports(
  vendor: ToyVendor,
  given: { storage?: Storage; now?: () => number; api?: Partial<ProviderApi> } = {},
): ToyOffhook {
  const { storage = memoryStorage(), now = () => start, api } = given;
  return openToy({ providers: [vendor.provider(api)], storage, now });
}

/** The vendor's ids of all calls. */
export const storedIds = async (offhook: Offhook): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await offhook.calls.list({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.data.map(({ references }) => references[0]?.id ?? ""));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids.toSorted();
};

export const idsOf = (calls: readonly ToyCall[]): string[] => calls.map(({ id }) => id).toSorted();
