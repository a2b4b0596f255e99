import { lacking } from "./abilities.ts";
import type { JournalEntry } from "./apply.ts";
import type { CallEvent } from "./call-event.ts";
import { updateOf } from "./delivery-update.ts";
import type { Delivery, DeliveryStatus } from "./delivery.ts";
import { ConfigurationError, OffhookError } from "./errors.ts";
import { foldLead } from "./fold-lead.ts";
import { foldCall } from "./fold.ts";
import { isSameJson } from "./json.ts";
import type { LeadEvent } from "./lead.ts";
import { timeOption } from "./list-options.ts";
import { describeError } from "./logger.ts";
import { newId } from "./new-id.ts";
import { nextTurn } from "./next-turn.ts";
import type { Offhook } from "./offhook.ts";
import { rebuild } from "./rebuild.ts";
import { uniteReferences } from "./references.ts";
import { reread, type Unreadable } from "./reread.ts";
import type { DeliverySummary, StorageTransaction } from "./storage.ts";
import { tell, type TellOptions, type Told } from "./tell.ts";
import { unheard, workingsOf, type Workings } from "./workings.ts";

/** Which deliveries. Nothing: all of the journal. */
export interface ReplayFilter {
  /** Only this one. */
  readonly id?: string;
  readonly provider?: string;
  readonly status?: Exclude<DeliveryStatus, "rejected">;
  /** Half-open range of `receivedAt`: from inclusive, to exclusive. ISO-8601 with a zone. */
  readonly from?: string;
  readonly to?: string;
}

export interface ReplayOptions {
  /** Whether handlers and notifiers hear of what changes. Default true for a replay, false for `renormalize`. */
  readonly notify?: boolean;
  /** Called after every batch. */
  readonly onProgress?: (progress: ReplaySummary) => void;
  /** Ends it after the batch that runs. */
  readonly signal?: AbortSignal;
}

export interface ReplaySummary {
  /** Deliveries looked at. */
  readonly seen: number;
  /** Whose events, kind or status are others now. */
  readonly changed: number;
  readonly unchanged: number;
  /** Whose mapper fails still; what they said before stays. */
  readonly failed: number;
  /** That cannot be read again: never verified, or their bytes are gone, or their provider is not configured. */
  readonly skipped: { readonly [Reason in Unreadable]: number };
}

export interface ReplayPreview {
  /** Deliveries that would be looked at. */
  readonly matching: number;
  /** How many of them could not be read again. */
  readonly unreadable: number;
}

/** Deliveries that are replayed in one transaction. */
const batchSize = 50;

type Outcome = "changed" | "unchanged" | "failed" | Unreadable;

/**
 * Lets the mapper of today read deliveries again: one by its id, those that a filter matches, or with an empty filter
 * all of them. Calls and leads become what they would be had it always been there. Repeating it changes nothing more.
 *
 * @example
 * await replay(offhook, { provider: "twilio", status: "failed" });
 */
export async function replay(
  offhook: Offhook,
  filter: ReplayFilter,
  { notify = true, onProgress, signal }: ReplayOptions = {},
): Promise<ReplaySummary> {
  const workings = workingsOf(offhook);
  const heard = notify ? workings : unheard(workings);
  const counts = { changed: 0, unchanged: 0, failed: 0, rejected: 0, body_removed: 0, provider_unknown: 0 };
  const summary = (): ReplaySummary => {
    const { changed, unchanged, failed, ...skipped } = counts;
    const seen = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { seen, changed, unchanged, failed, skipped };
  };
  for await (const batch of matching(workings, filter)) {
    if (signal?.aborted === true) break;
    for (const outcome of await replayBatch(heard, batch)) counts[outcome] += 1;
    onProgress?.(summary());
    // Webhooks come in meanwhile, also where the storage works in this very thread.
    await nextTurn();
  }
  return summary();
}

/** What a replay would look at. */
export async function previewReplay(offhook: Offhook, filter: ReplayFilter): Promise<ReplayPreview> {
  const workings = workingsOf(offhook);
  let count = 0;
  let unreadable = 0;
  const known = new Set(workings.providers.map(({ name }) => name));
  for await (const batch of matching(workings, filter)) {
    count += batch.length;
    for (const { status, bodyRemovedAt, provider } of batch) {
      if (status === "rejected" || bodyRemovedAt !== null || !known.has(provider)) unreadable += 1;
    }
  }
  return { matching: count, unreadable };
}

