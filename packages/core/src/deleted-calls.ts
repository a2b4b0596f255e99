import { Documents } from "./integrations/documents.ts";
import type { Call, Reference } from "./call.ts";
import { sha256Hex } from "./hash.ts";
import { referenceKey } from "./references.ts";
import type { Workings } from "./workings.ts";

/** When calls were deleted, by the hash of each of their references. Milliseconds since 1970. */
type Tombstones = { readonly [hash: string]: number };

const name = "deleted-calls";
/** Longer than any vendor is known to keep a call, so that none brings it back. */
const keptMs = 3 * 365 * 24 * 60 * 60_000;
const hashLength = 32;

/**
 * Writes down that calls were deleted, so that no import and no comparison brings them back from their vendors. Only
 * hashes of the vendors' ids are kept. A storage without checkpoints keeps nothing.
 *
 * @param spared calls that were to be deleted and turned out to be somebody else's.
 */
export async function forgetCalls(
  { storage, audience, now }: Workings,
  calls: readonly Call[],
  spared: readonly Call[] = [],
): Promise<void> {
  if (storage.getCheckpoint === undefined || calls.length + spared.length === 0) return;
  const nowMs = now();
  const added = await hashesOf(calls);
  const dropped = new Set(await hashesOf(spared));
  for (const hash of added) dropped.delete(hash);
  await new Documents(storage, audience.tenantId).change<Tombstones>(name, (present = {}) => ({
    ...Object.fromEntries(
      Object.entries(present).filter(([hash, atMs]) => nowMs - atMs < keptMs && !dropped.has(hash)),
    ),
    ...Object.fromEntries(added.map((hash) => [hash, nowMs])),
  }));
}

const hashesOf = (calls: readonly Call[]): Promise<string[]> =>
  Promise.all(calls.flatMap(({ references }) => references).map(hashOf));

/** Which calls were deleted, as of some time. */
export interface DeletedCalls {
  /** Grows with every deletion. */
  readonly version: number;
  /** Whether a call that goes by one of these was deleted. */
  has(references: readonly Reference[]): Promise<boolean>;
}

export async function deletedCalls(documents: Documents): Promise<DeletedCalls> {
  const found = await documents.read<Tombstones>(name);
  const deleted = found?.value ?? {};
  const isEmpty = Object.keys(deleted).length === 0;
  return {
    version: found?.version ?? 0,
    async has(references) {
      if (isEmpty) return false;
      for (const reference of references) if (Object.hasOwn(deleted, await hashOf(reference))) return true;
      return false;
    },
  };
}

const hashOf = async (reference: Pick<Reference, "provider" | "id">): Promise<string> =>
  (await sha256Hex(referenceKey(reference))).slice(0, hashLength);
