import type { Call } from "./call.ts";
import { callChanges, leadChanges, type ChangeType } from "./changes.ts";
import type { HandlePayload, WantedChanges } from "./handlers.ts";
import { newJob, type Job } from "./job.ts";
import type { Lead } from "./lead.ts";
import type { RecordChange, RecordChangeType } from "./record-change.ts";
import type { RecordOf, StorageTransaction, Subject } from "./storage.ts";

/** A record as it was and as it is now. */
export interface Changed<S extends Subject> {
  readonly subject: S;
  /** What was stored of it: nothing, one record, or several that were merged. */
  readonly before: readonly RecordOf<S>[];
  /** Undefined: it is gone. */
  readonly after: RecordOf<S> | undefined;
  /** What made it change: unique among the changes of a record, and the same when the same is done again. */
  readonly cause: string;
}

export interface TellOptions {
  readonly tenantId: string;
  readonly nowMs: number;
  /** Who wants to hear of which change; a change that nobody wants to hear of makes no job. */
  readonly wanted: WantedChanges;
  /** What else there is to do for a call, such as asking for its recording. */
  readonly followUps: (call: Call, hasEnded: boolean) => readonly Job[];
}

/** How much there is to do and to show after a commit. */
export interface Told {
  readonly jobs: number;
  readonly changed: number;
}

/**
 * Writes down who has to hear of what changed, in the transaction that changes it: jobs for handlers and notifiers,
 * entries for live views.
 */
export async function tell(
  transaction: StorageTransaction,
  changed: readonly Changed<Subject>[],
  options: TellOptions,
): Promise<Told> {
  if (changed.length === 0) return { jobs: 0, changed: 0 };
  const { tenantId, nowMs } = options;
  const at = new Date(nowMs).toISOString();
  const jobs: Job[] = [];
  const entries: RecordChange[] = [];
  const present = new Set(changed.map(({ after }) => after?.id));
  for (const each of changed) {
    const types = typesOf(each);
    if (each.after !== undefined) {
      jobs.push(...handlerJobs(types, each.after.id, each.cause, options));
      entries.push({ tenantId, subject: each.subject, recordId: each.after.id, types, at });
      if (each.subject === "call") {
        const call = each.after as Call; // as the subject says
        jobs.push(...options.followUps(call, types.includes("call.ended")));
      }
    }
    const gone: readonly RecordChangeType[] = [`${each.subject}.removed`];
    for (const { id } of each.before) {
      if (present.has(id)) continue;
      present.add(id);
      entries.push({ tenantId, subject: each.subject, recordId: id, types: gone, at });
    }
  }
  if (jobs.length > 0) await transaction.insertJobs(jobs);
  if (transaction.insertChanges !== undefined) await transaction.insertChanges(entries);
  return { jobs: jobs.length, changed: changed.length };
}

function typesOf({ subject, before, after }: Changed<Subject>): readonly ChangeType[] {
  if (after === undefined) return [];
  // The subject says which of the two they are, which TypeScript cannot follow through a destructured union.
  return subject === "call"
    ? callChanges(before as readonly Call[], after as Call)
    : leadChanges(before as readonly Lead[]);
}

/** One job for each change and each who wants to hear of it, so that one who fails repeats nobody else's work. */
function handlerJobs(
  changes: readonly ChangeType[],
  recordId: string,
  cause: string,
  { tenantId, nowMs, wanted }: TellOptions,
): Job[] {
  return changes.flatMap((change) =>
    (wanted.get(change) ?? []).map((consumer): Job =>
      newJob({
        id: `${change}:${cause}:${consumer}`,
        tenantId,
        kind: "handle",
        payload: { change, recordId, cause, consumer } satisfies HandlePayload,
        nowMs,
      }),
    ),
  );
}
