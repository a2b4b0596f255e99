import { apiCallEvents } from "./api-call-events.ts";
import type { CallEvent } from "../call-event.ts";
import type { Call } from "../call.ts";
import { groupByReference } from "../components.ts";
import { ConfigurationError, OffhookError } from "../errors.ts";
import { foldSafely } from "../fold-safely.ts";
import { foldCall } from "../fold.ts";
import type { MissedReason } from "../integrations.ts";
import { describeError } from "../logger.ts";
import { deletedCalls, type DeletedCalls } from "../deleted-calls.ts";
import { removeRecords } from "../remove-records.ts";
import { Documents } from "./documents.ts";
import { isSameCall, missedReason } from "./missed.ts";
import type { ApiRecord } from "../provider-api.ts";
import { uniteReferences } from "../references.ts";
import type { StorageTransaction, SubjectChange } from "../storage.ts";
import { tell, type Changed, type TellOptions, type Told } from "../tell.ts";
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

/** What else is written in the transaction of the records. */
export interface WriteAlong {
  readonly documents: Documents;
  /** As it was known some time before: what was deleted since is found after the write. */
  readonly deleted: DeletedCalls;
  /** Throws to have nothing written. */
  readonly put: (transaction: StorageTransaction, outcomes: readonly RecordOutcome[]) => Promise<void>;
}

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
  const events = await apiCallEvents(
    records.map((record) => record.events),
    origin,
  );
  const documents = along?.documents ?? new Documents(storage, audience.tenantId);
  const deleted = along?.deleted ?? (await deletedCalls(documents));
  const said: Said[] = [];
  for (const [index, record] of records.entries()) {
    const mentioned = [record.reference, ...record.events.flatMap(({ references }) => references)];
    said.push({ record, events: events[index] ?? [], isDeleted: await deleted.has(mentioned) });
  }
  // What is written together with how far it is can be read again from there.
  const writing = { durable: along === undefined };
  const write = async (failed: ReadonlyMap<Said, string>): Promise<readonly RecordOutcome[]> => {
    const { outcomes, ...told } = await documents.write(async (transaction) => {
      const sound = failed.size === 0 ? said : said.filter((each) => !failed.has(each));
      const applied = await applySaid(transaction, sound, { ...audience, nowMs: now() });
      const all = said.map((each): RecordOutcome => {
        const reason = failed.get(each);
        return reason === undefined ? (applied.outcomes.get(each) ?? unchanged) : { type: "failed", reason };
      });
      await along?.put(transaction, all);
      return { ...applied, outcomes: all };
    }, writing);
    onCommit(told);
    await removeDeletedMeanwhile(workings, documents, { before: deleted, said, outcomes });
    return outcomes;
  };
  try {
    return await write(new Map());
  } catch (error) {
    if (isHopeless(error)) throw error;
    return write(await findFailing(workings, said));
  }
}

/** A record and what it says. */
interface Said {
  readonly record: ApiRecord;
  readonly events: readonly CallEvent[];
  /** Of a call that was deleted here. */
  readonly isDeleted: boolean;
}

const unchanged: RecordOutcome = { type: "unchanged" };

interface Written {
  /** As it was known before the records were written. */
  readonly before: DeletedCalls;
  readonly said: readonly Said[];
  readonly outcomes: readonly RecordOutcome[];
}

/** A deletion between looking for it and writing has not seen what was written: it goes now. */
async function removeDeletedMeanwhile(
  workings: Workings,
  documents: Documents,
  { before, said, outcomes }: Written,
): Promise<void> {
  const created = said.filter((_each, index) => outcomes[index]?.type === "created");
  if (created.length === 0) return;
  const after = await deletedCalls(documents);
  if (after.version === before.version) return;
  const { storage, audience } = workings;
  const calls: Call[] = [];
  for (const { record } of created) {
    const stored = await storage.get("call", audience.tenantId, record.reference);
    if (stored !== undefined && (await after.has(stored.record.references))) calls.push(stored.record);
  }
  for (const number of new Set(calls.flatMap(({ from, to }) => [from?.e164 ?? null, to?.e164 ?? null]))) {
    if (number !== null) await removeRecords(workings, "call", calls, number);
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
  said: readonly Said[],
): Promise<ReadonlyMap<Said, string>> {
  const failed = new Map<Said, string>();
  for (const each of said) {
    try {
      await storage.write(async (transaction) => {
        await applySaid(transaction, [each], { ...audience, nowMs: now() });
        throw new TakenBack();
      });
    } catch (error) {
      if (error instanceof TakenBack) continue;
      if (isHopeless(error)) throw error;
      failed.set(each, describeError(error));
    }
  }
  return failed;
}

class TakenBack extends Error {}

/** @returns what became of the records; those that are missing changed nothing. */
async function applySaid(
  transaction: StorageTransaction,
  said: readonly Said[],
  options: TellOptions,
): Promise<Told & { readonly outcomes: ReadonlyMap<Said, RecordOutcome> }> {
  /** Who said it first: a call that is listed twice was created once. */
  const speakers = new Map<CallEvent, Said>();
  const names = new Set<string>();
  for (const each of said) {
    for (const event of each.events) {
      if (names.has(event.id)) continue;
      names.add(event.id);
      speakers.set(event, each);
    }
  }
  const outcomes = new Map<Said, RecordOutcome>();
  if (speakers.size === 0) return { jobs: 0, changed: 0, outcomes };
  const events = [...speakers.keys()];
  const references = uniteReferences(events.map((event) => event.references));
  const loaded = await transaction.load("call", options.tenantId, references);
  const changes: SubjectChange<"call">[] = [];
  const changed: Changed<"call">[] = [];
  for (const { stored, newEvents } of groupByReference<"call">(loaded, events)) {
    if (newEvents.size === 0) continue;
    const replaces = [...stored];
    const added = [...newEvents.values()];
    // Of a call that nobody knows, its recording alone would make one that never ends.
    if (replaces.length === 0 && added.every((event) => speakers.get(event)?.record.subject === "recording")) continue;
    // Nobody shall come back from a vendor who was deleted here, but by a webhook that has news.
    if (replaces.length === 0 && added.some((event) => speakers.get(event)?.isDeleted === true)) continue;
    const before = replaces.map(({ record }): Call => record);
    const after = foldSafely<"call">(foldCall, [...replaces.flatMap((each) => each.events), ...added]);
    const [only] = before;
    if (before.length === 1 && only !== undefined && isSameCall(only, after)) continue;
    changes.push({ record: after, newEvents: added, replaces });
    changed.push({ subject: "call", before, after, cause: added.at(-1)?.id ?? after.id });
    const type = before.length === 0 ? "created" : "updated";
    const outcome: RecordOutcome = { type, callId: after.id, reason: missedReason(before, after) };
    const speaker = added.map((event) => speakers.get(event)).find((each) => each?.record.subject === "call");
    const [first] = added;
    const teller = speaker ?? (first && speakers.get(first));
    if (teller !== undefined) outcomes.set(teller, outcome);
  }
  if (changes.length > 0) await transaction.save("call", changes);
  return { outcomes, ...(await tell(transaction, changed, options)) };
}
