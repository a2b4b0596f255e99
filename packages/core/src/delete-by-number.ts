import { lacking } from "./abilities.ts";
import type { Call, Reference } from "./call.ts";
import { erasureOf } from "./delivery-update.ts";
import { PayloadError } from "./errors.ts";
import type { Lead } from "./lead.ts";
import { numberPattern } from "./number-pattern.ts";
import { uniteReferences } from "./references.ts";
import type { ReplayContext } from "./replay.ts";
import type { DeliverySummary, RecordOf, Subject } from "./storage.ts";
import { tell, type Changed } from "./tell.ts";

export interface DeletionOptions {
  /** Only says what would go. */
  readonly preview?: boolean;
  /** Ends it after the batch that runs; what is left goes with the next try. */
  readonly signal?: AbortSignal;
}

/** How much of a number there was. */
export interface DeletionSummary {
  readonly calls: number;
  readonly leads: number;
  /** Journal rows whose content went; the rows stay, so that the same request sent again is known. */
  readonly deliveries: number;
}

const batchSize = 100;

/**
 * Deletes the calls from or to a number and the leads with it, with their events, and the content of every delivery
 * that carried one of them or mentions the number. Can be repeated: what a crash left is found again.
 *
 * @throws PayloadError `payload_invalid` for a number that is not E.164.
 */
export async function deleteByNumber(
  context: ReplayContext,
  number: string,
  { preview = false, signal }: DeletionOptions,
): Promise<DeletionSummary> {
  if (!/^\+[1-9]\d{6,14}$/.test(number)) {
    throw new PayloadError("payload_invalid", "Number: expected E.164 such as +14155550123, got something else");
  }
  const carriers = new Set<string>();
  // The content first: the records lead to it, so a crash in between leaves nothing that cannot be found again.
  const calls = await eachRecord(context, "call", number, signal, carriers);
  const leads = await eachRecord(context, "lead", number, signal, carriers);
  const deliveries = await eraseDeliveries(context, { carriers, number, preview, signal });
  if (!preview && signal?.aborted !== true) {
    await removeRecords(context, "call", calls, number);
    await removeRecords(context, "lead", leads, number);
  }
  return { calls: calls.length, leads: leads.length, deliveries };
}

/** What has the number; the deliveries that told of it are added to `carriers`. */
async function eachRecord<S extends Subject>(
  { storage, audience: { tenantId } }: ReplayContext,
  subject: S,
  phone: string,
  signal: AbortSignal | undefined,
  carriers: Set<string>,
): Promise<RecordOf<S>[]> {
  const found: RecordOf<S>[] = [];
  let cursor: string | undefined;
  do {
    if (signal?.aborted === true) break;
    const page = await storage.list(subject, { tenantId, limit: batchSize, cursor, phone });
    for (const record of page.data) {
      found.push(record);
      const [reference] = record.references;
      const stored = reference && (await storage.get(subject, tenantId, reference));
      for (const { deliveryId } of stored?.events ?? []) if (deliveryId !== null) carriers.add(deliveryId);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

interface Erasing {
  readonly carriers: ReadonlySet<string>;
  readonly number: string;
  readonly preview: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Goes through the journal as far as it still has content. */
async function eraseDeliveries(
  context: ReplayContext,
  { carriers, number, preview, signal }: Erasing,
): Promise<number> {
  const { storage, audience, now } = context;
  const { tenantId } = audience;
  const mentions = numberPattern(number);
  const decoder = new TextDecoder();
  let erased = 0;
  let cursor: string | undefined;
  do {
    if (signal?.aborted === true) break;
    const page = await storage.listDeliveries({ tenantId, limit: batchSize, cursor });
    const gone: DeliverySummary[] = [];
    for (const delivery of page.data) {
      if (carriers.has(delivery.id)) {
        if (!isErased(delivery)) gone.push(delivery);
        continue;
      }
      const isMentioned =
        mentions.test(delivery.url) ||
        (delivery.bodyRemovedAt === null &&
          mentions.test(decoder.decode((await storage.getDelivery(tenantId, delivery.id))?.body)));
      if (isMentioned) gone.push(delivery);
    }
    erased += gone.length;
    if (!preview && gone.length > 0) {
      const at = new Date(now()).toISOString();
      await storage.write(async (transaction) => {
        if (transaction.updateDeliveries === undefined) throw lacking("updateDeliveries");
        await transaction.updateDeliveries(gone.map((delivery) => erasureOf(delivery, at)));
      });
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return erased;
}

const isErased = ({ bodyRemovedAt, references }: DeliverySummary): boolean =>
  bodyRemovedAt !== null && references.length === 0;

async function removeRecords<S extends Subject>(
  { storage, audience, now, onCommit }: ReplayContext,
  subject: S,
  records: readonly RecordOf<S>[],
  number: string,
): Promise<void> {
  for (let start = 0; start < records.length; start += batchSize) {
    const batch = records.slice(start, start + batchSize);
    const references = uniteReferences(batch.map((record): readonly Reference[] => record.references));
    const told = await storage.write(async (transaction) => {
      const loaded = await transaction.load(subject, audience.tenantId, references);
      // A merge meanwhile may have taken it into a call that is somebody else's.
      const own = loaded.filter(({ record }) => hasNumber(record, number));
      if (own.length === 0) return { jobs: 0, changed: 0 };
      if (transaction.remove === undefined) throw lacking("remove");
      await transaction.remove(subject, own);
      const removed = own.map((stored): Changed<S> => {
        const { record }: { readonly record: RecordOf<S> } = stored;
        return { subject, before: [record], after: undefined, cause: record.id };
      });
      return tell(transaction, removed, { ...audience, nowMs: now() });
    });
    onCommit(told);
  }
}

function hasNumber(record: Call | Lead, number: string): boolean {
  return "from" in record ? record.from?.e164 === number || record.to?.e164 === number : record.phone?.e164 === number;
}
