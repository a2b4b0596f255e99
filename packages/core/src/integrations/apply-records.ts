import { apiCallEvents } from "./api-call-events.ts";
import type { CallEvent } from "../call-event.ts";
import type { Call } from "../call.ts";
import { groupByReference } from "../components.ts";
import { ConfigurationError, OffhookError } from "../errors.ts";
import { foldSafely } from "../fold-safely.ts";
import { foldCall } from "../fold.ts";
import type { MissedReason } from "../integrations.ts";
import { describeError } from "../logger.ts";
import { isSameCall, missedReason } from "./missed.ts";
import type { ApiRecord } from "../provider-api.ts";
import { uniteReferences } from "../references.ts";
import type { StorageTransaction, SubjectChange } from "../storage.ts";
import { tell, type Changed, type Told } from "../tell.ts";
import type { Workings } from "../workings.ts";

/** What became of a record of an API. */
export type RecordOutcome =
  | { readonly type: "created" | "updated"; readonly callId: string; readonly reason: MissedReason }
  | { readonly type: "unchanged" }
  | { readonly type: "failed"; readonly reason: string };

export interface RecordOrigin {
  readonly provider: string;
  /** When the vendor was asked. ISO-8601 in UTC. */
  readonly readAt: string;
}

/** What else is written in the transaction of the records. Throws to have nothing written. */
export type WriteAlong = (transaction: StorageTransaction, outcomes: readonly RecordOutcome[]) => Promise<void>;

/**
 * Adds what an API says to what is known. A record that says nothing new is not written, whoever said it before.
 *
 * @returns one outcome for each record, in order.
 * @throws StorageError `storage_unavailable`, and what `along` throws.
 */
export async function applyRecords(
  workings: Workings,
  { provider, readAt }: RecordOrigin,
  records: readonly ApiRecord[],
  along?: WriteAlong,
): Promise<readonly RecordOutcome[]> {
  const { storage, audience, now, onCommit } = workings;
  const origin = { tenantId: audience.tenantId, provider, receivedAt: readAt };
  const events = await Promise.all(records.map(async (record) => apiCallEvents(record.events, origin)));
  const write = async (only: readonly number[], failed: ReadonlyMap<number, string>) => {
    const { outcomes, ...told } = await storage.write(async (transaction) => {
      const chosen = records.filter((_record, index) => !failed.has(index));
      const said = only.map((index) => events[index] ?? []);
      const applied = await applyEvents(transaction, chosen, said, { ...audience, nowMs: now() });
      const outcomes = applied.outcomes.values();
      const all = records.map((_record, index): RecordOutcome => {
        const reason = failed.get(index);
        if (reason !== undefined) return { type: "failed", reason };
        return outcomes.next().value ?? { type: "unchanged" };
      });
      await along?.(transaction, all);
      return { ...applied, outcomes: all };
    });
    onCommit(told);
    return outcomes;
  };
  const everything = [...records.keys()];
  try {
    return await write(everything, new Map());
  } catch (error) {
    if (isHopeless(error)) throw error;
    const failed = await findFailing(workings, records, events);
    return await write(
      everything.filter((index) => !failed.has(index)),
      failed,
    );
  }
}

/** Trying records one by one would not help: the storage is away, or somebody else has taken over. */
const isHopeless = (error: unknown): boolean =>
  error instanceof ConfigurationError ||
  !(error instanceof OffhookError) ||
  error.code === "storage_unavailable" ||
  error.code === "storage_outdated";

/** Which records the fold or the storage cannot take, and why: each is tried alone and taken back. */
async function findFailing(
  { storage, audience, now }: Workings,
  records: readonly ApiRecord[],
  events: readonly (readonly CallEvent[])[],
): Promise<ReadonlyMap<number, string>> {
  const failed = new Map<number, string>();
  for (const [index, record] of records.entries()) {
    try {
      await storage.write(async (transaction) => {
        await applyEvents(transaction, [record], [events[index] ?? []], { ...audience, nowMs: now() });
        throw new TakenBack();
      });
    } catch (error) {
      if (error instanceof TakenBack) continue;
      if (isHopeless(error)) throw error;
      failed.set(index, describeError(error));
    }
  }
  return failed;
}

class TakenBack extends Error {}

async function applyEvents(
  transaction: StorageTransaction,
  records: readonly ApiRecord[],
  events: readonly (readonly CallEvent[])[],
  options: Parameters<typeof tell>[2],
): Promise<Told & { readonly outcomes: readonly RecordOutcome[] }> {
  const all = events.flat();
  if (all.length === 0) return { jobs: 0, changed: 0, outcomes: events.map(() => ({ type: "unchanged" })) };
  const references = uniteReferences(all.map((event) => event.references));
  const loaded = await transaction.load("call", options.tenantId, references);
  const changes: SubjectChange<"call">[] = [];
  const changed: Changed<"call">[] = [];
  // Of a call that nobody knows, its recording alone would make one that never ends.
  const ofCalls = new Set(records.flatMap(({ subject }, index) => (subject === "call" ? (events[index] ?? []) : [])));
  /** By event: which change it is part of. */
  const parts = new Map<string, RecordOutcome>();
  for (const { stored, newEvents } of groupByReference<"call">(loaded, all)) {
    if (newEvents.size === 0) continue;
    const replaces = [...stored];
    const added = [...newEvents.values()];
    if (replaces.length === 0 && !added.some((event) => ofCalls.has(event))) continue;
    const before = replaces.map(({ record }): Call => record);
    const after = foldSafely<"call">(foldCall, [...replaces.flatMap((each) => each.events), ...added]);
    const [only] = before;
    if (before.length === 1 && only !== undefined && isSameCall(only, after)) continue;
    changes.push({ record: after, newEvents: added, replaces });
    changed.push({ subject: "call", before, after, cause: added.at(-1)?.id ?? after.id });
    const type = before.length === 0 ? "created" : "updated";
    const outcome: RecordOutcome = { type, callId: after.id, reason: missedReason(before, after) };
    for (const id of newEvents.keys()) parts.set(id, outcome);
  }
  if (changes.length > 0) await transaction.save("call", changes);
  const counted = new Set<RecordOutcome>();
  const outcomes = events.map((ofRecord): RecordOutcome => {
    const outcome = ofRecord.map(({ id }) => parts.get(id)).find((each) => each !== undefined);
    // A call that is listed twice was created once.
    if (outcome === undefined || counted.has(outcome)) return { type: "unchanged" };
    counted.add(outcome);
    return outcome;
  });
  return { outcomes, ...(await tell(transaction, changed, options)) };
}
