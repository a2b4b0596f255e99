import { foldLead } from "./fold-lead.ts";
import { foldCall } from "./fold.ts";
import { newId } from "./new-id.ts";
import { nextTurn } from "./next-turn.ts";
import { rebuild } from "./rebuild.ts";
import { uniteReferences } from "./references.ts";
import type { Reference } from "./call.ts";
import type { Subject } from "./storage.ts";
import { tell, type Changed } from "./tell.ts";
import type { Workings } from "./workings.ts";

/** Records that are folded in one transaction. */
const batchSize = 100;

/**
 * Folds every call and lead anew from the events it has, with the rules of today.
 *
 * @returns how many became different.
 */
export async function refold(context: Workings, signal: AbortSignal | undefined): Promise<number> {
  return (await refoldAll(context, "call", signal)) + (await refoldAll(context, "lead", signal));
}

async function refoldAll(context: Workings, subject: Subject, signal: AbortSignal | undefined): Promise<number> {
  const { storage, audience, now, onCommit } = context;
  const { tenantId } = audience;
  let cursor: string | undefined;
  let refolded = 0;
  do {
    if (signal?.aborted === true) break;
    const page = await storage.list(subject, { tenantId, limit: batchSize, cursor });
    const references = uniteReferences(page.data.map((record): readonly Reference[] => record.references));
    const told = await storage.write(async (transaction) => {
      const nothing = { tenantId, references, isDropped: () => false, added: [], cause: newId("rfl", now()) };
      const { changed }: { readonly changed: readonly Changed<Subject>[] } =
        subject === "call"
          ? await rebuild(transaction, { ...nothing, subject, fold: foldCall })
          : await rebuild(transaction, { ...nothing, subject, fold: foldLead });
      return tell(transaction, changed, { ...audience, nowMs: now() });
    });
    onCommit(told);
    refolded += told.changed;
    cursor = page.nextCursor ?? undefined;
    await nextTurn();
  } while (cursor !== undefined);
  return refolded;
}
