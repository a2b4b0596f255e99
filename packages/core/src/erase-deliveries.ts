import { lacking } from "./abilities.ts";
import type { Reference } from "./call.ts";
import { erasureOf } from "./delivery-update.ts";
import { nextTurn } from "./next-turn.ts";
import { numberPattern } from "./number-pattern.ts";
import { uniteReferences } from "./references.ts";
import type { DeliverySummary } from "./storage.ts";
import type { Workings } from "./workings.ts";

const batchSize = 100;

/** What is to be erased. */
export interface Erasing {
  /** Deliveries that are known to tell of it, by their ids. */
  readonly carriers: ReadonlySet<string>;
  readonly number: string;
  readonly preview: boolean;
  readonly signal: AbortSignal | undefined;
  /** Corrects what deliveries speak of, before they forget what that is. @returns how many records it corrected. */
  readonly correct: (references: readonly Reference[]) => Promise<number>;
}

/** Lets go of the content of every delivery that tells of a number or mentions it. */
export async function eraseDeliveries(
  context: Workings,
  { carriers, number, preview, signal, correct }: Erasing,
): Promise<{ readonly erased: number; readonly corrected: number }> {
  const { storage, audience, now } = context;
  const { tenantId } = audience;
  const mentions = numberPattern(number);
  const decoder = new TextDecoder();
  let erased = 0;
  let corrected = 0;
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
    corrected += await correct(uniteReferences(gone.map((delivery) => delivery.references)));
    if (!preview && gone.length > 0) {
      const at = new Date(now()).toISOString();
      await storage.write(async (transaction) => {
        if (transaction.updateDeliveries === undefined) throw lacking("updateDeliveries");
        await transaction.updateDeliveries(gone.map((delivery) => erasureOf(delivery, at)));
      });
    }
    cursor = page.nextCursor ?? undefined;
    await nextTurn();
  } while (cursor !== undefined);
  return { erased, corrected };
}

/** Nothing is left of what it said. */
export const isErased = ({ bodyRemovedAt, references }: DeliverySummary): boolean =>
  bodyRemovedAt !== null && references.length === 0;
