import type { Call, Reference } from "./call.ts";
import type { CallFacts } from "./call-event.ts";
import { eraseDeliveries } from "./erase-deliveries.ts";
import { PayloadError } from "./errors.ts";
import { foldLead } from "./fold-lead.ts";
import { foldCall } from "./fold.ts";
import type { LeadFacts } from "./lead.ts";
import { newId } from "./new-id.ts";
import { numberPattern } from "./number-pattern.ts";
import type { Offhook } from "./offhook.ts";
import { rebuild } from "./rebuild.ts";
import { archiveKey } from "./recording-archive.ts";
import { referenceKey } from "./references.ts";
import type { RecordOf, Subject } from "./storage.ts";
import { forgetCalls } from "./deleted-calls.ts";
import { removeRecords } from "./remove-records.ts";
import { tell } from "./tell.ts";
import { workingsOf, type Workings } from "./workings.ts";

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
  /** Calls and leads that go by another number now, and lost what was said of them under this one. */
  readonly corrected: number;
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
  offhook: Offhook,
  number: string,
  { preview = false, signal }: DeletionOptions = {},
): Promise<DeletionSummary> {
  const workings = workingsOf(offhook);
  if (!/^\+[1-9]\d{6,14}$/.test(number)) {
    throw new PayloadError("payload_invalid", "Number: expected E.164 such as +14155550123, got something else");
  }
  await workings.open();
  const carriers = new Set<string>();
  // The content first: the records lead to it, so a crash in between leaves nothing that cannot be found again.
  const calls = await eachRecord(workings, "call", number, signal, carriers);
  const leads = await eachRecord(workings, "lead", number, signal, carriers);
  const own = new Set(
    [...calls, ...leads].flatMap((record): readonly Reference[] => record.references).map(referenceKey),
  );
  const { erased, corrected } = await eraseDeliveries(workings, {
    carriers,
    number,
    preview,
    signal,
    correct: (references) =>
      correctRecords(
        workings,
        references.filter((reference) => !own.has(referenceKey(reference))),
        number,
        preview,
      ),
  });
  if (!preview && signal?.aborted !== true) {
    await forgetCalls(workings, calls);
    await removeArchived(workings, calls);
    const gone = await removeRecords(workings, "call", calls, number);
    // Once more, because it may have gone by more names by then, or have had another recording archived.
    await forgetCalls(workings, gone, await sparedOf(workings, calls, gone));
    await removeArchived(workings, gone);
    await removeRecords(workings, "lead", leads, number);
  }
  return { calls: calls.length, leads: leads.length, corrected, deliveries: erased };
}

/** What has the number; the deliveries that told of it are added to `carriers`. */
async function eachRecord<S extends Subject>(
  { storage, audience: { tenantId } }: Workings,
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

/** Calls that are still there, because they are somebody else's by now. What others deleted meanwhile is not. */
async function sparedOf(
  { storage, audience: { tenantId } }: Workings,
  calls: readonly Call[],
  gone: readonly Call[],
): Promise<readonly Call[]> {
  const names = new Set(gone.flatMap(({ references }) => references).map(referenceKey));
  const spared: Call[] = [];
  for (const call of calls) {
    if (call.references.some((each) => names.has(referenceKey(each)))) continue;
    const stored = await Promise.all(call.references.map((each) => storage.get("call", tenantId, each)));
    if (stored.some((each) => each !== undefined)) spared.push(call);
  }
  return spared;
}

/** What is left behind by a crash goes with the next try: most of it is removed before the calls that lead to it. */
async function removeArchived({ archive, audience }: Workings, calls: readonly Call[]): Promise<void> {
  for (const recording of calls.flatMap(({ recordings }) => recordings)) {
    await archive?.remove(await archiveKey(audience.tenantId, recording));
  }
}

/** What calls and leads said under the number before they went by another one. @returns how many had something. */
async function correctRecords(
  { storage, audience, now, onCommit }: Workings,
  references: readonly Reference[],
  number: string,
  preview: boolean,
): Promise<number> {
  if (references.length === 0) return 0;
  const isDropped = ({ facts }: { readonly facts: CallFacts | LeadFacts }): boolean => states(facts, number);
  const options = { ...audience, nowMs: now() };
  const { found, ...told } = await storage.write(async (transaction) => {
    if (preview) {
      const calls = await transaction.load("call", audience.tenantId, references);
      const leads = await transaction.load("lead", audience.tenantId, references);
      return { found: [...calls, ...leads].filter(({ events }) => events.some(isDropped)).length, jobs: 0, changed: 0 };
    }
    const common = {
      tenantId: audience.tenantId,
      references,
      isDropped,
      added: [],
      cause: newId("del", options.nowMs),
    };
    const calls = await rebuild(transaction, { ...common, subject: "call", fold: foldCall });
    const leads = await rebuild(transaction, { ...common, subject: "lead", fold: foldLead });
    const changed = [...calls.changed, ...leads.changed];
    return { found: changed.length, ...(await tell(transaction, changed, options)) };
  });
  onCommit(told);
  return found;
}

/** Whether an event names the number as one of its parties. */
function states(facts: CallFacts | LeadFacts, number: string): boolean {
  const parties = "phone" in facts ? [facts.phone] : "from" in facts || "to" in facts ? [facts.from, facts.to] : [];
  return parties.some(
    (party) =>
      party?.e164 === number || (party?.e164 === null && party.raw !== "" && numberPattern(number).test(party.raw)),
  );
}
