import { lacking } from "./abilities.ts";
import type { Call, Reference } from "./call.ts";
import { erasureOf } from "./delivery-update.ts";
import { isErased } from "./erase-deliveries.ts";
import type { Lead } from "./lead.ts";
import { nextTurn } from "./next-turn.ts";
import { uniteReferences } from "./references.ts";
import type { DeliverySummary, RecordOf, Subject } from "./storage.ts";
import { tell, type Changed } from "./tell.ts";
import type { Workings } from "./workings.ts";

const batchSize = 100;

/**
 * Removes records, and with them the content of what told of them since the journal was gone through.
 * @returns the records as they were when they went.
 */
export async function removeRecords<S extends Subject>(
  workings: Workings,
  subject: S,
  records: readonly RecordOf<S>[],
  number: string,
): Promise<readonly RecordOf<S>[]> {
  const gone: RecordOf<S>[] = [];
  for (let start = 0; start < records.length; start += batchSize) {
    const batch = records.slice(start, start + batchSize);
    const known = new Map<string, DeliverySummary | undefined>();
    // What comes in between reading and removing is found in the transaction; then once more.
    let removed: readonly RecordOf<S>[] | undefined;
    while (removed === undefined) removed = await removeBatch(workings, subject, batch, number, known);
    gone.push(...removed);
    await nextTurn();
  }
  return gone;
}

/** @returns undefined where there are carriers that are not known yet; they are then. */
async function removeBatch<S extends Subject>(
  { storage, audience, now, onCommit }: Workings,
  subject: S,
  batch: readonly RecordOf<S>[],
  number: string,
  known: Map<string, DeliverySummary | undefined>,
): Promise<readonly RecordOf<S>[] | undefined> {
  const { tenantId } = audience;
  const references = uniteReferences(batch.map((record): readonly Reference[] => record.references));
  const nowMs = now();
  const { unknown, gone, ...told } = await storage.write(async (transaction) => {
    const loaded = await transaction.load(subject, tenantId, references);
    // A merge meanwhile may have taken it into a call that is somebody else's.
    const own = loaded.filter(({ record }) => hasNumber(record, number));
    if (own.length === 0) return { unknown: [], gone: [], jobs: 0, changed: 0 };
    const ids = own
      .flatMap(({ events }): readonly { readonly deliveryId: string | null }[] => events)
      .map(({ deliveryId }) => deliveryId);
    const missing = ids.filter((id) => id !== null).filter((id) => !known.has(id));
    if (missing.length > 0) return { unknown: missing, gone: [], jobs: 0, changed: 0 };
    if (transaction.remove === undefined) throw lacking("remove");
    if (transaction.updateDeliveries === undefined) throw lacking("updateDeliveries");
    const at = new Date(nowMs).toISOString();
    const left = [...known.values()].filter((delivery) => delivery !== undefined);
    await transaction.updateDeliveries(
      left.filter((delivery) => !isErased(delivery)).map((delivery) => erasureOf(delivery, at)),
    );
    await transaction.remove(subject, own);
    const removed = own.map((stored): Changed<S> => {
      const { record }: { readonly record: RecordOf<S> } = stored;
      return { subject, before: [record], after: undefined, cause: record.id };
    });
    const records = own.map(({ record }): RecordOf<S> => record);
    return { unknown: [], gone: records, ...(await tell(transaction, removed, { ...audience, nowMs })) };
  });
  onCommit(told);
  for (const id of unknown) {
    const found = await storage.getDelivery(tenantId, id);
    if (found === undefined) {
      known.set(id, undefined);
    } else {
      const { body: _body, ...summary } = found;
      known.set(id, summary);
    }
  }
  return unknown.length === 0 ? gone : undefined;
}

function hasNumber(record: Call | Lead, number: string): boolean {
  return "from" in record ? record.from?.e164 === number || record.to?.e164 === number : record.phone?.e164 === number;
}
