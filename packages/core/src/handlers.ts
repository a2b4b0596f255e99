import type { HandlePayload } from "./apply.ts";
import type { Call } from "./call.ts";
import type { CallChangeType, ChangeType, LeadChangeType } from "./changes.ts";
import type { Lead } from "./lead.ts";
import type { Notifier } from "./notifier.ts";
import type { RunJob } from "./outbox.ts";

/** What a handler is told. */
export interface CallChange {
  /** Stable: a repetition of the same change has the same id. */
  readonly id: string;
  readonly type: CallChangeType;
  /** As it is now, which may be newer than the change. */
  readonly call: Call;
  /** 1 for the first try. */
  readonly attempt: number;
}
export interface LeadChange {
  readonly id: string;
  readonly type: LeadChangeType;
  readonly lead: Lead;
  readonly attempt: number;
}

/** Handlers by change. They run after the commit, at least once, and again when they throw. */
export type Handlers = {
  readonly [Type in CallChangeType]?: (change: CallChange) => void | Promise<void>;
} & {
  readonly [Type in LeadChangeType]?: (change: LeadChange) => void | Promise<void>;
};

export interface HandlerJobsOptions {
  readonly tenantId: string;
  readonly handlers: Handlers;
  readonly notifiers: readonly Notifier[];
  readonly getCall: (id: string) => Promise<Call | undefined>;
  readonly getLead: (id: string) => Promise<Lead | undefined>;
}

/** The changes that a handler or a notifier wants to hear of. */
export function wantedChanges(handlers: Handlers, notifiers: readonly Notifier[]): ReadonlySet<ChangeType> {
  // Object.keys forgets that the keys are the names of changes.
  return new Set([...(Object.keys(handlers) as ChangeType[]), ...notifiers.flatMap((notifier) => notifier.changes)]);
}

/** Runs the jobs of kind `handle`: tells the handler and the notifiers of a change. */
export function handlerRunner({ tenantId, handlers, notifiers, getCall, getLead }: HandlerJobsOptions): RunJob {
  async function notify(id: string, change: ChangeType, record: Call | Lead): Promise<void> {
    const interested = notifiers.filter((notifier) => notifier.changes.includes(change));
    // Records hold nothing but JSON; interfaces have no index signature, which is all that differs.
    const json = record as unknown as Parameters<Notifier["notify"]>[0]["record"];
    await Promise.all(interested.map((notifier) => notifier.notify({ id, tenantId, change, record: json })));
  }

  return async ({ id, attempts: attempt, payload }) => {
    // As `handlerJobs` wrote it.
    const { change, recordId } = payload as unknown as HandlePayload;
    if (change === "lead.created" || change === "lead.updated") {
      const lead = await getLead(recordId);
      if (lead === undefined) return;
      await handlers[change]?.({ id, attempt, type: change, lead });
      await notify(id, change, lead);
    } else {
      const call = await getCall(recordId);
      if (call === undefined) return;
      await handlers[change]?.({ id, attempt, type: change, call });
      await notify(id, change, call);
    }
  };
}
