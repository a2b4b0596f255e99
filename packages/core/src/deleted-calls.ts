import { Documents } from "./integrations/documents.ts";
import type { Call, Reference } from "./call.ts";
import { sha256Hex } from "./hash.ts";
import { referenceKey } from "./references.ts";
import type { Workings } from "./workings.ts";

/** When calls were deleted, by the hash of each of their references. Milliseconds since 1970. */
type DeletedCalls = { readonly [hash: string]: number };

const name = "deleted-calls";
/** Longer than any vendor is known to keep a call, so that none brings it back. */
const keptMs = 3 * 365 * 24 * 60 * 60_000;
const hashLength = 32;

/**
 * Writes down that calls were deleted, so that no import and no comparison brings them back from their vendors. Only
 * hashes of the vendors' ids are kept. A storage without checkpoints keeps nothing.
 */
export async function forgetCalls({ storage, audience, now }: Workings, calls: readonly Call[]): Promise<void> {
  if (storage.getCheckpoint === undefined || calls.length === 0) return;
  const nowMs = now();
  const hashes = await Promise.all(calls.flatMap(({ references }) => references).map(hashOf));
  await new Documents(storage, audience.tenantId).change<DeletedCalls>(name, (present = {}) => ({
    ...Object.fromEntries(Object.entries(present).filter(([, atMs]) => nowMs - atMs < keptMs)),
    ...Object.fromEntries(hashes.map((hash) => [hash, nowMs])),
  }));
}

/** Tells whether a call was deleted, as of now. */
export async function deletedCalls(
  documents: Documents,
): Promise<(references: readonly Reference[]) => Promise<boolean>> {
  const deleted = (await documents.read<DeletedCalls>(name))?.value ?? {};
  if (Object.keys(deleted).length === 0) return () => Promise.resolve(false);
  return async (references) => {
    for (const reference of references) if (Object.hasOwn(deleted, await hashOf(reference))) return true;
    return false;
  };
}

const hashOf = async (reference: Pick<Reference, "provider" | "id">): Promise<string> =>
  (await sha256Hex(referenceKey(reference))).slice(0, hashLength);