/** Newest first; in which order events are applied does not matter. */
async function* matching(
  { storage, open, audience: { tenantId } }: Workings,
  { id, provider, status, ...range }: ReplayFilter,
): AsyncGenerator<readonly DeliverySummary[]> {
  const from = timeOption("from", range.from);
  const to = timeOption("to", range.to);
  await open();
  if (id !== undefined) {
    const found = await storage.getDelivery(tenantId, id);
    if (found !== undefined) yield [found];
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await storage.listDeliveries({ tenantId, limit: batchSize, cursor, provider, status, from, to });
    if (page.data.length > 0) yield page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

interface Replayed {
  readonly before: Delivery;
  readonly entry: JournalEntry;
}

async function replayBatch(context: Workings, batch: readonly DeliverySummary[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const readable: Replayed[] = [];
  for (const { tenantId, id } of batch) {
    const before = await context.storage.getDelivery(tenantId, id);
    if (before === undefined) continue;
    const entry = await reread(context.providers, before);
    if (typeof entry === "string") outcomes.push(entry);
    // What an older mapper could read stays as that one read it.
    else if (entry.delivery.status === "failed" && before.status !== "failed") outcomes.push("failed");
    // The bytes are read: fifty of them may be much.
    else readable.push({ before: { ...before, body: nothing }, entry: withoutBody(entry) });
  }
  try {
    return [...outcomes, ...(await write(context, readable))];
  } catch (error) {
    // Read again, they are passed over.
    if (error instanceof OutdatedError) return replayBatch(context, batch);
    throw error;
  }
}

const nothing = new Uint8Array();
const withoutBody = (entry: JournalEntry): JournalEntry => ({
  ...entry,
  delivery: { ...entry.delivery, body: nothing },
});

async function write(context: Workings, replayed: readonly Replayed[]): Promise<readonly Outcome[]> {
  if (replayed.length === 0) return [];
  const { storage, audience, now, logger, onCommit } = context;
  try {
    const { outcomes, ...told } = await storage.write((transaction) =>
      apply(transaction, replayed, { ...audience, nowMs: now() }),
    );
    onCommit(told);
    return outcomes;
  } catch (error) {
    const [only] = replayed;
    if (isHopeless(error)) throw error;
    if (replayed.length > 1 || only === undefined) {
      // One of them may be the reason: the others are replayed without it.
      const single: Outcome[] = [];
      for (const each of replayed) single.push(...(await write(context, [each])));
      return single;
    }
    logger.error({ deliveryId: only.before.id, error: describeError(error) }, "Delivery could not be replayed");
    return ["failed"];
  }
}

/** Somebody let go of the bytes of a delivery after they were read: what they said must not come back. */
class OutdatedError extends Error {}

/** Trying the deliveries one by one would not help. */
const isHopeless = (error: unknown): boolean =>
  error instanceof OutdatedError ||
  error instanceof ConfigurationError ||
  (error instanceof OffhookError && error.code === "storage_unavailable");

async function apply(
  transaction: StorageTransaction,
  replayed: readonly Replayed[],
  options: TellOptions,
): Promise<Told & { readonly outcomes: readonly Outcome[] }> {
  const { tenantId, nowMs } = options;
  const ids = new Set(replayed.map(({ before }) => before.id));
  const references = uniteReferences(
    replayed.flatMap(({ before, entry }) => [before.references, entry.delivery.references]),
  );
  const common = {
    tenantId,
    references,
    isDropped: ({ deliveryId }: { deliveryId: string | null }) => deliveryId !== null && ids.has(deliveryId),
    cause: newId("rpl", nowMs),
  };
  const added = {
    calls: replayed.flatMap(({ entry }) => entry.calls),
    leads: replayed.flatMap(({ entry }) => entry.leads),
  };
  const calls = await rebuild(transaction, { ...common, subject: "call", fold: foldCall, added: added.calls });
  const leads = await rebuild(transaction, { ...common, subject: "lead", fold: foldLead, added: added.leads });
  const said = groupByDelivery([...calls.dropped, ...leads.dropped]);
  const changed = replayed.filter(
    ({ before, entry }) =>
      !isSameJson(updateOf(before), updateOf(entry.delivery)) ||
      !isSameJson(said.get(before.id) ?? {}, byId([...entry.calls, ...entry.leads])),
  );
  if (changed.length > 0) {
    if (transaction.updateDeliveries === undefined) throw lacking("updateDeliveries");
    const updates = changed.map(({ entry }) => ({ delivery: updateOf(entry.delivery), keepBody: true }));
    if ((await transaction.updateDeliveries(updates)) < updates.length) throw new OutdatedError();
  }
  const isChanged = new Set(changed);
  return {
    outcomes: replayed.map((each): Outcome => {
      if (each.entry.delivery.status === "failed") return "failed";
      return isChanged.has(each) ? "changed" : "unchanged";
    }),
    ...(await tell(transaction, [...calls.changed, ...leads.changed], options)),
  };
}

type AnyEvent = CallEvent | LeadEvent;

const byId = (events: readonly AnyEvent[]): { readonly [id: string]: AnyEvent } =>
  Object.fromEntries(events.map((event) => [event.id, event]));

function groupByDelivery(events: readonly AnyEvent[]): Map<string | null, { readonly [id: string]: AnyEvent }> {
  const groups = Map.groupBy(events, ({ deliveryId }) => deliveryId);
  return new Map([...groups].map(([id, group]) => [id, byId(group)]));
}
