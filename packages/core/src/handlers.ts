import type { Call, JsonValue } from "./call.ts";
import type { CallChangeType, ChangeType, LeadChangeType } from "./changes.ts";
import { ConfigurationError } from "./errors.ts";
import type { Lead } from "./lead.ts";
import type { Notifier } from "./notifier.ts";
import type { RunJob } from "./run-job.ts";

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

/** Who wants to hear of a change: the handler, or notifiers by name. */
export type WantedChanges = ReadonlyMap<ChangeType, readonly string[]>;

/** The payload of a job of kind `handle`. */
export type HandlePayload = {
  readonly change: ChangeType;
  readonly recordId: string;
  /** The event that caused it. */
  readonly cause: string;
  readonly consumer: string;
};

const handlerConsumer = "on";
const changeTypes: ReadonlySet<string> = new Set<ChangeType>([
  "call.created",
  "call.answered",
  "call.ended",
  "call.recorded",
  "call.analyzed",
  "call.updated",
  "call.merged",
  "lead.created",
  "lead.updated",
]);

/**
 * Collects who wants to hear of what.
 * @throws ConfigurationError `option_invalid` for a change that does not exist, or two notifiers of one name.
 */
export function wantedChanges(handlers: Handlers, notifiers: readonly Notifier[]): WantedChanges {
  const wanted = new Map<ChangeType, string[]>();
  const add = (change: string, consumer: string): void => {
    if (!changeTypes.has(change)) {
      throw new ConfigurationError(
        "option_invalid",
        `Changes: expected one of ${[...changeTypes].join(", ")}, got "${change}"`,
      );
    }
    // Checked on the line above.
    const type = change as ChangeType;
    const consumers = wanted.get(type) ?? [];
    if (consumers.includes(consumer)) {
      throw new ConfigurationError("option_invalid", `Notifiers: expected different names, got "${consumer}" twice`);
    }
    wanted.set(type, [...consumers, consumer]);
  };
  for (const [change, handler] of Object.entries(handlers)) if (handler !== undefined) add(change, handlerConsumer);
  for (const { name, changes } of notifiers) for (const change of new Set(changes)) add(change, `notifier:${name}`);
  return wanted;
}

export interface HandlerRunnerOptions {
  readonly tenantId: string;
  readonly handlers: Handlers;
  readonly notifiers: readonly Notifier[];
  readonly getCall: (id: string) => Promise<Call | undefined>;
  readonly getLead: (id: string) => Promise<Lead | undefined>;
}

/** Runs the jobs of kind `handle`: tells one handler or notifier of a change. */
export function handlerRunner({ tenantId, handlers, notifiers, getCall, getLead }: HandlerRunnerOptions): RunJob {
  return async ({ kind, attempts: attempt, payload }) => {
    if (kind !== "handle") throw new TypeError(`Job: expected kind "handle", got "${kind}"`);
    // As `handlerJobs` wrote it.
    const { change, recordId, cause, consumer } = payload as unknown as HandlePayload;
    const id = `${change}:${cause}`;
    const isLead = change === "lead.created" || change === "lead.updated";
    const record = await (isLead ? getLead(recordId) : getCall(recordId));
    // Deleted meanwhile: there is nothing to tell of.
    if (record === undefined) return;
    if (consumer !== handlerConsumer) {
      const notifier = notifiers.find(({ name }) => consumer === `notifier:${name}`);
      // Records hold nothing but JSON; interfaces have no index signature, which is all that differs.
      await notifier?.notify({ id, tenantId, change, record: record as unknown as JsonValue });
    } else if (isLead) {
      await handlers[change]?.({ id, attempt, type: change, lead: record as Lead }); // getLead's
    } else {
      await handlers[change]?.({ id, attempt, type: change, call: record as Call }); // getCall's
    }
  };
}
